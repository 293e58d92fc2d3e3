#include "api/config.h"

#include <arpa/inet.h>
#include <toml++/toml.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <thread>

#include "api/json/json_writer.h"
#include "budget/clock.h"

namespace gavel {
namespace {

constexpr std::int64_t kThreadsMax = 128;
constexpr std::int64_t kDay = 86'400;

// A key that holds a whole number.
struct NumberKey {
  std::string_view name;
  std::int64_t& (*at)(Config&);
  std::string_view unit;
  std::int64_t min, max;
  std::string_view help;
  bool power_of_two = false;
};

const NumberKey kNumberKeys[] = {
    {"threads", [](Config& c) -> std::int64_t& { return c.threads; }, "", 1, kThreadsMax,
     "worker threads; the default is the number of cores"},
    {"impression_ttl_s", [](Config& c) -> std::int64_t& { return c.impression_ttl_s; }, "s", 1, 30 * kDay,
     "how long after its auction an impression counts"},
    {"click_ttl_s", [](Config& c) -> std::int64_t& { return c.click_ttl_s; }, "s", 1, 30 * kDay,
     "how long after its auction a click counts"},
    {"conversion_ttl_s", [](Config& c) -> std::int64_t& { return c.conversion_ttl_s; }, "s", 1, 31 * kDay,
     "how long after its auction a conversion counts"},
    {"hold_ttl_s", [](Config& c) -> std::int64_t& { return c.hold_ttl_s; }, "s", 1, kDay,
     "how long an ad that was shown and not charged holds its expected charge"},
    {"holds_per_worker_max", [](Config& c) -> std::int64_t& { return c.holds_per_worker_max; }, "holds", 1024,
     1 << 26, "beyond so many holds of a worker the oldest is released early", true},
    {"frequency_pairs_max", [](Config& c) -> std::int64_t& { return c.frequency_pairs_max; }, "pairs", 1024,
     1'000'000'000, "users times capped campaigns kept in memory; beyond it the cap is loose for the oldest"},
    {"drain_timeout_s", [](Config& c) -> std::int64_t& { return c.drain_timeout_s; }, "s", 0, 600,
     "how long SIGTERM waits for requests in flight"},
    {"http.header_bytes_max", [](Config& c) -> std::int64_t& { return c.http.header_bytes_max; }, "bytes",
     512, 1 << 20, "request line and headers; beyond it 431"},
    {"http.target_bytes_max", [](Config& c) -> std::int64_t& { return c.http.target_bytes_max; }, "bytes",
     256, 1 << 20, "path and query; beyond it 414"},
    {"http.body_bytes_max", [](Config& c) -> std::int64_t& { return c.http.body_bytes_max; }, "bytes", 1024,
     1 << 28, "a body other than a bulk import's; beyond it 413"},
    {"http.connections_max", [](Config& c) -> std::int64_t& { return c.http.connections_max; }, "connections",
     1, 1'000'000, "open at a time; beyond it 503"},
    {"http.deferred_requests_max", [](Config& c) -> std::int64_t& { return c.http.deferred_requests_max; },
     "requests", 1, 1'000'000, "waiting for the disk or a long answer; beyond it 503 with Retry-After"},
    {"http.header_deadline_ms", [](Config& c) -> std::int64_t& { return c.http.header_deadline_ms; }, "ms",
     10, 600'000, "from a request's first byte to the end of its headers; then 408"},
    {"http.body_deadline_ms", [](Config& c) -> std::int64_t& { return c.http.body_deadline_ms; }, "ms", 10,
     600'000, "for the whole body, or without progress of a bulk import; then 408"},
    {"http.stream_bytes_per_s_min",
     [](Config& c) -> std::int64_t& { return c.http.stream_bytes_per_s_min; }, "bytes", 1, 1 << 30,
     "the least average rate of a bulk import's body; below it the body deadline runs out, then 408"},
    {"http.idle_timeout_ms", [](Config& c) -> std::int64_t& { return c.http.idle_timeout_ms; }, "ms", 10,
     3'600'000, "between two requests of a connection; then it is closed"},
    {"http.write_deadline_ms", [](Config& c) -> std::int64_t& { return c.http.write_deadline_ms; }, "ms", 10,
     600'000, "without the client taking a byte of its answer; then it is closed"},
    {"http.linger_ms", [](Config& c) -> std::int64_t& { return c.http.linger_ms; }, "ms", 10, 60'000,
     "for a client to read why it is being cut off"},
    {"events.per_request_max", [](Config& c) -> std::int64_t& { return c.events.per_request_max; }, "events",
     1, 100'000, "in one POST /v1/events"},
    {"events.queue_max", [](Config& c) -> std::int64_t& { return c.events.queue_max; }, "events", 1,
     10'000'000, "waiting for the ledger; beyond it 503"},
    {"events.batch_max", [](Config& c) -> std::int64_t& { return c.events.batch_max; }, "events", 1,
     1'000'000, "committed to disk together"},
    {"background_queue_max", [](Config& c) -> std::int64_t& { return c.background_queue_max; }, "tasks", 1,
     1'000'000, "changes, and reports, waiting for their thread; beyond it 503"},
    {"yardstick_body_bytes", [](Config& c) -> std::int64_t& { return c.yardstick_body_bytes; }, "bytes", 0,
     1 << 20, "size of the fixed answer of POST /yardstick, for benchmarks; 0 = no such route"},
};

// What is wrong with a text, or nothing.
using Check = std::optional<std::string> (*)(const std::string&);

std::optional<std::string> check_listen(const std::string& text) {
  if (parse_listen(text)) return std::nullopt;
  return "must be HOST:PORT with a numeric address (IPv6 in brackets) or localhost";
}
std::optional<std::string> check_not_empty(const std::string& text) {
  if (!text.empty()) return std::nullopt;
  return "must not be empty";
}
std::optional<std::string> check_log_level(const std::string& text) {
  for (const std::string_view level : {"trace", "debug", "info", "warn", "error"}) {
    if (text == level) return std::nullopt;
  }
  return "must be trace, debug, info, warn or error";
}
std::optional<std::string> check_clock_mode(const std::string& text) {
  if (text == "system" || text == "manual") return std::nullopt;
  return "must be system or manual";
}

// A key that holds a text.
struct TextKey {
  std::string_view name;
  std::string& (*at)(Config&);
  Check check;
  std::string_view help;
};

const TextKey kTextKeys[] = {
    {"listen", [](Config& c) -> std::string& { return c.listen; }, check_listen,
     "HOST:PORT to serve at; port 0 = any free one"},
    {"data_dir", [](Config& c) -> std::string& { return c.data_dir; }, check_not_empty,
     "where everything durable lives; created if absent"},
    {"time_zone", [](Config& c) -> std::string& { return c.time_zone; }, check_not_empty,
     "the platform's IANA time zone: its days are the days of budgets and reports"},
    {"log_level", [](Config& c) -> std::string& { return c.log_level; }, check_log_level,
     "trace, debug, info, warn or error"},
    {"clock.mode", [](Config& c) -> std::string& { return c.clock.mode; }, check_clock_mode,
     "system, or manual: business time moves by POST /v1/admin/clock only"},
    {"tokens.secret_file", [](Config& c) -> std::string& { return c.tokens.secret_file; }, check_not_empty,
     "keys of 64 hex digits, one a line: the first makes tokens, all are accepted; relative to this file"},
};

constexpr std::string_view kClockStart = "clock.start";
constexpr std::string_view kApiKeys = "api_keys";
constexpr std::string_view kApiKeyFields[] = {"key_sha256", "role", "advertiser_id"};

// The lifetimes of tokens may stand with the other keys of tokens, too.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"tokens.impression_ttl_s", "impression_ttl_s"},
    {"tokens.click_ttl_s", "click_ttl_s"},
    {"tokens.conversion_ttl_s", "conversion_ttl_s"},
};

// The name of the key that is also called `name`; `name` itself where it is nobody's other name.
std::string_view first_name(std::string_view name) {
  for (const auto& [other, first] : kOtherNames) {
    if (other == name) return first;
  }
  return name;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> names{std::string(kClockStart), std::string(kApiKeys)};
  for (const NumberKey& key : kNumberKeys) names.emplace_back(key.name);
  for (const TextKey& key : kTextKeys) names.emplace_back(key.name);
  return names;
}

// "clock" of "clock.mode", and so on.
std::vector<std::string> known_sections() {
  std::vector<std::string> names;
  for (const std::string& key : known_keys()) {
    const std::size_t point = key.find('.');
    if (point != std::string::npos) names.push_back(key.substr(0, point));
  }
  return names;
}

bool is_section(const std::string& name) {
  const std::vector<std::string> sections = known_sections();
  return std::ranges::find(sections, name) != sections.end();
}

// Insertions, deletions and replacements that make `b` of `a` (Wagner and Fischer, 1974).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  return *std::ranges::min_element(known, {},
                                   [&](const std::string& key) { return edit_distance(name, key); });
}

// A date and time of TOML as a moment; nothing where it has no offset from UTC.
std::optional<Timestamp> moment_of(const toml::date_time& t) {
  if (!t.offset) return std::nullopt;
  const std::chrono::sys_days date = std::chrono::year(t.date.year) / t.date.month / t.date.day;
  return Timestamp(date) + std::chrono::hours(t.time.hour) + std::chrono::minutes(t.time.minute) +
         std::chrono::seconds(t.time.second) + std::chrono::microseconds(t.time.nanosecond / 1000) -
         std::chrono::minutes(t.offset->minutes);
}

// RFC 3339 in quotes, read by TOML's own grammar, which is that of RFC 3339.
std::optional<Timestamp> parse_moment(const std::string& text) {
  if (text.find_first_not_of("0123456789TtZz:.+- ") != std::string::npos) return std::nullopt;
  try {
    const toml::table parsed = toml::parse("t = " + text);
    const auto* const time = parsed["t"].as_date_time();
    return time != nullptr ? moment_of(time->get()) : std::nullopt;
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == ':' || c == '-';
  });
}

// Reads one file; the first error stops it.
class Reader {
 public:
  Reader(const std::string& file, Config& config) : file_(file), config_(config) {}

  std::optional<ConfigError> read(const toml::table& root) {
    read_table(root, "");
    return error_;
  }

 private:
  void fail(const toml::source_region& where, const std::string& what) {
    if (!error_) error_ = ConfigError{file_ + ":" + std::to_string(where.begin.line) + ": " + what};
  }
  void wrong(const toml::node& node, std::string_view key, const std::string& what) {
    fail(node.source(), std::string(key) + " " + what);
  }

  void unknown(const toml::key& key, const std::string& name, const std::vector<std::string>& known) {
    fail(key.source(), "unknown key " + name + "; the nearest known one is " + nearest(name, known));
  }

  void read_table(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      if (error_) return;
      const std::string name = prefix + std::string(key.str());
      if (is_section(name)) {
        if (const toml::table* section = node.as_table()) {
          read_table(*section, name + ".");
        } else {
          wrong(node, name, "must be a table: [" + name + "]");
        }
      } else if (!read_.emplace(first_name(name)).second) {
        fail(key.source(),
             name + " stands there twice: " + std::string(first_name(name)) + " is its other name");
      } else if (!read_value(first_name(name), node)) {
        unknown(key, name, node.is_table() ? known_sections() : known_keys());
      }
    }
  }

  // False where there is no such key.
  bool read_value(std::string_view name, const toml::node& node) {
    for (const NumberKey& key : kNumberKeys) {
      if (key.name == name) return read_number(key, node), true;
    }
    for (const TextKey& key : kTextKeys) {
      if (key.name == name) return read_text(key, node), true;
    }
    if (name == kClockStart) return read_clock_start(node), true;
    if (name == kApiKeys) return read_api_keys(node), true;
    return false;
  }

  void read_number(const NumberKey& key, const toml::node& node) {
    const auto* const number = node.as_integer();
    if (number == nullptr) return wrong(node, key.name, "must be a whole number");
    const std::int64_t value = number->get();
    if (value < key.min || value > key.max) {
      return wrong(node, key.name, "must be " + std::to_string(key.min) + " to " + std::to_string(key.max));
    }
    if (key.power_of_two && !std::has_single_bit(static_cast<std::uint64_t>(value))) {
      return wrong(node, key.name, "must be a power of two");
    }
    key.at(config_) = value;
  }

  void read_text(const TextKey& key, const toml::node& node) {
    const auto* const text = node.as_string();
    if (text == nullptr) return wrong(node, key.name, "must be a string");
    if (const auto reason = key.check(text->get())) return wrong(node, key.name, *reason);
    key.at(config_) = text->get();
  }

  void read_clock_start(const toml::node& node) {
    std::optional<Timestamp> moment;
    if (const auto* const time = node.as_date_time()) moment = moment_of(time->get());
    if (const auto* const text = node.as_string()) moment = parse_moment(text->get());
    if (!moment)
      return wrong(node, kClockStart,
                   "must be a time with its offset from UTC, such as 2024-11-11T00:00:00Z");
    if (*moment >= kClockEnd) return wrong(node, kClockStart, "must not lie after the year 9998");
    config_.clock.start = moment;
  }

  void read_api_keys(const toml::node& node) {
    const toml::array* const keys = node.as_array();
    if (keys == nullptr) return wrong(node, kApiKeys, "must be tables: [[api_keys]]");
    for (const toml::node& element : *keys) {
      if (const toml::table* table = element.as_table()) {
        read_api_key(*table);
      } else {
        wrong(element, kApiKeys, "must be tables: [[api_keys]]");
      }
    }
  }

  void read_api_key(const toml::table& table) {
    static const std::vector<std::string> known(std::begin(kApiKeyFields), std::end(kApiKeyFields));
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) == known.end())
        return unknown(key, std::string(key.str()), known);
      if (!node.is_string()) return wrong(node, key.str(), "must be a string");
    }
    ApiKey api_key;
    const auto hash = parse_key_hash(table["key_sha256"].value_or(std::string_view()));
    if (!hash) return wrong(table, "key_sha256", "must be the key's SHA-256 in 64 hex digits");
    api_key.key_sha256 = *hash;
    const auto taken = [&](const ApiKey& other) { return other.key_sha256 == *hash; };
    if (std::ranges::any_of(config_.api_keys, taken)) return wrong(table, "key_sha256", "stands there twice");

