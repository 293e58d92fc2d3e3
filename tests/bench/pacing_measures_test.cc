// A day's figures against numbers worked out by hand.
#include <gtest/gtest.h>

#include "bench/pacing/measures.h"

namespace gavel::pacing_sim {
namespace {

TEST(PacingMeasures, DistanceIsFromBudgetTimesTheShareOfRealisedTraffic) {
  // Half of the traffic after the first two steps, all of it after four; the target is 50, 100 and stays
  // there.
  const std::vector<std::uint32_t> traffic{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(mean_distance(100, std::vector<std::int64_t>{25, 50, 75, 100}, traffic), 0);
  EXPECT_DOUBLE_EQ(mean_distance(100, std::vector<std::int64_t>{100, 100, 100, 100}, traffic),
                   (75 + 50 + 25) / 4.0);
  EXPECT_DOUBLE_EQ(mean_distance(100, std::vector<std::int64_t>{0, 0, 0, 0}, traffic),
                   (25 + 50 + 75 + 100) / 4.0);
  EXPECT_DOUBLE_EQ(mean_distance(100, std::vector<std::int64_t>{30, 45, 75, 96}, traffic),
                   (5 + 5 + 0 + 4) / 4.0);
}

TEST(PacingMeasures, SizesGoByTheChargesThatABudgetBuys) {
  const auto size = [](std::int64_t charges) {
    return size_of({.budget = Micros{charges * 700'000}, .charge = 700'000});
  };
  EXPECT_EQ(size(100), Size::kHundreds);
  EXPECT_EQ(size(99), Size::kOther);
  EXPECT_EQ(size(15), Size::kAboutFifteen);
  EXPECT_EQ(size(5), Size::kAboutFive);
  EXPECT_EQ(size(1), Size::kOther);
}

TEST(PacingMeasures, SharesAreSumsOverCampaigns) {
  const SizeMeasures sums{.campaigns = 2,
                          .able = 2,
                          .able_budget = 400,
                          .able_charged = 396,
                          .able_distance = 10,
                          .able_clicks = 90,
                          .multiplier_clicks = 100,
                          .threshold_clicks = 120};
  EXPECT_DOUBLE_EQ(sums.spent_share(), 0.99);
  EXPECT_DOUBLE_EQ(sums.distance_share(), 0.025);
  EXPECT_DOUBLE_EQ(sums.of_multiplier(), 0.9);
  EXPECT_DOUBLE_EQ(sums.of_threshold(), 0.75);
  EXPECT_DOUBLE_EQ(sums.clicks_per_budget(), 90 / 400e-6);
}

}  // namespace
}  // namespace gavel::pacing_sim
