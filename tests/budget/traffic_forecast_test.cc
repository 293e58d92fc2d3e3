#include "budget/traffic_forecast.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

constexpr PlacementIx kSearch{0};

TEST(TrafficForecast, KnowsNothingOfACellThatWasNeverSeen) {
  TrafficForecast forecast;
  const std::uint32_t cell = forecast.cell(kSearch, "CN");
  EXPECT_EQ(forecast.cell(kSearch, "CN"), cell);
  EXPECT_NE(forecast.cell(kSearch, ""), cell);
  EXPECT_EQ(forecast.expected(cell, 20), 0);
}

TEST(TrafficForecast, OneHourGivesTheLevelOfAUsualDay) {
  TrafficForecast forecast;
  const std::uint32_t cell = forecast.cell(kSearch, "");
  forecast.record(cell, 10, 1'000 * kUsualDay[10]);
  for (int hour = 0; hour < kHoursOfWeek; ++hour) {
    const double usual = 1'000 * kUsualDay[static_cast<std::size_t>(hour % 24)];
    EXPECT_NEAR(forecast.expected(cell, hour), usual, usual * 1e-5) << hour;
  }
}

TEST(TrafficForecast, FollowsItsOwnWeekAfterAMonth) {
  TrafficForecast forecast;
  const std::uint32_t cell = forecast.cell(kSearch, "CN-ZJ");
  const auto truth = [](int hour) { return hour / 24 >= 5 ? 50.0 : 200.0; };  // flat days, quiet weekends
  for (int week = 0; week < 4; ++week) {
    for (int hour = 0; hour < kHoursOfWeek; ++hour) forecast.record(cell, hour, truth(hour));
  }
  EXPECT_NEAR(forecast.expected(cell, 3), 200, 20);
  EXPECT_NEAR(forecast.expected(cell, 6 * 24 + 3), 50, 30);
  EXPECT_LT(forecast.expected(cell, 6 * 24 + 3), forecast.expected(cell, 3) / 2);
}

TEST(TrafficForecast, FollowsAChangeWithinAMonth) {
  TrafficForecast forecast;
  const std::uint32_t cell = forecast.cell(kSearch, "");
  for (int week = 0; week < 10; ++week) forecast.record(cell, 0, 100);
  for (int week = 0; week < 4; ++week) forecast.record(cell, 0, 300);
  EXPECT_GT(forecast.expected(cell, 0), 220);
}

TEST(TrafficForecast, SurvivesTheDisk) {
  TrafficForecast forecast;
  const std::uint32_t cell = forecast.cell({7}, "CN-ZJ");
  for (int hour = 0; hour < 100; ++hour) forecast.record(cell, hour, hour * 3.5);
  TrafficForecast again;
  ASSERT_TRUE(again.restore(forecast.encode(cell)));
  const std::uint32_t same = again.cell({7}, "CN-ZJ");
  EXPECT_EQ(again.cell_count(), 1u);
  for (int hour = 0; hour < kHoursOfWeek; ++hour)
    EXPECT_EQ(again.expected(same, hour), forecast.expected(cell, hour));
  EXPECT_FALSE(again.restore("")) << "not a cell";
  EXPECT_FALSE(again.restore(std::string(2'000, '\x7F'))) << "another version";
}

TEST(UsualDay, IsOneDayLong) {
  double sum = 0;
  for (const double hour : kUsualDay) sum += hour;
  EXPECT_NEAR(sum, 24, 0.05);
}

}  // namespace
}  // namespace gavel
