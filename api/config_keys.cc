#include "api/config_keys.h"

#include <algorithm>
#include <utility>

#include "api/http/listen_address.h"
#include "api/json/json_writer.h"
#include "budget/calendar.h"

namespace gavel {
namespace {

constexpr std::int64_t kDay = 86'400;

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
     "how long an ad that was shown and not charged holds of its expected charge, at most"},
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
     1 << 28, "a body that no other key limits, and nearly a line of a bulk import; beyond it 413"},
    {"http.auction_body_bytes_max", [](Config& c) -> std::int64_t& { return c.http.auction_body_bytes_max; },
     "bytes", 1024, 1 << 28, "of POST /v1/auctions, where predictions may be many; beyond it 413"},
    {"http.events_body_bytes_max", [](Config& c) -> std::int64_t& { return c.http.events_body_bytes_max; },
     "bytes", 1024, 1 << 28, "of POST /v1/events; beyond it 413"},
    {"http.connections_max", [](Config& c) -> std::int64_t& { return c.http.connections_max; }, "connections",
     1, 1'000'000, "open at a time, as far as the system allows so many files; beyond it 503"},
    {"http.deferred_requests_max", [](Config& c) -> std::int64_t& { return c.http.deferred_requests_max; },
     "requests", 1, 1'000'000, "waiting for the disk or a long answer; beyond it 503 with Retry-After"},
    {"http.header_deadline_ms", [](Config& c) -> std::int64_t& { return c.http.header_deadline_ms; }, "ms",
     10, 600'000, "from a request's first byte to the end of its headers; then 408"},
    {"http.body_deadline_ms", [](Config& c) -> std::int64_t& { return c.http.body_deadline_ms; }, "ms", 10,
     600'000, "for the whole body, or without progress of a bulk import; then 408"},
    {"http.stream_bytes_per_s_min", [](Config& c) -> std::int64_t& { return c.http.stream_bytes_per_s_min; },
     "bytes", 1, 1 << 30,
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
    {"auction.tmax_ms", [](Config& c) -> std::int64_t& { return c.auction.tmax_ms; }, "ms", 1, 60'000,
     "from an auction request's first byte, where it has no tmax_ms: not begun by then, it is a 503"},
    {"auction.queue_max", [](Config& c) -> std::int64_t& { return c.auction.queue_max; }, "requests", 1,
     1'000'000,
     "auctions waiting for their turn on one thread; beyond it the oldest get 503 with Retry-After"},
    {"auction.queue_wait_max_ms", [](Config& c) -> std::int64_t& { return c.auction.queue_wait_max_ms; },
     "ms", 1, 60'000,
     "once auctions have waited so long for their turn, and some have been waiting for 100 ms, the newest go "
     "first "
     "and the others get 503 with Retry-After, until the thread has time to spare"},
    {"ledger.disk_reserve_bytes", [](Config& c) -> std::int64_t& { return c.ledger.disk_reserve_bytes; },
     "bytes", 1 << 20, std::int64_t{1} << 40,
     "of the disk stay free, or an eighth of it where that is less; beyond it 503"},
    {"ledger.disk_full_grace_s", [](Config& c) -> std::int64_t& { return c.ledger.disk_full_grace_s; }, "s",
     0, kDay,
     "how long auctions go on while nothing can be charged for want of space; then they show no ads"},
    {"ledger.redo_events_max", [](Config& c) -> std::int64_t& { return c.ledger.redo_events_max; }, "events",
     0, 1'000'000,
     "whose counters may be in memory alone, to be counted again after a crash; more memory, fewer writes"},
    {"background_queue_max", [](Config& c) -> std::int64_t& { return c.background_queue_max; }, "tasks", 1,
     1'000'000,
     "waiting for their thread: changes, as many lists and imports, as many reports; beyond it 503"},
    {"yardstick_body_bytes", [](Config& c) -> std::int64_t& { return c.yardstick_body_bytes; }, "bytes", 0,
     1 << 20, "size of the fixed answer of POST /yardstick, for benchmarks; 0 = no such route"},
};

std::optional<std::string> check_log_level(const std::string& text) {
  for (const std::string_view level : {"trace", "debug", "info", "warn", "error"}) {
    if (text == level) return std::nullopt;
  }
  return "must be trace, debug, info, warn or error";
}
std::optional<std::string> check_time_zone(const std::string& text) {
  if (Calendar::load(text)) return std::nullopt;
  return text + " is not a known IANA time zone";
}
std::optional<std::string> check_clock_mode(const std::string& text) {
  if (text == "system" || text == "manual") return std::nullopt;
  return "must be system or manual";
}

const TextKey kTextKeys[] = {
    {"listen", [](Config& c) -> std::string& { return c.listen; }, check_listen,
     "HOST:PORT to serve at; port 0 = any free one"},
    {"data_dir", [](Config& c) -> std::string& { return c.data_dir; }, check_not_empty,
     "where everything durable lives; created if absent"},
    {"time_zone", [](Config& c) -> std::string& { return c.time_zone; }, check_time_zone,
     "the platform's IANA time zone: its days are the days of budgets and reports"},
    {"log_level", [](Config& c) -> std::string& { return c.log_level; }, check_log_level,
     "trace, debug, info, warn or error"},
    {"clock.mode", [](Config& c) -> std::string& { return c.clock.mode; }, check_clock_mode,
     "system, or manual: business time moves by POST /v1/admin/clock only"},
    {"tokens.secret_file", [](Config& c) -> std::string& { return c.tokens.secret_file; }, check_not_empty,
     "keys of 64 hex digits, one a line: the first makes tokens, all are accepted; relative to this file"},
};

// The lifetimes of tokens may stand with the other keys of tokens, too.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"tokens.impression_ttl_s", "impression_ttl_s"},
    {"tokens.click_ttl_s", "click_ttl_s"},
    {"tokens.conversion_ttl_s", "conversion_ttl_s"},
};

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

}  // namespace

