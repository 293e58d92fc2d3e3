// The world of the pacing simulator is what it says it is.
#include "bench/pacing/landscape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bench/pacing/traffic.h"

namespace gavel::pacing_sim {
namespace {

TEST(Landscape, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const Landscape a = make_landscape(7, 300), b = make_landscape(7, 300), other = make_landscape(8, 300);
  EXPECT_EQ(a.eligible, b.eligible);
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(a.campaigns[i].bid, b.campaigns[i].bid);
  EXPECT_NE(a.eligible, other.eligible);
}

TEST(Landscape, HasSomeDozensOfCampaignsToARequestAndAHeavyTailOfReach) {
  const Landscape landscape = make_landscape(1, 2'000);
  double eligible = 0;
  for (std::uint8_t region = 0; region < kRegions; ++region) {
    for (std::uint8_t category = 0; category < kCategories; ++category) {
      for (std::uint8_t placement = 0; placement < kPlacements; ++placement) {
        const double share = landscape.region_share[region] * landscape.category_share[category] *
                             landscape.placement_share[placement];
        const Cell cell{region, category, placement};
        eligible += share * static_cast<double>(landscape.eligible[cell.number()].size());
      }
    }
  }
  EXPECT_GT(eligible, 20);
  EXPECT_LT(eligible, 60);
  std::vector<double> reach;
  for (const SimCampaign& campaign : landscape.campaigns) reach.push_back(campaign.reach);
  std::sort(reach.begin(), reach.end());
  EXPECT_LT(reach[20], 3e-4);
  EXPECT_GT(reach[1'960], 0.1);
  EXPECT_NEAR(landscape.campaigns[0].reach, 1, 1e-9);
}

TEST(Landscape, BidsOfClicksAreLogNormal) {
  const Landscape landscape = make_landscape(3, 5'000);
  std::vector<double> logs;
  for (const SimCampaign& campaign : landscape.campaigns) {
    if (campaign.pricing == Pricing::kCpc) logs.push_back(std::log(static_cast<double>(campaign.bid.value)));
  }
  double mean = 0, variance = 0;
  for (const double x : logs) mean += x / static_cast<double>(logs.size());
  for (const double x : logs) variance += (x - mean) * (x - mean) / static_cast<double>(logs.size());
  EXPECT_NEAR(mean, std::log(kBidMedianMicros), 0.05);
  EXPECT_NEAR(std::sqrt(variance), kBidSigma, 0.03);
}

TEST(Landscape, RequestFactorsAverageToOne) {
  double sum = 0;
  for (std::uint64_t request = 0; request < 100'000; ++request) sum += request_factor(5, request, 17);
  EXPECT_NEAR(sum / 100'000, 1, 0.01);
}

class Traffic : public testing::Test {
 protected:
  TrafficDay day(Scenario scenario, std::uint64_t seed = 1) const {
    return TrafficDay(landscape_, own_week_shares(), 2, 100'000, scenario, seed);
  }
  static double total(const TrafficDay& day, int begin = 0, int end = kDaySeconds) {
    double sum = 0;
    for (int second = begin; second < end; ++second) {
      for (std::size_t region = 0; region < kRegions; ++region) sum += day.rate(region, second);
    }
    return sum;
  }
  static constexpr std::uint32_t kEverywhere = (1u << kRegions) - 1;
  Landscape landscape_ = make_landscape(1, 1);
};

TEST_F(Traffic, ADayBringsTheAuctionsAskedFor) {
  const TrafficDay normal = day(Scenario::kNormal);
  EXPECT_NEAR(normal.forecast(kEverywhere).total(), 100'000, 1'000);
  EXPECT_NEAR(total(normal), 100'000, 5'000);
  EXPECT_NEAR(normal.forecast(1).total(), 100'000 * landscape_.region_share[0], 1'000);
}

TEST_F(Traffic, HalfDoubleAndOutageAreUnforeseen) {
  const double usual = total(day(Scenario::kNormal));
  EXPECT_NEAR(total(day(Scenario::kHalf)), usual / 2, 1);
  EXPECT_NEAR(total(day(Scenario::kDouble)), usual * 2, 1);
  EXPECT_EQ(total(day(Scenario::kOutage), kOutageBegin_s, kOutageBegin_s + kOutageLength_s), 0);
  for (const Scenario scenario :
       {Scenario::kHalf, Scenario::kDouble, Scenario::kOutage, Scenario::kFestivalUnforeseen}) {
    EXPECT_NEAR(day(scenario).forecast(kEverywhere).total(),
                day(Scenario::kNormal).forecast(kEverywhere).total(), 1);
  }
}

TEST_F(Traffic, AFestivalBringsTwentyTimesTheTrafficWithinAMinuteAndFadesInAnHour) {
  const auto times_usual = [&](int second) {
    double sum = 0;  // over seeds, since this year's height is not known
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      sum += day(Scenario::kFestivalUnforeseen, seed).rate(0, second) /
             day(Scenario::kNormal, seed).rate(0, second);
    }
    return sum / 30;
  };
  EXPECT_LT(times_usual(0), 2);
  EXPECT_NEAR(times_usual(60), 20, 2);
  EXPECT_LT(times_usual(3'600), 2);
  const TrafficDay foreseen = day(Scenario::kFestivalMidnight);
  EXPECT_GT(foreseen.forecast(kEverywhere).at(3'600),
            5 * day(Scenario::kNormal).forecast(kEverywhere).at(3'600));
}

TEST_F(Traffic, ForecastsGrowFromNothingToTheTotal) {
  const CumulativeTraffic forecast = day(Scenario::kNormal).forecast(kEverywhere);
  EXPECT_EQ(forecast.at(0), 0);
  EXPECT_EQ(forecast.at(kDaySeconds), forecast.total());
  EXPECT_LT(forecast.at(30), forecast.at(31));
}

}  // namespace
}  // namespace gavel::pacing_sim