    const std::string_view role = table["role"].value_or(std::string_view());
    const bool of_advertiser = role == "advertiser";
    if (role != "admin" && role != "platform" && !of_advertiser) {
      return wrong(table, "role", "must be admin, platform or advertiser");
    }
    api_key.role = of_advertiser ? Role::kAdvertiser : role == "admin" ? Role::kAdmin : Role::kPlatform;
    api_key.advertiser_id = table["advertiser_id"].value_or(std::string());
    if (of_advertiser && !is_id(api_key.advertiser_id)) {
      return wrong(table, "advertiser_id",
                   "must be an id (1 to 64 of A-Z a-z 0-9 . _ : -) for the role advertiser");
    }
    if (!of_advertiser && !api_key.advertiser_id.empty()) {
      return wrong(table, "advertiser_id", "is for the role advertiser only");
    }
    config_.api_keys.push_back(std::move(api_key));
  }

  const std::string& file_;
  Config& config_;
  std::optional<ConfigError> error_;
  std::set<std::string> read_;  // the keys so far, by their first names
};

}  // namespace

Config default_config() {
  Config config;
  config.threads = std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, kThreadsMax);
  return config;
}

Result<Config, ConfigError> parse_config(std::string_view text, const std::string& file) {
  Config config = default_config();
  try {
    if (const auto error = Reader(file, config).read(toml::parse(text, file))) return *error;
  } catch (const toml::parse_error& error) {
    return ConfigError{file + ":" + std::to_string(error.source().begin.line) + ": " +
                       std::string(error.description())};
  }
  std::string& secret_file = config.tokens.secret_file;
  if (!secret_file.empty()) {
    // An absolute path on the right of / stays as it is.
    secret_file = (std::filesystem::path(file).parent_path() / secret_file).string();
  }
  return config;
}