std::span<const NumberKey> number_keys() {
  return kNumberKeys;
}

std::span<const TextKey> text_keys() {
  return kTextKeys;
}

std::optional<std::string> check_listen(const std::string& text) {
  if (parse_listen(text)) return std::nullopt;
  return "must be HOST:PORT with a numeric address (IPv6 in brackets) or localhost";
}
std::optional<std::string> check_not_empty(const std::string& text) {
  if (!text.empty()) return std::nullopt;
  return "must not be empty";
}

std::string_view first_name(std::string_view name) {
  for (const auto& [other, first] : kOtherNames) {
    if (other == name) return first;
  }
  return name;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> names{std::string(kClockStart), std::string(kApiKeys)};
  for (const NumberKey& key : number_keys()) names.emplace_back(key.name);
  for (const TextKey& key : text_keys()) names.emplace_back(key.name);
  return names;
}

std::vector<std::string> known_sections() {
  std::vector<std::string> names;
  for (const std::string& key : known_keys()) {
    const std::size_t point = key.find('.');
    if (point != std::string::npos) names.push_back(key.substr(0, point));
  }
  return names;
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  return *std::ranges::min_element(known, {},
                                   [&](const std::string& key) { return edit_distance(name, key); });
}

std::string describe(const Config& config) {
  std::string line;
  Config copy = config;  // the table's accessors are for changing
  for (const TextKey& key : text_keys()) {
    if (!key.at(copy).empty()) line.append(key.name).append("=").append(key.at(copy)).append(" ");
  }
  if (config.clock.start) {
    line.append(kClockStart).append("=");
    append_timestamp(line, *config.clock.start);
    line += ' ';
  }
  for (const NumberKey& key : number_keys()) {
    line.append(key.name).append("=").append(std::to_string(key.at(copy))).append(" ");
  }
  return line + std::string(kApiKeys) + "=" + std::to_string(config.api_keys.size());
}

std::string config_reference() {
  std::string text;
  Config defaults;
  for (const TextKey& key : text_keys()) {
    text.append(key.name)
        .append(" = \"")
        .append(key.at(defaults))
        .append("\"\n    ")
        .append(key.help)
        .append("\n");
  }
  text.append(kClockStart)
      .append("\n    where a manual clock of a new data directory stands at first (RFC 3339)\n");
  for (const NumberKey& key : number_keys()) {
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
