#include "budget/pacing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

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

// Whether a campaign that the pacer has not met is ahead of its day.
bool ahead(std::int64_t budget, std::int64_t used, Timestamp now) {
  const PacingControls controls;
  return is_ahead(controls, {.budget = {budget}, .used = {used}, .start = {}, .end = {}}, shanghai(), now);
}

TEST(IsAhead, ByTheClockWithASlackOfATwentieth) {
  struct Case {
    const char* rule;
    Timestamp now;
    std::int64_t used;
    bool ahead;
  };
  const Case cases[] = {
      // of a budget of 24,000: 1,000 an hour, a slack of 1,200
      {"at noon on target", kMidnight + 12h, 12'000, false},
      {"the last that is within the slack", kMidnight + 12h, 13'200, false},
      {"more than the slack", kMidnight + 12h, 13'201, true},
      {"the first moment is free up to the slack", kMidnight, 1'200, false},
      {"and not beyond", kMidnight, 1'201, true},
      {"the last moment", kMidnight + 24h - 1us, 24'000, false},
  };
  for (const Case& c : cases) EXPECT_EQ(ahead(24'000, c.used, c.now), c.ahead) << c.rule;
}

TEST(MustWait, WhereWhatIsUsedIsAheadOrNobodyTakesPart) {
  const Day today = shanghai().day_of(kMidnight);
  CampaignAccount account;
  constexpr Probability kDraw{500'000'000};
  const auto at = [&](std::int64_t spent, std::int64_t held) {
    account.today_regular.set(today, {spent});
    account.held = held;
    return must_wait(account, today, kDraw);
  };
  account.pacing.share = kProbabilityOne / 2;
  EXPECT_FALSE(at(1'000'000, 0)) << "no budget";
  account.pacing.flight_budget = 1'000;
  EXPECT_FALSE(at(540, 10));
  EXPECT_TRUE(at(540, 11));
  account.daily_budget = 2'000;
  EXPECT_FALSE(at(540, 11)) << "its own before its flight's";
  EXPECT_TRUE(at(1'101, 0));
  EXPECT_FALSE(must_wait(account, today + std::chrono::days{1}, kDraw)) << "another day has its own";
  for (const std::int32_t participation : {0, 1, 50'000'000, 60'000'000, 400'000'000, kProbabilityOne}) {
    account.pacing.participation = participation;
    bool some_take_part = false;
    for (std::uint64_t response = 0; response <= 100; ++response) {
      some_take_part |= takes_part(participation_at(response, 1, {participation}), kDraw);
    }
    EXPECT_EQ(at(0, 0), !some_take_part) << participation;
    EXPECT_EQ(some_take_part, participation >= 60'000'000) << "a sixteenth and more";
  }
  account.pacing.participation = kProbabilityOne;
  account.pacing.share = PacingControls::kNotPacedYet;
  EXPECT_FALSE(at(2'000, 0)) << "what its day allows hangs on its flight";
}

TEST(IsAhead, ByThePacersShareOnceItHasSetOne) {
  PacingControls controls;
  controls.share = kProbabilityOne / 2;
  const auto with = [&](std::int64_t used) {
    return is_ahead(controls, {.budget = {1'000}, .used = {used}, .start = {}, .end = {}}, shanghai(), kMidnight);
  };
  EXPECT_FALSE(with(550));
  EXPECT_TRUE(with(551));
}

TEST(IsAhead, AFirstChargeIsNeverAhead) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const auto budget = static_cast<std::int64_t>(random() % (std::uint64_t{1} << (random() % 50)) + 1);
    const Timestamp now = kMidnight + Duration{static_cast<std::int64_t>(random() % 86'400'000'000)};
    ASSERT_FALSE(ahead(budget, 0, now));
  }
}

TEST(DayGone, TheFlightCutsTheDay) {
  const auto gone = [](std::optional<Timestamp> start, std::optional<Timestamp> end, Timestamp now) {
    return day_gone(start, end, shanghai(), now).nano;
  };
  EXPECT_EQ(gone(kMidnight + 6h, kMidnight + 16h, kMidnight + 5h), 0);
  EXPECT_EQ(gone(kMidnight + 6h, kMidnight + 16h, kMidnight + 7h), kProbabilityOne / 10);
  EXPECT_EQ(gone(kMidnight + 6h, kMidnight + 16h, kMidnight + 17h), kProbabilityOne);
  EXPECT_EQ(gone(kMidnight - 48h, std::nullopt, kMidnight + 6h), kProbabilityOne / 4);
  EXPECT_EQ(gone(kMidnight + 48h, std::nullopt, kMidnight + 6h), 0) << "has not begun";
}

TEST(DayGone, ADayOf25HoursIsPacedOverItsLength) {
  const Calendar new_york = *Calendar::load("America/New_York");
  const Timestamp begin =
      new_york.day_begin(new_york.day_of(sys_days{std::chrono::year{2026} / 11 / 2} - 12h));
  EXPECT_EQ(day_gone({}, {}, new_york, begin + 1h).nano, kProbabilityOne / 25);
  EXPECT_EQ(day_gone({}, {}, new_york, begin + 24h).nano, kProbabilityOne / 25 * 24);
}

TEST(TakesPart, FollowsItsProbabilityAndRepeatsItself) {
  int took_part = 0;
  int both = 0;
  constexpr int kRequests = 100'000;
  for (int i = 0; i < kRequests; ++i) {
    const std::string request = "request-" + std::to_string(i);
    const PacingDraws draws(request);
    const Probability draw = draws.of({1});
    ASSERT_EQ(PacingDraws(request).of({1}), draw);
    const bool first = takes_part({300'000'000}, draw);
    took_part += first ? 1 : 0;
    both += first && takes_part({300'000'000}, draws.of({2})) ? 1 : 0;
    ASSERT_TRUE(takes_part({kProbabilityOne}, draw));
    ASSERT_FALSE(takes_part({0}, draw));
    ASSERT_TRUE(!first || takes_part({400'000'000}, draw));
  }
  EXPECT_NEAR(took_part, 30'000, 600);  // four standard deviations
  EXPECT_NEAR(both, 9'000, 400);        // campaigns are drawn independently
}

TEST(ResponseOf, IsTheSquareOfHowMuchLikelierAClickIs) {
  EXPECT_EQ(response_of({20'000'000}, {20'000'000}), 1'000'000u);
  EXPECT_EQ(response_of({60'000'000}, {20'000'000}), 9'000'000u);
  EXPECT_EQ(response_of({10'000'000}, {20'000'000}), 250'000u);
  EXPECT_EQ(response_of({0}, {20'000'000}), 0u);
  EXPECT_EQ(response_of({10'000'000}, {0}), 1'000'000u) << "nothing to compare with";
  EXPECT_EQ(response_of({kProbabilityOne}, {1}), 1'000'000'000'000u);
}

TEST(ParticipationAt, RisesWithTheResponseAndIsItselfAtTheUsualOne) {
  constexpr float kUsual = 3e6F;
  for (const std::int32_t share : {1, 1'000, 300'000'000, 999'999'999}) {
    EXPECT_NEAR(participation_at(3'000'000, kUsual, {share}).nano, share, 1);
    EXPECT_EQ(participation_at(123, 0, {share}).nano, share) << "nothing usual is known";
    std::int32_t before = 0;
    for (std::uint64_t response = 0; response < 60'000'000; response += 100'000) {
      const std::int32_t now = participation_at(response, kUsual, {share}).nano;
      ASSERT_GE(now, before);
      ASSERT_LE(now, kProbabilityOne);
      before = now;
    }
    EXPECT_LE(participation_at(0, kUsual, {share}).nano, share);
    EXPECT_GE(participation_at(0, kUsual, {share}).nano, share / 17);
  }
  EXPECT_EQ(participation_at(60'000'000, kUsual, {0}).nano, 0);
  EXPECT_EQ(participation_at(0, kUsual, {kProbabilityOne}).nano, kProbabilityOne);
}

// Predictions that vary as a model's do: log-normal, sigma 0.5.
TEST(ParticipationAt, BuysLikelierClicksForAboutTheSameParticipation) {
  std::mt19937 random(1);
  std::lognormal_distribution<double> prediction(std::log(0.02), 0.5);
  std::vector<Probability> predictions;
  double usual = 0;
  for (int i = 0; i < 100'000; ++i) {
    predictions.push_back({static_cast<std::int32_t>(std::min(prediction(random), 0.5) * kProbabilityOne)});
    usual += static_cast<double>(response_of(predictions.back(), {20'000'000})) / 100'000;
  }
  for (const double share : {0.05, 0.3}) {
    double in = 0, clicks = 0, clicks_of_all = 0;
    for (const Probability pctr : predictions) {
      const double p = participation_at(response_of(pctr, {20'000'000}), static_cast<float>(usual),
                                        {static_cast<std::int32_t>(share * kProbabilityOne)})
                           .nano /
                       1e9;
      in += p;
      clicks += p * pctr.nano / 1e9;
      clicks_of_all += share * pctr.nano / 1e9;
    }
    EXPECT_NEAR(in / 100'000, share, 0.25 * share);
    EXPECT_GT(clicks / in, 1.2 * clicks_of_all / (share * 100'000)) << "a chance to be clicked, an auction";
  }
}

}  // namespace
}  // namespace gavel