Result<Config, ConfigError> load_config(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return ConfigError{file + ": cannot be read, or is empty"};
  return parse_config(text.str(), file);
}

std::optional<ConfigError> check_config(const Config& config) {
  const auto address = parse_listen(config.listen);
  if (!address) return ConfigError{"listen " + *check_listen(config.listen)};
  if (config.api_keys.empty() && !address->loopback) {
    return ConfigError{"listen = " + config.listen +
                       " is not a loopback address, and without [[api_keys]] everybody is admin"};
  }
  if (const auto reason = check_not_empty(config.data_dir)) return ConfigError{"data_dir " + *reason};
  return std::nullopt;
}

std::optional<ListenAddress> parse_listen(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  ListenAddress address;
  const std::string_view port = listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;

  address.host = listen.substr(0, colon);
  if (address.host == "localhost") {
    address.loopback = true;
    return address;
  }
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
    in6_addr v6{};
    if (inet_pton(AF_INET6, address.host.c_str(), &v6) != 1) return std::nullopt;
    address.loopback =
        IN6_IS_ADDR_LOOPBACK(&v6) != 0 || (IN6_IS_ADDR_V4MAPPED(&v6) != 0 && v6.s6_addr[12] == 127);
    return address;
  }
  in_addr v4{};
  if (inet_pton(AF_INET, address.host.c_str(), &v4) != 1) return std::nullopt;
  address.loopback = (ntohl(v4.s_addr) >> 24) == 127;
  return address;
}

