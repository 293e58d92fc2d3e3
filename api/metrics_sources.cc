#include "api/metrics_sources.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace gavel {
namespace {

Metric metric(MetricKind kind, std::string name, std::string help) {
  return {.name = std::move(name), .help = std::move(help), .kind = kind, .samples = {}};
}

void add_single(std::vector<Metric>& out, MetricKind kind, std::string name, std::string help, double value) {
  Metric added = metric(kind, std::move(name), std::move(help));
  added.samples.push_back({{}, value, std::nullopt});
  out.push_back(std::move(added));
}

void add_histogram(std::vector<Metric>& out, std::string name, std::string help, HistogramValue value) {
  Metric added = metric(MetricKind::kHistogram, std::move(name), std::move(help));
  added.samples.push_back({{}, 0, std::move(value)});
  out.push_back(std::move(added));
}

double get(const std::atomic<std::uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

// Buckets whose bounds double from `first`; the last bucket holds the rest.
template <std::size_t N>
HistogramValue doubling(const std::atomic<std::uint64_t> (&counts)[N], double first, double sum) {
  HistogramValue value;
  for (std::size_t i = 0; i < N; ++i) {
    if (i + 1 < N) value.bounds.push_back(first * static_cast<double>(std::uint64_t{1} << i));
    value.counts.push_back(counts[i].load(std::memory_order_relaxed));
  }
  value.sum = sum;
  return value;
}

void add_events(std::vector<Metric>& out, const LedgerMetrics& ledger, const Metrics& workers) {
  static constexpr std::string_view kTypes[] = {"impression", "click", "conversion"};
  static constexpr std::string_view kStatuses[] = {"charged", "counted", "duplicate", "expired",
                                                   "over_budget"};
  static_assert(std::size(kTypes) == kEventTypeCount);
  static_assert(std::size(kTypes) == std::extent_v<decltype(LedgerMetrics::events), 0>);
  static_assert(std::size(kStatuses) == std::extent_v<decltype(LedgerMetrics::events), 1>);
  Metric events = metric(MetricKind::kCounter, "gavel_events_total",
                         "Events by type and result; all but those of invalid tokens are durable.");
  const auto add = [&events](std::size_t type, std::string_view status, double count) {
    events.samples.push_back(
        {{{"type", std::string(kTypes[type])}, {"status", std::string(status)}}, count, std::nullopt});
  };
  for (std::size_t type = 0; type < std::size(kTypes); ++type) {
    for (std::size_t status = 0; status < std::size(kStatuses); ++status) {
      add(type, kStatuses[status], get(ledger.events[type][status]));
    }
    add(type, "invalid_token", static_cast<double>(workers.invalid_tokens(static_cast<EventType>(type))));
  }
  out.push_back(std::move(events));
}

// Resident pages of this process, from the kernel.
double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code ec;
  std::filesystem::directory_iterator files("/proc/self/fd", ec);
  return ec ? 0 : static_cast<double>(std::distance(files, std::filesystem::directory_iterator()));
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// "gavel_rocksdb_estimate_live_data_size" of "rocksdb.estimate-live-data-size".
std::string store_metric_name(std::string_view property) {
  std::string name = "gavel_";
  for (const char c : property) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += plain ? c : '_';
  }
  return name;
}

}  // namespace

