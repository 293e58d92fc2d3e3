#include "api/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <thread>

#include "api/config_keys.h"
#include "api/json/json_reader.h"
#include "api/http/listen_address.h"
#include "budget/clock.h"

namespace gavel {
namespace {

constexpr std::string_view kApiKeyFields[] = {"key_sha256", "role", "advertiser_id"};

bool is_section(const std::string& name) {
  const std::vector<std::string> sections = known_sections();
  return std::ranges::find(sections, name) != sections.end();
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
    for (const NumberKey& key : number_keys()) {
      if (key.name == name) return read_number(key, node), true;
    }
    for (const TextKey& key : text_keys()) {
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
  // An empty file is a valid one, of which nothing can be inserted: that alone is no failure.
  if (!in || std::filesystem::is_directory(file)) return ConfigError{file + ": cannot be read"};
  text << in.rdbuf();
  if (text.bad()) return ConfigError{file + ": cannot be read"};
  return parse_config(text.str(), file);
}

std::optional<ConfigError> check_config(const Config& config) {
  const auto address = parse_listen(config.listen);
  if (!address) return ConfigError{"listen " + *check_listen(config.listen)};
  if (config.api_keys.empty() && !address->loopback) {
    return ConfigError{"listen = " + config.listen +
                       " is not a loopback address, and without [[api_keys]] everybody is admin"};
  }
  if (config.events.queue_max < config.events.per_request_max) {
    return ConfigError{
        "events.queue_max = " + std::to_string(config.events.queue_max) +
        " is less than events.per_request_max = " + std::to_string(config.events.per_request_max) +
        ": a request of so many events would never be taken"};
  }
  if (const auto reason = check_not_empty(config.data_dir)) return ConfigError{"data_dir " + *reason};
  return std::nullopt;
}

}  // namespace gavel
