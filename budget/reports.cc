#include "budget/reports.h"

#include <limits>
#include <string>
#include <string_view>

#include "budget/ledger_codec.h"

namespace gavel {
namespace {

// Counters stop at the end of the integer. Charges never get there (kMaxTotal); values that callers report
// might.
void saturating_add(std::int64_t& sum, std::int64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) sum = std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void ReportCounters::add(const ReportCounters& other) {
  saturating_add(impressions, other.impressions);
  saturating_add(clicks, other.clicks);
  saturating_add(conversions, other.conversions);
  saturating_add(cost_micros, other.cost_micros);
  saturating_add(uncharged_micros, other.uncharged_micros);
  saturating_add(value_micros, other.value_micros);
}

void scan_reports(const StoreSnapshot& store, const ReportScope& scope,
                  const std::function<void(const ReportKey&, const ReportCounters&)>& visit) {
  const std::string begin = report_prefix(scope.advertiser.value_or(AdvertiserIx{0}), scope.from);
  store.skip_scan(Family::kReports, begin,
                  [&](std::string_view key, std::string_view value) -> std::optional<std::string> {
                    const ReportKey row = decode_report_key(key);
                    if (scope.advertiser && row.advertiser != *scope.advertiser) return std::nullopt;
                    if (row.hour < scope.from) return report_prefix(row.advertiser, scope.from);
                    if (row.hour < scope.to) {
                      visit(row, decode_counters(value));
                      return "";
                    }
                    if (scope.advertiser || row.advertiser.value == AdvertiserIx::kNone) return std::nullopt;
                    return report_prefix(AdvertiserIx{row.advertiser.value + 1}, scope.from);
                  });
}

}  // namespace gavel