MetricSource ledger_metrics(const LedgerMetrics& ledger, const Metrics& workers) {
  return [&ledger, &workers](std::vector<Metric>& out) {
    add_events(out, ledger, workers);
    add_single(out, MetricKind::kCounter, "gavel_charged_micros_total", "Money charged, in micros.",
               get(ledger.charged_micros));
    add_single(out, MetricKind::kCounter, "gavel_uncharged_micros_total",
               "Money not charged because a limit would have been passed, in micros.",
               get(ledger.uncharged_micros));
    add_single(out, MetricKind::kCounter, "gavel_ledger_commits_total", "Batches made durable.",
               get(ledger.commits));
    add_single(out, MetricKind::kCounter, "gavel_ledger_failed_commits_total",
               "Batches that could not be made durable.", get(ledger.failed_commits));
    add_single(out, MetricKind::kGauge, "gavel_ledger_disk_full",
               "1 while nothing can be made durable for want of space, else 0.", ledger.disk_full ? 1 : 0);
    add_single(out, MetricKind::kGauge, "gavel_ledger_queued_events", "Events waiting for the ledger.",
               get(ledger.queued_events));
    add_histogram(out, "gavel_ledger_commit_duration_seconds", "Time to make one batch durable.",
                  doubling(ledger.commit_us_buckets, 32e-6, get(ledger.commit_us_sum) * 1e-6));
    add_histogram(out, "gavel_ledger_batch_events", "Events in one batch.",
                  doubling(ledger.batch_size_buckets, 1, get(ledger.batch_size_sum)));
  };
}

MetricSource holds_metrics(const Holds& holds, const Accounts& accounts) {
  return [&holds, &accounts](std::vector<Metric>& out) {
    add_single(out, MetricKind::kGauge, "gavel_held_micros",
               "Expected charges of what was shown and not charged yet.",
               static_cast<double>(accounts.held_total().value));
    add_single(out, MetricKind::kCounter, "gavel_holds_evicted_total",
               "Holds released early because there were too many.", static_cast<double>(holds.evicted()));
  };
}

MetricSource click_delay_metrics(const ClickDelay& click_delay) {
  return [&click_delay](std::vector<Metric>& out) {
    Metric delays = metric(MetricKind::kGauge, "gavel_charge_delay_seconds",
                           "Learned delay between an auction and its charge: holds shrink by it.");
    const DelayCounts known = click_delay.get().known;
    for (const auto& [pricing, name] : {std::pair{Pricing::kCpc, "cpc"}, {Pricing::kCpm, "cpm"}}) {
      for (const auto& [permille, quantile] : {std::pair{500, "0.5"}, {950, "0.95"}, {990, "0.99"}}) {
        const auto delay = known.quantile(pricing, permille);
        if (!delay) continue;
        delays.samples.push_back({{{"pricing", name}, {"quantile", quantile}},
                                  static_cast<double>(delay->count()) * 1e-6,
                                  std::nullopt});
      }
    }
    out.push_back(std::move(delays));
  };
}

MetricSource frequency_metrics(const FrequencyCounts& frequency) {
  return [&frequency](std::vector<Metric>& out) {
    add_single(out, MetricKind::kGauge, "gavel_frequency_pairs",
               "Pairs of a user and a capped campaign in memory.", static_cast<double>(frequency.pairs()));
    add_single(out, MetricKind::kCounter, "gavel_frequency_evicted_total",
               "Pairs of a user and a capped campaign forgotten early because there were too many.",
               static_cast<double>(frequency.evicted()));
  };
}

MetricSource store_metrics(const Store& store) {
  return [&store](std::vector<Metric>& out) {
    for (const auto& [property, value] : store.properties()) {
      add_single(out, MetricKind::kGauge, store_metric_name(property),
                 "RocksDB's own figure " + property + ".", static_cast<double>(value));
    }
  };
}

