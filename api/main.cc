// gaveld: reads its configuration, opens its data, wires the rooms together and serves until it is told to
// stop.

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "api/auth.h"
#include "api/build_info.h"
#include "api/command_line.h"
#include "api/config.h"
#include "api/data_directory.h"
#include "api/failure_log.h"
#include "api/handlers/account_handlers.h"
#include "api/handlers/auction_handlers.h"
#include "api/handlers/event_handlers.h"
#include "api/handlers/operation_handlers.h"
#include "api/handlers/pacing_handlers.h"
#include "api/handlers/report_handlers.h"
#include "api/handlers/yardstick_handler.h"
#include "api/http/listen_address.h"
#include "api/http/server.h"
#include "api/http/stop_signal.h"
#include "api/json/json_writer.h"
#include "api/logging.h"
#include "api/maintenance.h"
#include "api/metrics.h"
#include "api/metrics_sources.h"
#include "api/offline_commands.h"
#include "api/open_files.h"
#include "api/pacing_service.h"
#include "api/resources/executor.h"
#include "api/resources/index_maker.h"
#include "api/resources/registry.h"
#include "api/resources/resource_routes.h"
#include "api/tokens/token_keys.h"
#include "api/tokens/token_sealer.h"
#include "auction/catalog_publisher.h"
#include "auction/segmenter.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/clock.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/ledger.h"

