#include "budget/scoped_traffic.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/budget/usual_week.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

class ScopedTrafficTest : public testing::Test {
 protected:
  std::uint32_t hundred_an_hour(PlacementIx placement, std::string_view region) {
    return flat_cell(forecast, 100, placement, region);
  }
  void step(Timestamp now, std::vector<std::uint64_t> seen = {}) { traffic.step(now, seen, false); }

  TrafficForecast forecast;
  ScopedTraffic traffic{shanghai(), forecast};
};

TEST_F(ScopedTrafficTest, WithNothingKnownTheUsualDayGoesBy) {
  const ScopeIx all = traffic.intern({});
  step(kMidnight);
  step(kMidnight + 12h);
  const double morning = traffic.share(all, kMidnight, kMidnight + 12h);
  EXPECT_GT(morning, 0.25);
  EXPECT_LT(morning, 0.40) << "nights are quiet";
  const double gone = traffic.gone(all), left = traffic.left(all, kMidnight + 24h);
  EXPECT_NEAR(gone / (gone + left), morning, 1e-6);
}

TEST_F(ScopedTrafficTest, HoldsTheCellsOfItsPlacementsAndRegions) {
  hundred_an_hour({0}, "CN-ZJ-HZ");
  hundred_an_hour({0}, "CN-ZJX");
  hundred_an_hour({1}, "CN-ZJ");
  hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  const ScopeIx zhejiang = traffic.intern({.placements = {}, .regions = {"CN-ZJ"}, .devices = {}, .schedule = {}});
  const ScopeIx search = traffic.intern({.placements = {{0}}, .regions = {}, .devices = {}, .schedule = {}});
  const ScopeIx both = traffic.intern({.placements = {{0}}, .regions = {"CN-ZJ"}, .devices = {}, .schedule = {}});
  EXPECT_EQ(traffic.intern({.placements = {{0}}, .regions = {"CN-ZJ"}, .devices = {}, .schedule = {}}), both);
  step(kMidnight);
  const auto day = [&](ScopeIx scope) { return traffic.left(scope, kMidnight + 24h); };
  EXPECT_NEAR(day(all), 4 * 2'400, 100);
  EXPECT_NEAR(day(zhejiang), 2 * 2'400, 100);
  EXPECT_NEAR(day(search), 3 * 2'400, 100);
  EXPECT_NEAR(day(both), 2'400, 100);
}

TEST_F(ScopedTrafficTest, ScheduleCutsTheDay) {
  hundred_an_hour({0}, "");
  const ScopeIx office = traffic.intern({.placements = {}, .regions = {}, .devices = {}, .schedule = {{0x1F, 540, 1'080}}});  // 9 to 18
  const ScopeIx weekend = traffic.intern({.placements = {}, .regions = {}, .devices = {}, .schedule = {{0x60, 0, 1'440}}});
  step(kMidnight);
  EXPECT_NEAR(traffic.left(office, kMidnight + 24h), 900, 30);
  EXPECT_NEAR(traffic.share(office, kMidnight, kMidnight + 9h), 0, 1e-9);
  EXPECT_NEAR(traffic.share(office, kMidnight, kMidnight + 13h + 30min), 0.5, 1e-3);
  EXPECT_EQ(traffic.share(weekend, kMidnight, kMidnight + 24h), 0);
}

TEST_F(ScopedTrafficTest, TodayIsSeenInItsOwnLight) {
  const std::uint32_t cell = hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  step(kMidnight);
  for (int minute = 1; minute <= 12 * 60; ++minute) {
    std::vector<std::uint64_t> seen(forecast.cell_count(), 0);
    seen[cell] = 4 + (minute % 3 == 0 ? 1 : 0) * 3 - 1 + (minute % 3 == 1 ? 1 : 0);  // about 200 an hour: twice the forecast
    step(kMidnight + minute * 1min, seen);
  }
  const double gone = traffic.gone(all), left = traffic.left(all, kMidnight + 24h);
  EXPECT_GT(gone, 2'000);
  EXPECT_NEAR(gone / (gone + left), 0.5, 0.03) << "a day of twice the traffic is half gone at noon";
}

TEST_F(ScopedTrafficTest, FestivalsAreInTheForecast) {
  hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  traffic.set_multiplier([](Timestamp t, Timestamp) { return t >= kMidnight + 20h && t < kMidnight + 21h ? 20.0 : 1.0; });
  step(kMidnight);
  EXPECT_NEAR(traffic.share(all, kMidnight + 20h, kMidnight + 21h), 20.0 / 43, 0.02);
}

// A midnight peak of a minute must not be smeared over the five that the forecast is kept in.
TEST_F(ScopedTrafficTest, AFestivalsPeakIsForeseenToTheMinute) {
  hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  step(kMidnight);
  const auto begin = kMidnight + 20h;
  traffic.set_multiplier([=](Timestamp t, Timestamp) { return t >= begin && t < begin + 1min ? 20.0 : 1.0; });
  const double five = traffic.share(all, begin, begin + 5min);
  EXPECT_NEAR(traffic.share(all, begin, begin + 1min) / five, 20.0 / 24, 1e-3);
  EXPECT_NEAR(traffic.share(all, begin, begin + 30s) / five, 10.0 / 24, 1e-3) << "even within a minute";
  EXPECT_NEAR(traffic.share(all, begin + 4min, begin + 5min) / five, 1.0 / 24, 1e-3);
}

TEST_F(ScopedTrafficTest, ANewDayBeginsAnew) {
  const std::uint32_t cell = hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  step(kMidnight);
  std::vector<std::uint64_t> seen(forecast.cell_count(), 0);
  seen[cell] = 2'400;
  step(kMidnight + 23h, seen);
  EXPECT_GT(traffic.gone(all), 2'000);
  seen[cell] = 50;
  step(kMidnight + 24h + 1s, seen);
  EXPECT_LT(traffic.gone(all), 1);
  EXPECT_EQ(traffic.day_begin(), kMidnight + 24h);
}

TEST_F(ScopedTrafficTest, DaysOf23And25Hours) {
  const Calendar new_york = *Calendar::load("America/New_York");
  for (const auto& [month, day, hours] : {std::tuple{3, 8, 23}, std::tuple{11, 1, 25}}) {
    TrafficForecast flat;
    const std::uint32_t cell = flat.cell({0}, "");
    for (int hour = 0; hour < kHoursOfWeek; ++hour) flat.record(cell, hour, 100);
    ScopedTraffic local{new_york, flat};
    const Day date = Day{std::chrono::local_days{std::chrono::year{2026} / month / day}};
    const ScopeIx all = local.intern({});
    local.step(new_york.day_begin(date), {}, false);
    EXPECT_EQ(local.day_end() - local.day_begin(), std::chrono::hours{hours});
    EXPECT_NEAR(local.share(all, local.day_begin(), local.day_begin() + 10h), 10.0 / hours, 0.02);
  }
}

TEST_F(ScopedTrafficTest, WhatIsSeenAtOneTimeCountsAtOnce) {
  const std::uint32_t cell = hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  step(kMidnight);
  step(kMidnight + 10h);
  const double before = traffic.gone(all);
  std::vector<std::uint64_t> seen(forecast.cell_count(), 0);
  seen[cell] = 1'000;
  step(kMidnight + 10h, seen);  // as before a jump of the manual clock
  EXPECT_NEAR(traffic.gone(all), before + 1'000, 1e-6);
}

TEST_F(ScopedTrafficTest, AScopeOfLaterHasNotMetWhatWasBeforeIt) {
  const std::uint32_t cell = hundred_an_hour({0}, "");
  std::vector<std::uint64_t> seen(forecast.cell_count(), 0);
  seen[cell] = 1'000;
  step(kMidnight);
  step(kMidnight + 1h, seen);
  const ScopeIx late = traffic.intern({});
  EXPECT_LT(traffic.gone(late), 20);
  seen[cell] = 5;
  step(kMidnight + 2h, seen);
  EXPECT_GE(traffic.gone(late), 5);
  EXPECT_LT(traffic.gone(late), 25);
}

// One asks every scope after each step, the other hardly ever: what they say in the end is the same, but for what
// fading in steps of another length may do.
TEST_F(ScopedTrafficTest, WhoIsAskedSeldomKnowsTheSame) {
  const std::uint32_t cells[] = {hundred_an_hour({0}, "CN-ZJ"), hundred_an_hour({1}, "CN-SH")};
  ScopedTraffic seldom{shanghai(), forecast};
  std::vector<TrafficScope> scopes = {{}, {.placements = {{0}}, .regions = {}, .devices = {}, .schedule = {}}};
  for (std::uint16_t hour = 0; hour < 20; ++hour) {
    const auto from = static_cast<std::uint16_t>(hour * 60);
    scopes.push_back({.placements = {}, .regions = {}, .devices = {}, .schedule = {{0x7F, from, static_cast<std::uint16_t>(from + 240)}}});
  }
  for (const TrafficScope& scope : scopes) ASSERT_EQ(traffic.intern(scope), seldom.intern(scope));
  std::mt19937 random(7);
  for (Timestamp now = kMidnight; now < kMidnight + 30h; now += 1s) {  // over the day's end
    std::vector<std::uint64_t> seen(forecast.cell_count(), 0);
    for (const std::uint32_t cell : cells) seen[cell] = random() % 36 == 0 ? 1 : 0;
    step(now, seen);
    seldom.step(now, seen, false);
    for (std::uint32_t i = 0; i < scopes.size(); ++i) traffic.gone({i});
    if (random() % 10'000 != 0) continue;
    const ScopeIx one{static_cast<std::uint32_t>(random() % scopes.size())};
    ASSERT_NEAR(seldom.gone(one), traffic.gone(one), 6) << "at a schedule's border up to 30 steps are behind";
  }
  for (std::uint32_t i = 0; i < scopes.size(); ++i) {
    EXPECT_NEAR(seldom.gone({i}), traffic.gone({i}), 12) << "two borders";
    EXPECT_NEAR(seldom.left({i}, kMidnight + 48h), traffic.left({i}, kMidnight + 48h),
                0.01 * traffic.left({i}, kMidnight + 48h) + 1);
  }
}

TEST_F(ScopedTrafficTest, WhatWentByUnwatchedIsNeitherMetNorExpected) {
  const std::uint32_t cell = hundred_an_hour({0}, "");
  const ScopeIx all = traffic.intern({});
  std::vector<std::uint64_t> seen(forecast.cell_count(), 0);
  seen[cell] = 100;
  step(kMidnight);
  for (int hour = 1; hour <= 6; ++hour) step(kMidnight + hour * 1h, seen);
  const double level = traffic.left(all, kMidnight + 24h) / 1'800;
  traffic.skip(kMidnight + 12h);
  EXPECT_NEAR(traffic.left(all, kMidnight + 24h) / 1'200, level, 0.03) << "six silent hours do not make today quiet";
  EXPECT_NEAR(traffic.gone(all), 600 + 10, 1);
}

}  // namespace
}  // namespace gavel
