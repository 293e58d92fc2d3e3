#include "budget/reports.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "budget/ledger_codec.h"
#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

TEST(ReportCounters, AddSaturates) {
  ReportCounters sum{.impressions = 1, .value_micros = INT64_MAX - 1};
  sum.add({.impressions = 2,
           .clicks = 3,
           .conversions = 4,
           .cost_micros = 5,
           .uncharged_micros = 6,
           .value_micros = 7});
  EXPECT_EQ(sum.impressions, 3);
  EXPECT_EQ(sum.clicks, 3);
  EXPECT_EQ(sum.conversions, 4);
  EXPECT_EQ(sum.cost_micros, 5);
  EXPECT_EQ(sum.uncharged_micros, 6);
  EXPECT_EQ(sum.value_micros, INT64_MAX);
}

// Random rows, and every kind of range, against a map; hours before 1970 among them.
TEST(ScanReports, VisitsExactlyTheRowsOfTheRangeInOrder) {
  TemporaryDirectory dir;
  const std::unique_ptr<Store> store = *Store::open(dir / "data");
  std::mt19937_64 random(9);
  std::map<ReportKey, std::int64_t> model;
  WriteBatch batch;
  for (int i = 0; i < 3'000; ++i) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
    const ReportKey key{.advertiser = {below(20) * 7},
                        .hour = Timestamp{1h * (static_cast<int>(below(48)) - 10)},
                        .campaign = {below(3)},
                        .ad_group = {below(3)},
                        .ad = {below(4)},
                        .keyword = below(2) == 0 ? KeywordIx{} : KeywordIx{below(3)},
                        .placement = {below(2)},
                        .festival = below(2) == 0 ? FestivalIx{} : FestivalIx{below(2)}};
    const auto clicks = static_cast<std::int64_t>(below(1'000));
    model[key] = clicks;
    batch.put(Family::kReports, report_key(key), encode(ReportCounters{.clicks = clicks}));
  }
  ASSERT_FALSE(store->write(batch));
  for (int i = 0; i < 300; ++i) {
    const Timestamp from{1h * (static_cast<int>(random() % 60) - 15)};
    const Timestamp to = from + 1h * static_cast<int>(random() % 20);
    std::optional<AdvertiserIx> advertiser;
    if (random() % 2 == 0) advertiser = AdvertiserIx{static_cast<std::uint32_t>(random() % 140)};
    std::vector<std::pair<ReportKey, std::int64_t>> expected;
    for (const auto& [key, clicks] : model) {
      if (key.hour < from || key.hour >= to || (advertiser && key.advertiser != *advertiser)) continue;
      expected.emplace_back(key, clicks);
    }
    std::vector<std::pair<ReportKey, std::int64_t>> seen;
    scan_reports(
        *store->snapshot(), {advertiser, from, to},
        [&](const ReportKey& key, const ReportCounters& row) { seen.emplace_back(key, row.clicks); });
    ASSERT_EQ(seen, expected);
  }
}

}  // namespace
}  // namespace gavel