namespace gavel {
namespace {

constexpr std::string_view kCurrency = "CNY";
constexpr Timestamp kManualClockStart = from_micros(946'684'800'000'000);  // 2000-01-01T00:00:00Z

Timestamp wall_clock() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// Ends the program with one clear line, before anything is served.
int fail(const std::string& why) {
  std::fprintf(stderr, "gaveld: %s\n", why.c_str());
  return 1;
}

BusinessClock make_clock(const Config& config, const DataDirectory& data) {
  const Timestamp known = data.last_clock.value_or(from_micros(0));
  if (!config.manual_clock()) return BusinessClock::system(known, wall_clock);
  return BusinessClock::manual(std::max(known, config.clock.start.value_or(kManualClockStart)));
}

// How far business time lies ahead of the system's clock, and so stands still; 0 while it follows, and for a
// manual one.
Duration clock_ahead(BusinessClock& clock) {
  if (clock.is_manual()) return Duration::zero();
  const Timestamp business = clock.now();
  return std::max(business - wall_clock(), Duration::zero());
}

// A machine whose clock was set back has no business day to charge to: all budgets and expiries wait until it
// gets there.
void report_clock(BusinessClock& clock) {
  if (clock_ahead(clock) == Duration::zero()) return;
  std::string system;
  std::string known;
  append_timestamp(system, wall_clock());
  append_timestamp(known, clock.now());
  spdlog::error(
      "the system clock shows {}, but this data directory has been at {}: business time stands still until "
      "then",
      system, known);
}

// The file of the keys that the server makes itself, empty where the configuration names another.
std::string own_token_keys(const Config& config) {
  return config.tokens.secret_file.empty() ? config.data_dir + "/tokens.key" : std::string();
}

Result<TokenKeys, TokenKeyError> read_token_keys(const Config& config) {
  if (!config.tokens.secret_file.empty()) return load_token_keys(config.tokens.secret_file);
  return load_or_make_token_keys(own_token_keys(config));
}

LedgerOptions ledger_options(const Config& config) {
  return {.impression_ttl = std::chrono::seconds{config.impression_ttl_s},
          .click_ttl = std::chrono::seconds{config.click_ttl_s},
          .conversion_ttl = std::chrono::seconds{config.conversion_ttl_s},
          .queue_events_max = static_cast<std::size_t>(config.events.queue_max),
          .batch_events_max = static_cast<std::size_t>(config.events.batch_max),
          .disk_full_grace = std::chrono::seconds{config.ledger.disk_full_grace_s},
          .redo_events_max = static_cast<std::size_t>(config.ledger.redo_events_max)};
}

// As many connections as are configured, or fewer where the system does not let this process open so many
// files.
std::size_t connections_max(const Config& config, std::uint64_t files) {
  const auto wanted = static_cast<std::uint64_t>(config.http.connections_max);
  const std::uint64_t possible = connections_within(files, wanted);
  if (possible < wanted) {
    spdlog::warn(
        "at most {} open files are allowed here: {} connections are taken, not http.connections_max = {}",
        files, possible, wanted);
  }
  return static_cast<std::size_t>(possible);
}

ServerOptions server_options(const Config& config, std::uint64_t open_files) {
  const ListenAddress address = *parse_listen(config.listen);  // checked with the command line
  ServerOptions options;
  options.host = address.host;
  options.port = address.port;
  options.local_only = config.api_keys.empty();
  options.workers = static_cast<std::size_t>(config.threads);
  options.header_bytes_max = static_cast<std::size_t>(config.http.header_bytes_max);
  options.target_bytes_max = static_cast<std::size_t>(config.http.target_bytes_max);
  options.body_bytes_max = static_cast<std::uint64_t>(config.http.body_bytes_max);
  options.connections_max = connections_max(config, open_files);
  options.deferred_requests_max = static_cast<std::size_t>(config.http.deferred_requests_max);
  options.queued_requests_max = static_cast<std::size_t>(config.auction.queue_max);
  options.queue_wait_max = std::chrono::milliseconds{config.auction.queue_wait_max_ms};
  options.header_deadline = std::chrono::milliseconds{config.http.header_deadline_ms};
  options.body_deadline = std::chrono::milliseconds{config.http.body_deadline_ms};
  options.stream_bytes_per_s_min = static_cast<std::uint64_t>(config.http.stream_bytes_per_s_min);
  options.idle_timeout = std::chrono::milliseconds{config.http.idle_timeout_ms};
  options.write_deadline = std::chrono::milliseconds{config.http.write_deadline_ms};
  options.linger = std::chrono::milliseconds{config.http.linger_ms};
  options.drain_timeout = std::chrono::seconds{config.drain_timeout_s};
  options.wall_clock = wall_clock;
  return options;
}

// Written whole or not at all, so that who waits for the file never reads half of it.
std::optional<std::string> write_listen_address(const std::string& data_dir, const std::string& address) {
  const std::string path = data_dir + "/listen_address";
  std::ofstream(path + ".new") << address << '\n';
  std::error_code error;
  std::filesystem::rename(path + ".new", path, error);
  if (error) return path + " cannot be written: " + error.message();
  return std::nullopt;
}

CatalogSizes catalog_sizes(const CatalogPublisher& publisher) {
  const CatalogCounts counts = publisher.current()->counts();
  const auto live = [&counts](ResourceType type) { return counts.live[static_cast<std::size_t>(type)]; };
  return {.advertisers = live(ResourceType::kAdvertiser),
          .campaigns = live(ResourceType::kCampaign),
          .ad_groups = live(ResourceType::kAdGroup),
          .ads = live(ResourceType::kAd),
          .keywords = live(ResourceType::kKeyword),
          .placements = live(ResourceType::kPlacement),
          .festivals = live(ResourceType::kFestival)};
}

// Whatever blocks runs here. Changes and reports do not wait for each other.
struct BackgroundThreads {
  explicit BackgroundThreads(std::size_t queue_max)
      : changes("gavel-changes", queue_max), reads("gavel-reads", queue_max) {}
  Executor changes;
  Executor reads;
};

// What requests are answered from; made in this order, and ended in the opposite one.
struct Service {
  ~Service() { ledger.stop(); }  // its thread calls what is made after it

  Config config;
  std::uint64_t open_files;  // how many this process may have
  Timestamp started_at;
  Calendar calendar;
  DataDirectory data;
  TokenKeys keys;
  BusinessClock clock = make_clock(config, data);
  std::size_t workers = static_cast<std::size_t>(config.threads);

  // Money.
  Accounts accounts{};
  Holds holds{data.epoch, static_cast<std::uint8_t>(workers),
              static_cast<std::size_t>(config.holds_per_worker_max), accounts};
  ClickStats click_stats{};
  ClickDelay click_delay{};
  FrequencyCounts frequency{*data.store, static_cast<std::size_t>(config.frequency_pairs_max)};
  Ledger ledger{{*data.store, clock, calendar, accounts, holds, click_stats, click_delay, frequency,
                 [this] { registry.relist_outgrown(); }},  // there are events only while there is a server
                ledger_options(config)};

  // The catalog.
  std::shared_ptr<Symbols> symbols = std::make_shared<Symbols>();
  CatalogPublisher catalog{std::make_shared<const Catalog>(symbols)};
  Registry registry{{*data.store, clock, symbols, accounts, frequency, click_stats, catalog,
                     [this] { ledger.flush(); }}};  // load()

