// Report rows: what was counted and charged, per hour and ad, keyword, placement and festival. Counted by the ledger
// with what it charges, so any grouping sums to the ledger exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "budget/ids.h"
#include "budget/money.h"
#include "budget/store.h"
#include "budget/time.h"

namespace gavel {

struct ReportKey {
  AdvertiserIx advertiser;
  Timestamp hour;  // Calendar::hour_begin
  CampaignIx campaign;
  AdGroupIx ad_group;
  AdIx ad;
  KeywordIx keyword;    // none where there was none
  PlacementIx placement;
  FestivalIx festival;  // none where there was none
  auto operator<=>(const ReportKey&) const = default;
};

struct ReportCounters {
  std::int64_t impressions = 0;
  std::int64_t clicks = 0;
  std::int64_t conversions = 0;
  std::int64_t cost_micros = 0;
  std::int64_t uncharged_micros = 0;
  std::int64_t value_micros = 0;
  void add(const ReportCounters& other);
};

struct CountedRow {
  ReportKey key;
  ReportCounters counters;
};

// Rows of one advertiser, or of all, with hours in [from, to).
struct ReportScope {
  std::optional<AdvertiserIx> advertiser = {};
  Timestamp from = Timestamp::min();
  Timestamp to = Timestamp::max();
  bool holds(const ReportKey& key) const {
    return (!advertiser || key.advertiser == *advertiser) && from <= key.hour && key.hour < to;
  }
};

// Visits the rows of `scope` by key order. While a ledger is at work the snapshot is to be its own, see
// Ledger::snapshot_with_reports().
void scan_reports(const StoreSnapshot& store, const ReportScope& scope,
                  const std::function<void(const ReportKey&, const ReportCounters&)>& visit);

}  // namespace gavel