std::string describe(const Config& config) {
  std::string line;
  Config copy = config;  // the table's accessors are for changing
  for (const TextKey& key : kTextKeys) {
    if (!key.at(copy).empty()) line.append(key.name).append("=").append(key.at(copy)).append(" ");
  }
  if (config.clock.start) {
    line.append(kClockStart).append("=");
    append_timestamp(line, *config.clock.start);
    line += ' ';
  }
  for (const NumberKey& key : kNumberKeys) {
    line.append(key.name).append("=").append(std::to_string(key.at(copy))).append(" ");
  }
  return line + std::string(kApiKeys) + "=" + std::to_string(config.api_keys.size());
}

std::string config_reference() {
  std::string text;
  Config defaults;
  for (const TextKey& key : kTextKeys) {
    text.append(key.name)
        .append(" = \"")
        .append(key.at(defaults))
        .append("\"\n    ")
        .append(key.help)
        .append("\n");
  }
  text.append(kClockStart)
      .append("\n    where a manual clock of a new data directory stands at first (RFC 3339)\n");
  for (const NumberKey& key : kNumberKeys) {
    text.append(key.name).append(" = ").append(std::to_string(key.at(defaults)));
    text.append("    (").append(std::to_string(key.min)).append(" to ").append(std::to_string(key.max));
    text.append(key.unit.empty() ? "" : " ").append(key.unit).append(")\n    ").append(key.help).append("\n");
  }
  text.append(
      "[[api_keys]] key_sha256, role, advertiser_id\n    the SHA-256 of a bearer key in hex; admin, platform "
      "or ");
  text.append("advertiser; an advertiser's id\n");
  return text;
}

}  // namespace gavel
