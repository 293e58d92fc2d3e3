// Sources of metrics for the parts that count or know something themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "api/metrics.h"
#include "budget/accounts.h"
#include "budget/click_delay.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/ledger.h"
#include "budget/store.h"
#include "budget/time.h"

namespace gavel {

// Whatever is passed by reference must outlive the scrapes.
// The workers count the events that do not get as far as the ledger.
MetricSource ledger_metrics(const LedgerMetrics& ledger, const Metrics& workers);
MetricSource holds_metrics(const Holds& holds, const Accounts& accounts);
// The learned delays between auction and charge, as gavel_charge_delay_seconds{pricing, quantile}.
MetricSource click_delay_metrics(const ClickDelay& click_delay);
MetricSource frequency_metrics(const FrequencyCounts& frequency);
// RocksDB's own figures, as gavel_rocksdb_*.
MetricSource store_metrics(const Store& store);
MetricSource server_metrics(const ServerStats& stats);

// gavel_build_info{version, compiler} 1.
MetricSource build_metrics(std::string version);
// gavel_process_*: resident memory, open files, processor time and the start time in seconds of the epoch.
MetricSource process_metrics(std::chrono::system_clock::time_point started);

// Room on the disk that holds the data directory, as gavel_data_dir_free_bytes and gavel_data_dir_size_bytes.
MetricSource disk_metrics(std::string data_dir);

// How far business time lies ahead of the system clock, as gavel_clock_ahead_seconds.
MetricSource clock_metrics(std::function<Duration()> ahead);

// How many of each resource the catalog holds, as gavel_catalog_resources{type}.
struct CatalogSizes {
  std::uint64_t advertisers = 0, campaigns = 0, ad_groups = 0, ads = 0, keywords = 0, placements = 0,
                festivals = 0;
};
MetricSource catalog_metrics(std::function<CatalogSizes()> sizes);

// One counter or gauge without labels.
MetricSource single_metric(MetricKind kind, std::string name, std::string help,
                           std::function<double()> value);

}  // namespace gavel