MetricSource server_metrics(const ServerStats& stats) {
  return [&stats](std::vector<Metric>& out) {
    add_single(out, MetricKind::kGauge, "gavel_http_connections", "Open connections.",
               get(stats.connections));
    add_single(out, MetricKind::kGauge, "gavel_http_deferred_requests", "Requests waiting for their answer.",
               get(stats.deferred));
    add_single(out, MetricKind::kCounter, "gavel_http_connections_accepted_total", "Connections taken.",
               get(stats.accepted));
    add_single(out, MetricKind::kCounter, "gavel_http_connections_refused_total",
               "Connections turned away because there were too many.", get(stats.refused));
    add_single(out, MetricKind::kGauge, "gavel_http_queued_requests",
               "Auction requests waiting for their turn.", get(stats.queued));
    Metric shed = metric(MetricKind::kCounter, "gavel_http_requests_shed_total",
                         "Requests turned away for want of time or room, by cause.");
    for (std::size_t cause = 0; cause < kShedCauseCount; ++cause) {
      const std::string name(shed_cause_name(static_cast<ShedCause>(cause)));
      shed.samples.push_back({{{"cause", name}}, get(stats.shed[cause]), std::nullopt});
    }
    out.push_back(std::move(shed));
    add_single(out, MetricKind::kCounter, "gavel_http_bad_requests_total",
               "Requests that were not HTTP, or too large.", get(stats.bad_requests));
    add_single(out, MetricKind::kCounter, "gavel_http_timeouts_total", "Connections ended by a deadline.",
               get(stats.timeouts));
  };
}

MetricSource build_metrics(std::string version) {
  return [version = std::move(version)](std::vector<Metric>& out) {
    Metric info = metric(MetricKind::kGauge, "gavel_build_info", "Always 1; what runs is in the labels.");
    info.samples.push_back({{{"version", version}, {"compiler", __VERSION__}}, 1, std::nullopt});
    out.push_back(std::move(info));
  };
}

MetricSource process_metrics(std::chrono::system_clock::time_point started) {
  const double start = std::chrono::duration<double>(started.time_since_epoch()).count();
  return [start](std::vector<Metric>& out) {
    add_single(out, MetricKind::kGauge, "gavel_process_start_time_seconds",
               "When the process started, since 1970.", start);
    add_single(out, MetricKind::kGauge, "gavel_process_resident_memory_bytes", "Resident memory.",
               resident_bytes());
    add_single(out, MetricKind::kGauge, "gavel_process_open_files", "Open file descriptors.", open_files());
    add_single(out, MetricKind::kCounter, "gavel_process_cpu_seconds_total", "Processor time used.",
               processor_seconds());
  };
}

MetricSource disk_metrics(std::string data_dir) {
  return [data_dir = std::move(data_dir)](std::vector<Metric>& out) {
    std::error_code ec;
    const std::filesystem::space_info space = std::filesystem::space(data_dir, ec);
    if (ec) return;
    add_single(out, MetricKind::kGauge, "gavel_data_dir_free_bytes",
               "Free on the disk of the data directory.", static_cast<double>(space.available));
    add_single(out, MetricKind::kGauge, "gavel_data_dir_size_bytes",
               "Size of the disk of the data directory.", static_cast<double>(space.capacity));
  };
}

MetricSource clock_metrics(std::function<Duration()> ahead) {
  return [ahead = std::move(ahead)](std::vector<Metric>& out) {
    add_single(out, MetricKind::kGauge, "gavel_clock_ahead_seconds",
               "How far business time lies ahead of the system clock, which it waits for.",
               std::chrono::duration<double>(ahead()).count());
  };
}

MetricSource catalog_metrics(std::function<CatalogSizes()> sizes) {
  return [sizes = std::move(sizes)](std::vector<Metric>& out) {
    const CatalogSizes now = sizes();
    Metric resources =
        metric(MetricKind::kGauge, "gavel_catalog_resources", "Resources in the catalog, by type.");
    for (const auto& [type, count] : {std::pair{"advertiser", now.advertisers},
                                      {"campaign", now.campaigns},
                                      {"ad_group", now.ad_groups},
                                      {"ad", now.ads},
                                      {"keyword", now.keywords},
                                      {"placement", now.placements},
                                      {"festival", now.festivals}}) {
      resources.samples.push_back({{{"type", type}}, static_cast<double>(count), std::nullopt});
    }
    out.push_back(std::move(resources));
  };
}

MetricSource single_metric(MetricKind kind, std::string name, std::string help,
                           std::function<double()> value) {
  return [=](std::vector<Metric>& out) { add_single(out, kind, name, help, value()); };
}

}  // namespace gavel