  PacingService pacing{{*data.store, calendar, accounts, catalog}, workers};
  Metrics metrics{workers};
  Authenticator authenticator{config.api_keys};
  Maintenance maintenance{{clock, *data.store, holds, click_delay, frequency, ledger, pacing, registry}};
  std::atomic<const Server*> server{nullptr};  // once there is one
};

void add_routes(Router& router, Service& my, BackgroundThreads& threads) {
  const LedgerOptions ttl = ledger_options(my.config);
  const Background background = [&threads](auto task) { return threads.reads.submit(std::move(task)); };
  add_resource_routes(router, {my.registry, threads.changes, my.data.tmp(),
                               static_cast<std::size_t>(my.config.http.body_bytes_max)});
  const auto body_bytes_max = static_cast<std::uint64_t>(my.config.http.auction_body_bytes_max);
  add_auction_routes(router, {.catalog = my.catalog,
                              .calendar = my.calendar,
                              .clock = my.clock,
                              .ledger = my.ledger,
                              .accounts = my.accounts,
                              .holds = my.holds,
                              .pacing = my.pacing,
                              .click_stats = my.click_stats,
                              .frequency = my.frequency,
                              .metrics = my.metrics,
                              .keys = my.keys,
                              .user_salt = my.data.user_salt,
                              .impression_ttl = ttl.impression_ttl,
                              .click_ttl = ttl.click_ttl,
                              .hold_ttl = std::chrono::seconds{my.config.hold_ttl_s},
                              .workers = my.workers,
                              .body_bytes_max = body_bytes_max,
                              .tmax = std::chrono::milliseconds{my.config.auction.tmax_ms}});
  add_event_routes(router, {my.keys, my.data.epochs, my.ledger, my.catalog, *my.data.store, my.metrics,
                            my.workers, static_cast<std::size_t>(my.config.events.per_request_max),
                            static_cast<std::uint64_t>(my.config.http.events_body_bytes_max)});
  add_account_routes(router, {my.catalog, my.accounts, my.calendar, my.clock, my.ledger, my.pacing});
  add_pacing_routes(router, {my.catalog, my.calendar, my.clock, *my.data.store, background});
  add_report_routes(router, {my.catalog, my.calendar, my.ledger, background});
  if (my.config.yardstick_body_bytes > 0) {
    add_yardstick_route(router, static_cast<std::size_t>(my.config.yardstick_body_bytes));
  }
  const auto ready = [&my] {
    const Server* const server = my.server.load();
    return server != nullptr && server->ready();
  };
  add_operation_routes(router, {.metrics = my.metrics,
                                .store = *my.data.store,
                                .clock = my.clock,
                                .checkpoints = my.data.checkpoints(),
                                .started_at = my.started_at,
                                .ready = ready,
                                .jump = [&my](Timestamp to) { return my.maintenance.jump(to); },
                                .token_keys = own_token_keys(my.config),
                                .next_serials = [&my] { return my.holds.next_numbers(); },
                                .background = background});
}

void add_metrics(const Router& router, const Server& server, Service& my) {
  my.metrics.count_requests_of(router);
  my.metrics.add_source(ledger_metrics(my.ledger.metrics(), my.metrics));
  my.metrics.add_source(holds_metrics(my.holds, my.accounts));
  my.metrics.add_source(click_delay_metrics(my.click_delay));
  my.metrics.add_source(frequency_metrics(my.frequency));
  my.metrics.add_source(store_metrics(*my.data.store));
  my.metrics.add_source(disk_metrics(my.config.data_dir));
  my.metrics.add_source(server_metrics(server.stats()));
  my.metrics.add_source(build_metrics(std::string(build_version())));
  my.metrics.add_source(process_metrics(std::chrono::system_clock::time_point(my.started_at)));
  my.metrics.add_source(clock_metrics([&my] { return clock_ahead(my.clock); }));
  my.metrics.add_source(catalog_metrics([&my] { return catalog_sizes(my.catalog); }));
}

// Loads the catalog and what pacing knows of it. The error is one line for a person.
std::optional<std::string> load(Service& my) {
  const auto failed = my.registry.load([](std::uint64_t rows) {
    spdlog::info("loading: {} resources", rows);
    return !stop_signal_came();
  });
  if (failed) return failed->message;
  my.pacing.load();
  ::malloc_trim(0);  // what reading took
  const CatalogSizes loaded = catalog_sizes(my.catalog);
  spdlog::info("loaded: {} advertisers, {} campaigns, {} ads, {} keywords", loaded.advertisers,
               loaded.campaigns, loaded.ads, loaded.keywords);
  return std::nullopt;
}

// Loads what is stored, serves until the process is told to stop, then answers what is in flight and makes
// durable what was taken. Health, metrics and that it is not ready yet can be asked while it loads.
int serve(Service& my) {
  BackgroundThreads threads(static_cast<std::size_t>(my.config.background_queue_max));
  Router router;
  add_routes(router, my, threads);
  FailureLog failures(router);
  const auto observe = [count = my.metrics.request_observer(), &failures](const RequestRecord& record) {
    count(record);
    failures.observe(record);
  };
  Server server(server_options(my.config, my.open_files), router, my.authenticator, observe);
  add_metrics(router, server, my);
  my.server = &server;

  const auto port = server.start();
  if (!port) return fail(port.error());
  // Only now is it known that there will be a server: what is wrong before is one line, and no other.
  log_start(my.config, std::string(build_version()));
  report_clock(my.clock);
  const auto reserve = static_cast<std::uint64_t>(my.config.ledger.disk_reserve_bytes);
  if (!index_is_whole(*my.data.store)) my.data.store->keep_free(reserve);
  if (const auto failed = load(my)) {
    if (!stop_signal_came()) return fail(*failed);
    spdlog::info("signal {} while loading: stopped", wait_for_stop_signal());
    return 0;
  }
  my.data.store->compact();
  // Not before, but for a load that writes: on a disk that is nearly full a server still starts, and tells what it knows.
  my.data.store->keep_free(reserve);
  if (!my.clock.is_manual()) my.maintenance.start();
  server.open();
  const std::string address = format_listen(parse_listen(my.config.listen)->host, *port);
  if (const auto failed = write_listen_address(my.config.data_dir, address)) return fail(*failed);
  spdlog::info("listening on {}", address);

  const int signal = wait_for_stop_signal();
  spdlog::info("signal {}: draining", signal);
  server.stop();
  threads.changes.stop();
  threads.reads.stop();
  my.maintenance.stop();
  my.ledger.stop();
  my.pacing.save(my.clock.now());
  spdlog::info("stopped");
  return 0;
}

int run(const Config& config, std::uint64_t open_files) {
  // 1. What everything depends on.
  auto calendar = Calendar::load(config.time_zone);
  if (!calendar) return fail("time_zone " + config.time_zone + " is not a known IANA time zone");
  auto data =
      open_data_directory(config.data_dir, {config.time_zone, std::string(kCurrency), Segmenter::version()});
  if (!data) return fail(data.error().message);
  auto keys = read_token_keys(config);
  if (!keys) return fail(keys.error().message);

  TokenKeys token_keys = keys_of_directory(*keys, data->id);

  // 2. Money, as the disk knows it.
  Service service{.config = config,
                  .open_files = open_files,
                  .started_at = wall_clock(),
                  .calendar = std::move(*calendar),
                  .data = std::move(*data),
                  .keys = std::move(token_keys)};

  // 3. The catalog, and requests.
  return serve(service);
}

}  // namespace
}  // namespace gavel

int main(int argc, char** argv) {
  const std::string version(gavel::build_version());
  const gavel::CommandLine command = gavel::parse_command_line(argc, argv, version);
  if (command.print) {
    std::FILE* const out = command.exit_code == 0 ? stdout : stderr;
    std::fputs(command.print->c_str(), out);
    if (!command.print->ends_with('\n')) std::fputc('\n', out);
    return command.exit_code;
  }
  gavel::start_logging(command.config.log_level);
  // Before a database is opened, which keeps a file open for each of its tables.
  const std::uint64_t open_files = gavel::raise_open_files_limit();
  const std::string& data_dir = command.config.data_dir;
  if (command.task == gavel::CommandLine::Task::kVerify) return gavel::verify_command(data_dir, command.json);
  if (command.task == gavel::CommandLine::Task::kRestore) {
    return gavel::restore_command(command.checkpoint, data_dir, command.force);
  }
  gavel::block_stop_signals();
  try {
    // Before there are threads: it sets what libsodium calls by this processor's instructions.
    gavel::init_sodium();
    return gavel::run(command.config, open_files);
  } catch (const std::exception& error) {
    return gavel::fail(error.what());
  }
}
