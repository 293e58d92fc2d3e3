// The configuration: every key with its type, unit, default and bounds, read from TOML.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/auth.h"
#include "budget/result.h"
#include "budget/time.h"

namespace gavel {

// What the keys mean, in which unit, and what they may be stands in one table in config_keys.cc; the values
// here are the defaults.
struct Config {
  std::string listen = "127.0.0.1:8080";
  std::string data_dir = "data";
  std::string time_zone = "Asia/Shanghai";
  std::int64_t threads = 0;  // set to the number of cores by default_config()
  std::string log_level = "info";
  std::int64_t impression_ttl_s = 3'600;
  std::int64_t click_ttl_s = 86'400;
  std::int64_t conversion_ttl_s = 2'592'000;
  std::int64_t hold_ttl_s = 600;
  std::int64_t holds_per_worker_max = 1 << 20;
  std::int64_t frequency_pairs_max = 4'000'000;
  std::int64_t drain_timeout_s = 10;
  std::int64_t background_queue_max = 10'000;
  std::int64_t yardstick_body_bytes = 0;

  struct Clock {
    std::string mode = "system";
    std::optional<Timestamp> start;
  } clock;

  struct Tokens {
    std::string secret_file;  // empty = none named; otherwise relative to the working directory, or absolute
  } tokens;

  struct Http {
    std::int64_t header_bytes_max = 16 * 1024;
    std::int64_t target_bytes_max = 8 * 1024;
    std::int64_t body_bytes_max = 1024 * 1024;
    std::int64_t auction_body_bytes_max = 4 * 1024 * 1024;
    std::int64_t events_body_bytes_max = 2 * 1024 * 1024;
    std::int64_t connections_max = 15'000;
    std::int64_t deferred_requests_max = 10'000;
    std::int64_t header_deadline_ms = 10'000;
    std::int64_t body_deadline_ms = 30'000;
    std::int64_t stream_bytes_per_s_min = 1'024;
    std::int64_t idle_timeout_ms = 75'000;
    std::int64_t write_deadline_ms = 30'000;
    std::int64_t linger_ms = 2'000;
  } http;

  struct Events {
    std::int64_t per_request_max = 1'000;
    std::int64_t queue_max = 100'000;
    std::int64_t batch_max = 4'096;
  } events;

  struct Auction {
    std::int64_t tmax_ms = 1'000;
    std::int64_t queue_max = 1'024;
    std::int64_t queue_wait_max_ms = 100;
  } auction;

  struct LedgerKeys {
    std::int64_t disk_reserve_bytes = 256 * 1024 * 1024;
    std::int64_t disk_full_grace_s = 60;
    std::int64_t redo_events_max = 65'536;
  } ledger;

  std::vector<ApiKey> api_keys;

  bool manual_clock() const { return clock.mode == "manual"; }
};

struct ConfigError {
  std::string message;  // one line for a person: the file, the line and the key where there are any, and what
                        // is wrong
};

// All defaults, with as many threads as the machine has cores.
Config default_config();

// Reads `text`; keys left out keep their defaults. `file` is how errors call it, and relative paths of
// `[tokens] secret_file` start from its folder. An unknown key, a wrong type and a value out of bounds are
// errors that name the key and its line; an unknown key's also the nearest known one.
Result<Config, ConfigError> parse_config(std::string_view text, const std::string& file);
Result<Config, ConfigError> load_config(const std::string& file);

// What only the whole can tell, after the command line had its say: whether `listen` is an address, and a
// loopback one where no api key is configured; whether a whole request of events fits into their queue.
// nullopt = nothing is wrong.
std::optional<ConfigError> check_config(const Config& config);

// Everything but secrets on one line, for the log.
std::string describe(const Config& config);

// A line a key, with its unit, default, bounds and meaning: the reference that --help-config prints.
std::string config_reference();

}  // namespace gavel
