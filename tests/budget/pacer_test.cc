#include "budget/pacer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "budget/pacing.h"
#include "budget/pacing_laws.h"
#include "tests/budget/usual_week.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{0};
constexpr CampaignIx kCampaign{0};

// A little service: one placement with a flat week of 3,600 auctions an hour that is known, and one campaign that
// spends `cost` of each auction it takes part in.
class PacerTest : public testing::Test {
 protected:
  PacerTest() {
    accounts.open(kShop);
    accounts.open(kCampaign, kShop);
    plan.paced = plan.serving = true;
    plan.scope = traffic_.intern({});
    plan.charge = {10'000};
    set_plan();
    budget(10'000'000);
  }

  void set_plan() { pacer->plan(kCampaign, plan); }
  void budget(std::int64_t daily) { account().daily_budget = daily; }
  CampaignAccount& account() { return accounts[kCampaign]; }
  double participation() { return account().pacing.participation / 1e9; }
  std::int64_t target() { return pacer->view(kCampaign).target.value_or(Micros{-1}).value; }
  std::int64_t spent() { return account().today.on(traffic_.today()).value; }
  void spend(std::int64_t micros) {
    const Day today = shanghai().day_of(now);
    account().today_regular.set(today, account().today_regular.on(today) + Micros{micros});
    account().charged += micros;
    account().today.set(today, account().today.on(today) + Micros{micros});
  }

  // One second of one auction, in which the campaign takes part as the pacer has set.
  void second(std::int64_t cost, int auctions = 1) {
    now += 1s;
    std::vector<std::uint64_t> seen(forecast_.cell_count(), 0);
    seen[cell_] = static_cast<std::uint64_t>(auctions);
    traffic_.step(now, seen, false);
    std::int64_t budget = account().daily_budget;
    for (const ExtraBudget& extra : plan.extra) {
      if (extra.times.front().first <= now && now < extra.times.front().second)
        budget += accounts[extra.account].daily_budget;
    }
    const PacedMoney money{.budget = {budget}, .used = {spent()}, .start = {}, .end = {}};
    for (int i = 0; i < auctions; ++i) {
      const bool in = uniform_(random_) < participation() && !is_ahead(account().pacing, money, shanghai(), now);
      const double bid = account().pacing.multiplier / 1e6;
      if (in && plan.serving && spent() + cost <= budget)
        spend(static_cast<std::int64_t>(static_cast<double>(cost) * bid * bid));
    }
    pacer->step(now);
  }
  void run_until(Timestamp end, std::int64_t cost, int auctions = 1) {
    while (now < end) second(cost, auctions);
  }

  void be_without_money_until_noon() {
    accounts[kShop].opening_balance = 1'000'000;
    accounts[kShop].charged = 1'000'000;
    run_until(kMidnight + 12h, 0);
    accounts[kShop].deposited = 100'000'000;
  }

  Accounts accounts;
  Timestamp now = kMidnight;
  PacingPlan plan;
  ThrottleLaw throttle;
  ShadingLaw shading;
  TrafficForecast forecast_;
  ScopedTraffic traffic_{shanghai(), forecast_};
  std::unique_ptr<Pacer> pacer = std::make_unique<Pacer>(accounts, shanghai(), traffic_, throttle, shading);
  std::uint32_t cell_ = flat_cell(forecast_, 3'600);
  std::mt19937_64 random_{7};
  std::uniform_real_distribution<double> uniform_{0, 1};
};

TEST_F(PacerTest, ABudgetLastsThroughItsDay) {
  // 86,400 auctions of 1,000 each would cost 86 million; 10 million are to last.
  double distance = 0;
  int steps = 0;
  while (now < kMidnight + 24h - 1s) {
    second(1'000);
    if ((now - kMidnight) % 15min != 0s) continue;
    distance += std::abs(static_cast<double>(spent()) - 1e7 * static_cast<double>((now - kMidnight).count()) / 864e8);
    ++steps;
  }
  EXPECT_GE(spent(), 9'900'000);
  EXPECT_LE(spent(), 10'000'000);
  EXPECT_LT(distance / steps / 1e7, 0.01);
}

TEST_F(PacerTest, ShadingLastsAsWell) {
  plan.method = PacingMethod::kBidShading;
  set_plan();
  run_until(kMidnight + 12h, 1'000);
  EXPECT_EQ(participation(), 1);
  EXPECT_LT(account().pacing.multiplier, kFactorOne);
  EXPECT_NEAR(static_cast<double>(spent()), 5e6, 3e5);
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(PacerTest, ABudgetThatCannotBeSpentIsNotHeldBack) {
  budget(1'000'000'000);
  run_until(kMidnight + 6h, 1'000);
  EXPECT_EQ(participation(), 1);
  EXPECT_GE(spent(), 6 * 3'600 * 990);
}

TEST_F(PacerTest, ACampaignOfThirtyAuctionsADaySpends) {
  cell_ = flat_cell(forecast_, 30 / 24.0, PlacementIx{1}, "");
  plan.scope = traffic_.intern({.placements = {{1}}, .regions = {}, .devices = {}, .schedule = {}});
  plan.charge = {500'000};
  set_plan();
  budget(5'000'000);  // ten of the thirty
  std::int64_t at_noon = 0;
  for (int s = 0; s < 86'000; ++s) {
    second(500'000, s % 2'880 == 1'440 ? 1 : 0);
    if (s == 43'200) at_noon = spent();
  }
  EXPECT_GE(spent(), 4'500'000);
  EXPECT_GE(at_noon, 1'000'000);
  EXPECT_LE(at_noon, 4'000'000);
}

TEST_F(PacerTest, ACutAtNoonSpendsWhatIsLeftOverWhatIsLeft) {
  run_until(kMidnight + 12h, 1'000);
  const std::int64_t noon = spent();
  budget(7'000'000);
  run_until(kMidnight + 12h + 1min, 1'000);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(noon), 2e4) << "it neither stops nor catches up";
  run_until(kMidnight + 18h, 1'000);
  EXPECT_NEAR(static_cast<double>(spent()), (static_cast<double>(noon) + 7e6) / 2, 2e5);
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_LE(spent(), 7'000'000);
  EXPECT_GE(spent(), 6'900'000);
}

TEST_F(PacerTest, ARaiseAtNoonIsFollowedWithinAMinute) {
  run_until(kMidnight + 12h, 1'000);
  const double before = participation();
  budget(25'000'000);
  run_until(kMidnight + 12h + 1min, 1'000);
  EXPECT_GT(participation(), 2 * before) << "20 million in the afternoon after 5 in the morning";
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_GE(spent(), 24'500'000);
}

TEST_F(PacerTest, ARemovedBudgetIsNotPaced) {
  run_until(kMidnight + 12h, 1'000);
  budget(kNoLimit);
  now += 1s;
  traffic_.step(now, {}, false);
  pacer->step(now);
  EXPECT_EQ(participation(), 1);
  EXPECT_EQ(pacer->view(kCampaign).target, std::nullopt);
}

TEST_F(PacerTest, APausedCampaignDoesNotWindUp) {
  run_until(kMidnight + 6h, 1'000);
  plan.serving = false;
  set_plan();
  run_until(kMidnight + 12h, 1'000);
  const std::int64_t before = spent();
  plan.serving = true;
  set_plan();
  run_until(kMidnight + 12h + 10min, 1'000);
  // 7.5 million over 12 hours is 104,000 in ten minutes; a controller that had wound up would have spent 600,000.
  EXPECT_LT(spent() - before, 200'000);
  EXPECT_GT(spent() - before, 50'000);
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(PacerTest, AnEmptyBalanceDoesNotWindUpEither) {
  be_without_money_until_noon();
  run_until(kMidnight + 12h + 10min, 1'000);
  EXPECT_LT(spent(), 10'000'000 / 720 * 10 * 4);
}

TEST_F(PacerTest, AFestivalsMoneyIsSpentInItsTimeOnTop) {
  const FestivalAccountIx extra = accounts.open_festival(kCampaign, FestivalIx{0});
  accounts[extra].daily_budget = 4'000'000;
  plan.extra = {{extra, {{kMidnight + 20h, kMidnight + 22h}}}};
  set_plan();
  run_until(kMidnight + 20h, 1'000);
  EXPECT_NEAR(static_cast<double>(target()), 1e7 * 20 / 24, 5e4) << "none of it before";
  while (now < kMidnight + 22h) {
    const std::int64_t before = spent();
    second(1'000);
    // The ledger charges the festival first.
    const Day today = shanghai().day_of(now);
    const std::int64_t room = 4'000'000 - accounts[extra].today.on(today).value;
    const std::int64_t of_festival = std::min(room, spent() - before);
    accounts[extra].today.set(today, accounts[extra].today.on(today) + Micros{of_festival});
    account().today_regular.set(today, account().today_regular.on(today) - Micros{of_festival});
  }
  EXPECT_GE(accounts[extra].today.on(shanghai().day_of(now)).value, 3'990'000);
  EXPECT_NEAR(static_cast<double>(target()), 1e7 * 22 / 24 + 4e6, 5e4);
}

TEST_F(PacerTest, ALifetimeBudgetIsSpreadOverItsFlight) {
  budget(kNoLimit);
  account().lifetime_budget = 40'000'000;
  plan.end = kMidnight + 96h;
  set_plan();
  second(0);
  EXPECT_NEAR(static_cast<double>(account().pacing.flight_budget), 1e7, 1e5);
}

// The traffic gone by of one scope was once taken from that of another.
TEST_F(PacerTest, OtherTargetingGoesOnFromTheTarget) {
  run_until(kMidnight + 12h, 1'000);
  const std::int64_t before = target();
  plan.scope = traffic_.intern({.placements = {}, .regions = {}, .devices = {}, .schedule = {{0x7F, 18 * 60, 1'440}}});
  set_plan();
  run_until(kMidnight + 18h, 0);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(before), 2e4) << "nothing of its traffic has come";
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(PacerTest, AJumpIsOneStep) {
  second(1'000);
  now += 8h;
  const std::vector<std::uint64_t> seen{8 * 3'600};
  traffic_.step(now, seen, false);
  pacer->step_all(now);
  EXPECT_NEAR(static_cast<double>(target()), 1e7 / 3, 2e5);
}

TEST_F(PacerTest, ARestartGoesOnWhereItStood) {
  run_until(kMidnight + 12h, 1'000);
  const std::string block = pacer->encode_block(0);
  const std::int64_t target_before = target();
  const double participation_before = participation();
  const PacingView view = pacer->view(kCampaign);

  pacer = std::make_unique<Pacer>(accounts, shanghai(), traffic_, throttle, shading);
  account().pacing.participation = kProbabilityOne;
  account().pacing.eligible = account().pacing.shown = 0;
  pacer->restore_block(0, block);
  EXPECT_EQ(participation(), participation_before) << "before the first step";
  set_plan();
  second(1'000);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(target_before), 5e3);
  EXPECT_NEAR(participation(), participation_before, 0.15);
  EXPECT_EQ(pacer->view(kCampaign).eligible, view.eligible);
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(PacerTest, DamagedMemoryIsLeftOut) {
  second(0);
  const std::string block = pacer->encode_block(0);
  for (std::size_t size = 0; size < block.size(); ++size) pacer->restore_block(0, block.substr(0, size));
  pacer->restore_block(0, std::string(100, '\x7F'));
}

TEST_F(PacerTest, TheMinuteHoldsWhatChanged) {
  EXPECT_TRUE(pacer->take_minute(0).empty());
  account().pacing.eligible += 5;
  account().pacing.shown += 2;
  second(1'000);
  const auto minute = pacer->take_minute(0);
  ASSERT_EQ(minute.size(), 1u);
  EXPECT_EQ(minute[0].second.eligible, 5u);
  EXPECT_EQ(minute[0].second.shown, 2u);
  EXPECT_EQ(minute[0].second.spent, Micros{spent()});
  EXPECT_TRUE(pacer->take_minute(0).empty()) << "taken once";
}

TEST_F(PacerTest, LearnsWhatResponseACampaignUsuallyMeets) {
  const auto meet = [&](std::uint32_t ads, std::uint64_t response) {
    account().pacing.responses += ads;
    account().pacing.response_sum += ads * response;
    second(1'000);
  };
  meet(10, 3'000'000);
  EXPECT_EQ(account().pacing.usual_response, 0) << "too few to tell";
  meet(10, 1'000'000);
  EXPECT_EQ(account().pacing.usual_response, 2e6F);
  account().pacing.eligible += 1'000;  // of auctions in which it was not throttled: they say nothing
  second(1'000);
  EXPECT_EQ(account().pacing.usual_response, 2e6F);
  for (int i = 0; i < 20; ++i) meet(100, 9'000'000);
  EXPECT_NEAR(account().pacing.usual_response, 9e6F, 0.1e6F) << "what was long ago fades";
}

TEST_F(PacerTest, TheLeastChargeExpectedIsThatOfTheLastMinutes) {
  const auto meet = [&](std::int64_t charge) {  // as an auction does
    std::atomic<std::int64_t>& least = account().pacing.least_charge;
    if (least == 0 || charge < least) least = charge;
  };
  const auto known = [&] {
    const std::int64_t lately = account().pacing.least_charge, before = account().pacing.least_charge_before;
    return lately > 0 && before > 0 ? std::min(lately, before) : std::max(lately, before);
  };
  for (int s = 0; s < 700; ++s) {
    meet(100'000);
    if (s % 599 == 0) meet(1'000);  // a cheap ad, every ten minutes
    second(0);
    ASSERT_EQ(known(), 1'000);
  }
  for (int s = 0; s < 1'300; ++s) {
    meet(100'000);
    second(0);
  }
  EXPECT_EQ(known(), 100'000);
  for (int s = 0; s < 1'300; ++s) second(0);
  EXPECT_EQ(known(), 100'000) << "without auctions nobody knows better";
  set_plan();
  EXPECT_EQ(known(), 0) << "its bids may be others";
}

// The pacer's clock is read before the ledger's: a charge of the new day was once taken for all of the old day's spend,
// so that everybody was let go for a second, and what an auction costs was forgotten for the day.
TEST_F(PacerTest, ASpendOfTheNextDayIsNotThisDays) {
  run_until(kMidnight + 24h - 1s, 1'000);
  const double before = participation();
  ASSERT_LT(before, 0.5);
  const Day tomorrow = traffic_.today() + std::chrono::days{1};
  account().today.set(tomorrow, Micros{1'000});
  now += 500ms;
  traffic_.step(now, {}, false);
  pacer->step_all(now);
  EXPECT_EQ(participation(), before);
  account().today_regular.set(tomorrow, Micros{1'000});
  run_until(kMidnight + 24h + 10min, 1'000);
  EXPECT_NEAR(static_cast<double>(spent()), 1e7 / 144, 2e4);
}

TEST_F(PacerTest, ARefillIsFollowedWithinAMinute) {
  be_without_money_until_noon();
  run_until(kMidnight + 12h + 1min, 1'000);
  EXPECT_GT(spent(), 0);
  run_until(kMidnight + 24h - 1s, 1'000);
  EXPECT_GE(spent(), 9'850'000) << "all of the day's budget, in what is left of it";
}

TEST_F(PacerTest, AFlightsBudgetIsSpentWhenItEnds) {
  budget(kNoLimit);
  account().lifetime_budget = 15'000'000;
  plan.end = kMidnight + 36h;
  set_plan();
  std::int64_t in_all = 0;
  while (now < kMidnight + 36h - 1s) {
    const std::int64_t left = 15'000'000 - account().charged;
    now += 1s;
    std::vector<std::uint64_t> seen(forecast_.cell_count(), 0);
    seen[cell_] = 1;
    traffic_.step(now, seen, false);
    if (left >= 1'000 && uniform_(random_) < participation()) spend(1'000);
    pacer->step(now);
    in_all = account().charged;
    if (now == kMidnight + 24h) {
      EXPECT_NEAR(static_cast<double>(in_all), 1e7, 1e5) << "two thirds of the flight";
    }
  }
  EXPECT_LE(in_all, 15'000'000);
  EXPECT_GE(in_all, 14'900'000);
}

TEST_F(PacerTest, CampaignsTakeTurns) {
  for (std::uint32_t ix = 1; ix < 100; ++ix) {
    accounts.open(CampaignIx{ix}, kShop);
    accounts[CampaignIx{ix}].daily_budget = 10'000'000;
    pacer->plan({ix}, plan);
  }
  traffic_.step(now, {}, false);
  pacer->step_all(now);
  const auto met = [&] {
    int campaigns = 0;
    for (std::uint32_t ix = 0; ix < 100; ++ix) campaigns += accounts[CampaignIx{ix}].pacing.share > 0;
    return campaigns;
  };
  for (std::uint32_t ix = 0; ix < 100; ++ix) accounts[CampaignIx{ix}].pacing.share = 0;
  for (int tenth = 1; tenth <= 10; ++tenth) {
    now += 100ms;
    pacer->step(now);
    EXPECT_NEAR(met(), tenth * 10, 1) << tenth;
  }
}

}  // namespace
}  // namespace gavel
