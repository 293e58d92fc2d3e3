#include "auction/festival_traffic.h"

#include <gtest/gtest.h>

#include <random>

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart = from_micros(1'730'000'000'000'000);

FestivalPhase phase(Duration start, Duration end, Factor multiplier = {},
                    std::vector<TrafficPoint> curve = {}) {
  return {.name = "p",
          .start = kStart + start,
          .end = kStart + end,
          .boost = {},
          .traffic_multiplier = multiplier,
          .traffic_curve = std::move(curve)};
}

// A festival midnight: twenty times the traffic within one minute, gone after an hour.
FestivalPhase midnight() {
  return phase(0s, 2h, {}, {{0, {1'000'000}}, {60, {20'000'000}}, {3'660, {2'000'000}}});
}

TEST(FestivalTraffic, WithoutACurveItIsLevel) {
  const FestivalPhase level = phase(0s, 1h, {3'000'000});
  EXPECT_EQ(traffic_multiplier_at(level, kStart - 1us), 1);
  EXPECT_EQ(traffic_multiplier_at(level, kStart), 3);
  EXPECT_EQ(traffic_multiplier_at(level, kStart + 1h - 1us), 3);
  EXPECT_EQ(traffic_multiplier_at(level, kStart + 1h), 1);
  EXPECT_EQ(traffic_between(level, kStart, kStart + 1h), 3 * 3'600);
  EXPECT_EQ(traffic_between(level, kStart - 10s, kStart + 1h + 20s), 30 + 3 * 3'600);
}

TEST(FestivalTraffic, ACurveIsStraightBetweenItsPoints) {
  const FestivalPhase peak = midnight();
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(peak, kStart), 1);
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(peak, kStart + 30s), 10.5);
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(peak, kStart + 60s), 20);
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(peak, kStart + 1'860s), 11);
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(peak, kStart + 2h - 1us), 2) << "level after the last point";
  EXPECT_DOUBLE_EQ(traffic_between(peak, kStart, kStart + 60s), 630);
  EXPECT_DOUBLE_EQ(traffic_between(peak, kStart, kStart + 2h), 630 + 11 * 3'600 + 2 * 3'540);
}

TEST(FestivalTraffic, ItIsLevelBeforeTheFirstPoint) {
  const FestivalPhase late = phase(0s, 100s, {}, {{40, {4'000'000}}, {80, {8'000'000}}});
  EXPECT_EQ(traffic_multiplier_at(late, kStart), 4);
  EXPECT_EQ(traffic_multiplier_at(late, kStart + 40s), 4);
  EXPECT_DOUBLE_EQ(traffic_between(late, kStart, kStart + 100s), 160 + 240 + 160);
}

TEST(FestivalTraffic, TheMultiplierScalesTheCurve) {
  FestivalPhase scaled = midnight();
  scaled.traffic_multiplier = {500'000};
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(scaled, kStart + 60s), 10);
  EXPECT_DOUBLE_EQ(traffic_between(scaled, kStart, kStart + 60s), 315);
}

TEST(FestivalTraffic, APointBehindTheEndOnlyGivesTheSlope) {
  const FestivalPhase cut = phase(0s, 50s, {}, {{0, {1'000'000}}, {100, {11'000'000}}});
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(cut, kStart + 40s), 5);
  EXPECT_DOUBLE_EQ(traffic_between(cut, kStart, kStart + 100s), 50 * 3.5 + 50);
}

TEST(FestivalTraffic, OfSeveralTheLargestCounts) {
  const FestivalPhase rising = phase(0s, 100s, {}, {{0, {1'000'000}}, {100, {11'000'000}}});
  const FestivalPhase falling = phase(0s, 100s, {}, {{0, {6'000'000}}, {100, {1'000'000}}});
  const FestivalPhase quiet = phase(50s, 150s, {500'000});
  const FestivalPhase* const all[] = {&rising, &quiet, &falling};
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(all, kStart + 20s), 5) << "falling, not 3 x 5";
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(all, kStart + 60s), 7) << "rising";
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(all, kStart + 120s), 0.5) << "a festival may keep people away";
  EXPECT_DOUBLE_EQ(traffic_multiplier_at(all, kStart + 150s), 1);
  // They cross where 6 - x / 20 = 1 + x / 10, inside a second.
  const double crossing = 100.0 / 3, there = 1 + crossing / 10;
  EXPECT_DOUBLE_EQ(traffic_between(all, kStart, kStart + 100s),
                   crossing * (6 + there) / 2 + (100 - crossing) * (there + 11) / 2);
  EXPECT_DOUBLE_EQ(traffic_between(all, kStart + 100s, kStart + 200s), 25 + 50);
  EXPECT_EQ(traffic_multiplier_at(Phases{}, kStart), 1);
  EXPECT_EQ(traffic_between(Phases{}, kStart, kStart + 5s), 5);
}

TEST(FestivalTraffic, NothingGoesByInNoTime) {
  const FestivalPhase peak = midnight();
  EXPECT_EQ(traffic_between(peak, kStart + 5s, kStart + 5s), 0);
  EXPECT_EQ(traffic_between(peak, kStart + 6s, kStart + 5s), 0);
}

// Random phases, all of whose corners lie on whole seconds.
std::vector<FestivalPhase> random_phases(std::mt19937_64& random) {
  const auto between = [&random](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  std::vector<FestivalPhase> phases;
  for (int n = between(1, 6); n > 0; --n) {
    const int start = between(-100, 500);
    const Factor scale{between(100'000, 3'000'000)};
    FestivalPhase made =
        phase(std::chrono::seconds(start), std::chrono::seconds(start + between(1, 400)), scale);
    for (int points = between(0, 8), at = 0; points > 0; --points) {
      at += between(10, 80);
      made.traffic_curve.push_back({static_cast<std::uint32_t>(at), {between(10'000, 20'000'000)}});
    }
    phases.push_back(std::move(made));
  }
  return phases;
}

TEST(FestivalTraffic, TheIntegralIsThatOfTheMultiplier) {
  std::mt19937_64 random(11);
  constexpr int kStepsASecond = 16;
  constexpr Duration kStep = Duration{1'000'000 / kStepsASecond};
  for (int round = 0; round < 100; ++round) {
    const std::vector<FestivalPhase> phases = random_phases(random);
    std::vector<const FestivalPhase*> all;
    for (const FestivalPhase& one : phases) all.push_back(&one);
    // The midpoint rule is exact on straight lines; only a step in which two of them cross is not, by less
    // than 12 a second x step^2 / 8.
    double sum = 0, sum_of_first = 0;
    for (int i = 0; i < 500 * kStepsASecond; ++i) {
      const Timestamp middle = kStart + i * kStep + kStep / 2;
      sum += traffic_multiplier_at(all, middle) / kStepsASecond;
      sum_of_first += traffic_multiplier_at(phases[0], middle) / kStepsASecond;
    }
    EXPECT_NEAR(traffic_between(all, kStart, kStart + 500s), sum, 0.3) << round;
    EXPECT_NEAR(traffic_between(phases[0], kStart, kStart + 500s), sum_of_first, 1e-6) << round;
  }
}

TEST(FestivalTraffic, TheIntegralAddsUpWhereverItIsCut) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 200; ++round) {
    const std::vector<FestivalPhase> phases = random_phases(random);
    std::vector<const FestivalPhase*> all;
    for (const FestivalPhase& one : phases) all.push_back(&one);
    double sum = 0;
    Timestamp from = kStart - 200s;
    while (from < kStart + 1'000s) {
      const Timestamp to = from + Duration{std::uniform_int_distribution<int>(0, 90'000'000)(random)};
      sum += traffic_between(all, from, to);
      from = to;
    }
    EXPECT_NEAR(traffic_between(all, kStart - 200s, from), sum, 1e-6) << round;
  }
}

}  // namespace
}  // namespace gavel
