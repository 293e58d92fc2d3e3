#include "budget/pacing.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace gavel {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

const Calendar& shanghai() {
  static const Calendar calendar = *Calendar::load("Asia/Shanghai");
  return calendar;
}
const Timestamp kMidnight =
    shanghai().day_begin(shanghai().day_of(sys_days{std::chrono::year{2026} / 6 / 18}));

PacingDecision decide(std::int64_t budget, std::int64_t used, Timestamp now, std::int64_t expected = 0) {
  return pace({.daily_budget = Micros{budget}, .used = {used}, .expected_charge = {expected}}, shanghai(),
              now);
}

TEST(Pacing, AsapAndNoBudgetAlwaysTakePart) {
  const PacingDecision asap =
      pace({.mode = PacingMode::kAsap, .daily_budget = Micros{10}, .used = {100}}, shanghai(), kMidnight);
  EXPECT_EQ(asap.participation.nano, kProbabilityOne);
  EXPECT_FALSE(asap.target);
  const PacingDecision unlimited = pace({.used = {100}}, shanghai(), kMidnight);
  EXPECT_EQ(unlimited.participation.nano, kProbabilityOne);
  EXPECT_FALSE(unlimited.target);
}

TEST(Pacing, ParticipationFallsFromTargetOverTheSlack) {
  struct Case {
    const char* rule;
    Timestamp now;
    std::int64_t used, expected_charge, target;
    std::int32_t participation;
  };
  const Case cases[] = {
      // of a budget of 24,000: 1,000 an hour, a slack of 1,200 and one charge
      {"at noon on target", kMidnight + 12h, 12'000, 1'200, 12'000, kProbabilityOne},
      {"under target", kMidnight + 12h, 0, 1'200, 12'000, kProbabilityOne},
      {"half of the slack", kMidnight + 12h, 13'200, 1'200, 12'000, kProbabilityOne / 2},
      {"three quarters of the slack", kMidnight + 12h, 13'800, 1'200, 12'000, kProbabilityOne / 4},
      {"all of the slack", kMidnight + 12h, 14'400, 1'200, 12'000, 0},
      {"beyond", kMidnight + 12h, 24'000, 1'200, 12'000, 0},
      {"target is rounded down", kMidnight + 1us, 0, 1'200, 0, kProbabilityOne},
      {"the first moment is free up to the slack", kMidnight, 1'200, 1'200, 0, kProbabilityOne},
      {"and falls over one charge", kMidnight, 1'800, 1'200, 0, kProbabilityOne / 2},
      {"to nothing", kMidnight, 2'400, 1'200, 0, 0},
      {"the last moment", kMidnight + 24h - 1us, 23'999, 0, 23'999, kProbabilityOne},
  };
  for (const Case& c : cases) {
    const PacingDecision decision = decide(24'000, c.used, c.now, c.expected_charge);
    EXPECT_EQ(decision.target, Micros{c.target}) << c.rule;
    EXPECT_EQ(decision.participation.nano, c.participation) << c.rule;
  }
}

TEST(Pacing, TheFlightCutsTheDay) {
  PacingInput input{.daily_budget = Micros{1'000}, .start = kMidnight + 6h, .end = kMidnight + 16h};
  EXPECT_EQ(pace(input, shanghai(), kMidnight + 5h).target, Micros{0});
  EXPECT_EQ(pace(input, shanghai(), kMidnight + 7h).target, Micros{100});
  EXPECT_EQ(pace(input, shanghai(), kMidnight + 17h).target, Micros{1'000});
  input.start = kMidnight - 48h;
  input.end = std::nullopt;
  EXPECT_EQ(pace(input, shanghai(), kMidnight + 6h).target, Micros{250});
  input.start = kMidnight + 48h;  // has not begun
  EXPECT_EQ(pace(input, shanghai(), kMidnight + 6h).target, Micros{0});
}

TEST(Pacing, ADayOf25HoursIsPacedOverItsLength) {
  const Calendar new_york = *Calendar::load("America/New_York");
  const Timestamp begin =
      new_york.day_begin(new_york.day_of(sys_days{std::chrono::year{2026} / 11 / 2} - 12h));
  const PacingInput input{.daily_budget = Micros{2'500}};
  EXPECT_EQ(pace(input, new_york, begin + 1h).target, Micros{100});
  EXPECT_EQ(pace(input, new_york, begin + 24h).target, Micros{2'400});
}

TEST(Pacing, IsInRangeAndMonotone) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const auto budget = static_cast<std::int64_t>(random() % (std::uint64_t{1} << (random() % 50)) + 1);
    const auto used = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * budget));
    const auto more = used + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(budget));
    const auto charge = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(budget));
    const Timestamp now = kMidnight + Duration{static_cast<std::int64_t>(random() % 86'400'000'000)};
    const Timestamp later = now + (kMidnight + 24h - 1us - now) / 3;
    const std::int32_t p = decide(budget, used, now, charge).participation.nano;
    ASSERT_GE(p, 0);
    ASSERT_LE(p, kProbabilityOne);
    ASSERT_LE(decide(budget, more, now, charge).participation.nano, p);
    ASSERT_GE(decide(budget, used, later, charge).participation.nano, p);
    ASSERT_GE(decide(budget, used, later, charge).target, decide(budget, used, now, charge).target);
    ASSERT_EQ(decide(budget, 0, now, charge).participation.nano,
              kProbabilityOne);  // the first charge of a day
    if (used <= decide(budget, used, now, charge).target->value) {
      ASSERT_EQ(p, kProbabilityOne);
    }
  }
}

TEST(TakesPart, FollowsItsProbabilityAndRepeatsItself) {
  int took_part = 0;
  int both = 0;
  constexpr int kRequests = 100'000;
  for (int i = 0; i < kRequests; ++i) {
    const std::string request = "request-" + std::to_string(i);
    const bool first = takes_part({300'000'000}, request, CampaignIx{1});
    ASSERT_EQ(takes_part({300'000'000}, request, CampaignIx{1}), first);
    took_part += first ? 1 : 0;
    both += first && takes_part({300'000'000}, request, CampaignIx{2}) ? 1 : 0;
    ASSERT_TRUE(takes_part({kProbabilityOne}, request, CampaignIx{1}));
    ASSERT_FALSE(takes_part({0}, request, CampaignIx{1}));
    ASSERT_TRUE(!first || takes_part({400'000'000}, request, CampaignIx{1}));
  }
  EXPECT_NEAR(took_part, 30'000, 600);  // four standard deviations
  EXPECT_NEAR(both, 9'000, 400);        // campaigns are drawn independently
}

}  // namespace
}  // namespace gavel
