#include "budget/traffic_watch.h"

#include <gtest/gtest.h>

#include "tests/budget/usual_week.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr PlacementIx kSearch{0};
constexpr double kAnHour = 3'600;
constexpr std::string_view kDeviceNames[] = {"mobile", "desktop"};

// One auction a second, which is watched every second.
class TrafficWatchTest : public testing::Test {
 protected:
  void auctions(int n) {
    for (int i = 0; i < n; ++i) books_.book(0).count({.placement = kSearch});
  }
  void run_until(Timestamp end) {
    for (; now_ < end; now_ += 1s) {
      auctions(1);
      watch_.step(now_ + 1s);
    }
  }
  void skip_to(Timestamp to) {
    now_ = to;
    watch_.skip(now_);
  }
  // What one hour of this Wednesday has taught.
  double learned(int hour) {
    const TrafficCell& cell = watch_.forecast()[watch_.forecast().cell(kSearch, "")];
    const auto of_week = static_cast<std::size_t>(48 + hour);
    return cell.week_seen[of_week] > 0 ? static_cast<double>(cell.week[of_week]) : -1;
  }

  Timestamp now_ = kMidnight;
  TrafficBooks books_{1};
  TrafficWatch watch_{shanghai(), books_, {.region = [](std::uint32_t) { return std::string_view(); },
                                           .device = [](std::uint32_t device) { return kDeviceNames[device]; }}};
};

TEST_F(TrafficWatchTest, DevicesAreToldApart) {
  const ScopeIx phones = watch_.scopes().intern({.placements = {}, .regions = {}, .devices = {"mobile"}, .schedule = {}});
  const ScopeIx all = watch_.scopes().intern({});
  watch_.step(kMidnight);
  for (int i = 0; i < 300; ++i) {
    books_.book(0).count({.placement = kSearch, .region = kNoRegion, .device = 1});
    if (i % 3 == 0) books_.book(0).count({.placement = kSearch, .region = kNoRegion, .device = 0});
  }
  auctions(50);
  watch_.step(kMidnight + 1s);
  EXPECT_NEAR(watch_.scopes().gone(phones), 100, 1);
  EXPECT_NEAR(watch_.scopes().gone(all), 450, 1);
  EXPECT_EQ(watch_.forecast()[watch_.forecast().cell(kSearch, "", "desktop")].device, "desktop");
}

TEST_F(TrafficWatchTest, AnHourThatWasWatchedIsLearned) {
  run_until(kMidnight + 2h);
  EXPECT_NEAR(learned(0), kAnHour, 2);
  EXPECT_NEAR(learned(1), kAnHour, 2);
  EXPECT_EQ(learned(2), -1);
}

// A day of the poisoned forecast: the hour of falling asleep taken for a quiet one.
TEST_F(TrafficWatchTest, AMachineThatSleptTeachesNothingOfThatTime) {
  run_until(kMidnight + 2h + 5min);
  skip_to(kMidnight + 10h + 10min);
  run_until(kMidnight + 12h);
  EXPECT_NEAR(learned(1), kAnHour, 2);
  for (int hour = 2; hour < 10; ++hour) EXPECT_EQ(learned(hour), -1) << hour;
  EXPECT_NEAR(learned(10), kAnHour, 10) << "fifty minutes of it were watched";
  EXPECT_NEAR(learned(11), kAnHour, 2);
}

TEST_F(TrafficWatchTest, AClockThatIsSetForwardTeachesNothingOfTheTimeBetween) {
  for (const Duration jump : {Duration{1h}, Duration{24h}}) {
    run_until(now_ + 50min);
    skip_to(now_ + jump);
    run_until(now_ + 20min);
  }
  EXPECT_NEAR(learned(0), kAnHour, 10) << "fifty minutes of it were watched";
  EXPECT_EQ(learned(1), -1);
}

// The traffic of hours would be taken for that of the moment at which business time goes on.
TEST_F(TrafficWatchTest, WhatComesWhileTheClockStandsIsForgotten) {
  run_until(kMidnight + 30min);
  for (int i = 0; i < 3'600; ++i) {
    auctions(1);
    watch_.skip(now_);
  }
  run_until(kMidnight + 1h);
  EXPECT_NEAR(learned(0), kAnHour, 4);
}

// Half a day's traffic had come when the machine fell asleep; what is left is forecast at the same level as before.
TEST_F(TrafficWatchTest, ASleepSaysNothingAboutTheLevelOfTheDay) {
  for (int week = 0; week < 4; ++week) {
    for (int hour = 0; hour < kHoursOfWeek; ++hour)
      watch_.forecast().record(watch_.forecast().cell(kSearch, ""), hour, kAnHour);
  }
  const ScopeIx all = watch_.scopes().intern({});
  run_until(kMidnight + 12h);
  EXPECT_NEAR(watch_.scopes().left(all, kMidnight + 24h), 12 * kAnHour, 0.02 * 12 * kAnHour);
  const double gone = watch_.scopes().gone(all);
  skip_to(kMidnight + 20h);
  EXPECT_NEAR(watch_.scopes().left(all, kMidnight + 24h), 4 * kAnHour, 0.02 * 4 * kAnHour);
  EXPECT_NEAR(watch_.scopes().gone(all), gone, 20);
  skip_to(kMidnight + 30h);
  EXPECT_EQ(watch_.scopes().today(), shanghai().day_of(now_));
  EXPECT_LT(watch_.scopes().gone(all), 21);
  EXPECT_NEAR(watch_.scopes().left(all, kMidnight + 48h), 18 * kAnHour, 0.02 * 18 * kAnHour);
}

}  // namespace
}  // namespace gavel
