// Days played through the engine: the same again give the same bytes, and money keeps its limits.
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/pacing/day.h"
#include "bench/pacing/experiment.h"
#include "bench/pacing/plot.h"
#include "bench/pacing/report.h"

namespace gavel::pacing_sim {
namespace {

Experiment small_experiment() {
  Experiment experiment;
  experiment.campaigns = 150;
  experiment.auctions = 1'500;
  experiment.scenarios = {Scenario::kFestivalMidnight, Scenario::kOutage};
  experiment.contenders = all_contenders();
  experiment.week = own_week_shares();
  experiment.pacer_step_s = 60;
  return experiment;
}

std::string bytes_of(const std::vector<Outcome>& outcomes) {
  const std::vector<SeedOutcomes> seeds{{3, outcomes}};
  std::string bytes = report_json({}, seeds) + report_table({}, seeds);
  std::vector<const Outcome*> contenders;
  for (const Outcome& outcome : outcomes) {
    if (outcome.scenario == outcomes[0].scenario) contenders.push_back(&outcome);
  }
  return bytes + plot_svg(contenders);
}

TEST(PacingDay, ARecordedDayPlayedTwiceGivesTheSameBytes) {
  const Foundation foundation;
  const Experiment experiment = small_experiment();
  const std::string first = bytes_of(run_seed(foundation, experiment, 3, [] {}));
  EXPECT_EQ(first, bytes_of(run_seed(foundation, experiment, 3, [] {})));
  EXPECT_NE(first, bytes_of(run_seed(foundation, experiment, 4, [] {})));
}

TEST(PacingDay, NobodyChargesPastABudget) {
  const Foundation foundation;
  for (const Outcome& outcome : run_seed(foundation, small_experiment(), 5, [] {})) {
    EXPECT_EQ(outcome.measures.past_budget, 0) << outcome.contender;
    EXPECT_GT(outcome.measures.charged, 0) << outcome.contender;
    EXPECT_EQ(outcome.measures.holds_evicted, 0U) << outcome.contender;
  }
}

TEST(PacingDay, StepsAddUpToWhatWasCharged) {
  const Foundation foundation;
  const Landscape landscape = make_landscape(2, 100);
  const TrafficDay day(landscape, own_week_shares(), 0, 1'000, Scenario::kNormal, 2);
  const std::vector<Arrival> arrivals = draw_arrivals(landscape, day, 2);
  const DayRecord record = play_day(foundation, landscape, day, arrivals, {}, *contender_of("none"), {});
  ASSERT_EQ(record.auctions.size(), arrivals.size());
  std::int64_t charged = 0;
  for (CampaignNumber c = 0; c < landscape.campaigns.size(); ++c) {
    EXPECT_EQ(record.charged[c * kSteps + kSteps - 1], record.campaigns[c].charged.value);
    charged += record.campaigns[c].charged.value;
  }
  EXPECT_GT(charged, 0);
}

TEST(Arrivals, EligibleTrafficCountsWhatACampaignWants) {
  Landscape landscape = make_landscape(2, 3);
  const std::vector<Arrival> arrivals{
      {0, {0, 0, 0}}, {899, {1, 2, 1}}, {900, {0, 0, 0}}, {86'399, {3, 4, 0}}};
  const std::vector<std::uint32_t> traffic = eligible_traffic(landscape, arrivals);
  EXPECT_EQ(traffic[0], 2U);  // the first campaign is eligible everywhere
  EXPECT_EQ(traffic[1], 3U);
  EXPECT_EQ(traffic[kSteps - 1], 4U);
  for (CampaignNumber c = 0; c < 3; ++c) {
    const auto wanted = std::count_if(arrivals.begin(), arrivals.end(),
                                      [&](const Arrival& a) { return landscape.wants(c, a.cell); });
    EXPECT_EQ(traffic[c * kSteps + kSteps - 1], static_cast<std::uint32_t>(wanted));
  }
}

TEST(Draws, HaveTheMeansThatTheyShould) {
  Draws draws(1);
  constexpr int kCount = 200'000;
  double poisson = 0, square = 0, exponential = 0, normal = 0;
  for (int i = 0; i < kCount; ++i) {
    const double n = draws.poisson(50);
    poisson += n / kCount;
    square += n * n / kCount;
    exponential += draws.exponential(3) / kCount;
    normal += draws.normal() / kCount;
  }
  EXPECT_NEAR(poisson, 50, 0.1);
  EXPECT_NEAR(square - poisson * poisson, 50, 1);
  EXPECT_NEAR(exponential, 3, 0.05);
  EXPECT_NEAR(normal, 0, 0.01);
  EXPECT_NEAR(normal_quantile(0.975), 1.959964, 1e-5);
}

}  // namespace
}  // namespace gavel::pacing_sim
