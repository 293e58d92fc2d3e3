#include "budget/click_stats.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace gavel {
namespace {

constexpr std::uint64_t kOne = 1'000'000'000;  // one impression at the first position

TEST(SmoothedPctr, IsTheBetaMeanRoundedHalfToEven) {
  struct Case {
    ClickCounts seen;
    std::int32_t prior, expected;
  };
  const Case cases[] = {
      {{0, 0}, 20'000'000, 20'000'000},                       // nothing seen: the prior
      {{200 * kOne, 0}, 20'000'000, 10'000'000},              // 4 / 400
      {{800 * kOne, 46}, 20'000'000, 50'000'000},             // 50 / 1000
      {{100 * kOne, 100}, 0, 333'333'333},                    // 100 / 300
      {{100 * kOne, 100}, kProbabilityOne, kProbabilityOne},  // 300 / 300
      {{kOne / 2, 1}, 0, 4'975'124},                          // more clicks than examined: 1 / 201
      {{0, 5'000'000'000}, 0, 999'999'960},                   // large counts
      {{200 * kOne, 0}, 1, 0},                                // a half, to even
      {{200 * kOne, 0}, 3, 2},                                // one and a half, to even
  };
  for (const Case& c : cases) {
    EXPECT_EQ(smoothed_pctr(c.seen, {c.prior}).nano, c.expected)
        << c.seen.examined_nano << " " << c.seen.clicks;
  }
}

TEST(ClickStats, KeepsPairsApart) {
  ClickStats stats;
  EXPECT_EQ(stats.get(AdIx{1}, PlacementIx{2}).clicks, 0u);
  stats.set(AdIx{1}, PlacementIx{2}, {.examined_nano = 5, .clicks = 6});
  stats.set(AdIx{2}, PlacementIx{1}, {.examined_nano = 7, .clicks = 8});
  stats.set(AdIx{1}, PlacementIx{2}, {.examined_nano = 50, .clicks = 60});
  EXPECT_EQ(stats.get(AdIx{1}, PlacementIx{2}).examined_nano, 50u);
  EXPECT_EQ(stats.get(AdIx{1}, PlacementIx{2}).clicks, 60u);
  EXPECT_EQ(stats.get(AdIx{2}, PlacementIx{1}).examined_nano, 7u);
  EXPECT_EQ(stats.get(AdIx{2}, PlacementIx{2}).clicks, 0u);
  EXPECT_EQ(stats.size(), 2u);
}

TEST(ClickStats, AgreesWithAMapThroughManyGrowths) {
  ClickStats stats;
  std::map<std::pair<std::uint32_t, std::uint32_t>, ClickCounts> model;
  std::mt19937_64 random(5);
  for (int i = 0; i < 50'000; ++i) {
    const auto ad = static_cast<std::uint32_t>(random() % 5'000);
    const auto placement = static_cast<std::uint32_t>(random() % 6);
    const ClickCounts counts{random(), random()};
    stats.set(AdIx{ad}, PlacementIx{placement}, counts);
    model[{ad, placement}] = counts;
  }
  EXPECT_EQ(stats.size(), model.size());
  for (const auto& [key, counts] : model) {
    ASSERT_EQ(stats.get(AdIx{key.first}, PlacementIx{key.second}).examined_nano, counts.examined_nano);
    ASSERT_EQ(stats.get(AdIx{key.first}, PlacementIx{key.second}).clicks, counts.clicks);
  }
}

TEST(ClickStats, ReadersSeeEveryPairThatWasSetBefore) {
  ClickStats stats;
  std::atomic<std::uint32_t> set{0};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    std::mt19937_64 random(1);
    for (std::uint32_t n = 0; n < 20'000; n = set.load()) {
      if (n == 0) continue;
      const auto ad = static_cast<std::uint32_t>(random() % n);
      if (stats.get(AdIx{ad}, PlacementIx{0}).clicks != ad + 1) ++wrong;
    }
  });
  for (std::uint32_t ad = 0; ad < 20'000; ++ad) {
    stats.set(AdIx{ad}, PlacementIx{0}, {.examined_nano = 1, .clicks = ad + 1});
    set.store(ad + 1);
  }
  reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace gavel
