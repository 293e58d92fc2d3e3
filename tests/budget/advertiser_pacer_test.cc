// An advertiser's own daily budget lasts through its day, whatever campaigns share it.
#include "budget/advertiser_pacer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "budget/pacer.h"
#include "budget/pacing_laws.h"
#include "budget/pacing_store.h"
#include "tests/budget/temporary_directory.h"
#include "tests/budget/usual_week.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{0};
constexpr std::int64_t kBudget = 10'000'000;

// A shop of one placement with a flat week of 3,600 auctions an hour. Campaigns spend their cost in every auction that
// they take part in.
class AdvertiserPacerTest : public testing::Test {
 protected:
  struct Campaign {
    PacingPlan plan;
    std::int64_t cost = 0;
  };

  AdvertiserPacerTest() {
    accounts.open(kShop).daily_budget = kBudget;
  }

  void add(std::int64_t cost, PacingMethod method = PacingMethod::kThrottle, bool paced = true) {
    const CampaignIx ix{static_cast<std::uint32_t>(campaigns.size())};
    accounts.open(ix, kShop);
    campaigns.push_back({.plan = {.paced = paced,
                                  .serving = true,
                                  .method = method,
                                  .scope = traffic_.intern({}),
                                  .charge = {cost},
                                  .start = {},
                                  .end = {},
                                  .extra = {}},
                         .cost = cost});
    pacer->plan(ix, campaigns.back().plan);
  }
  void set_serving(std::uint32_t ix, bool serving) {
    campaigns[ix].plan.serving = serving;
    pacer->plan({ix}, campaigns[ix].plan);
  }
  const PacingControls& controls(std::uint32_t ix) { return accounts[CampaignIx{ix}].pacing; }
  std::int64_t spent() { return accounts[kShop].today.on(shanghai().day_of(now)).value; }
  std::int64_t spent(std::uint32_t ix) { return accounts[CampaignIx{ix}].today.on(shanghai().day_of(now)).value; }
  std::int64_t target() { return accounts[kShop].pacing.target; }

  void spend(std::uint32_t ix, std::int64_t micros) {
    const Day today = shanghai().day_of(now);
    AdvertiserAccount& shop = accounts[kShop];
    CampaignAccount& account = accounts[CampaignIx{ix}];
    micros = std::min(micros, shop.daily_budget - shop.today.on(today).value);
    account.today.set(today, account.today.on(today) + Micros{micros});
    account.today_regular.set(today, account.today.on(today));
    account.charged += micros;
    shop.today.set(today, shop.today.on(today) + Micros{micros});
    shop.charged += micros;
  }
  void step_traffic(std::uint64_t auctions) {
    std::vector<std::uint64_t> seen(forecast_.cell_count(), 0);
    seen[cell_] = auctions;
    traffic_.step(now, seen, false);
  }
  void second() {
    now += 1s;
    step_traffic(1);
    for (std::uint32_t ix = 0; ix < campaigns.size(); ++ix) {
      const Campaign& campaign = campaigns[ix];
      if (!campaign.plan.serving || uniform_(random_) >= controls(ix).participation / 1e9) continue;
      const double bid = controls(ix).multiplier / 1e6;
      spend(ix, static_cast<std::int64_t>(static_cast<double>(campaign.cost) * bid * bid));
    }
    pacer->step(now);
  }
  void run_until(Timestamp end) {
    while (now < end) second();
  }

  Accounts accounts;
  Timestamp now = kMidnight;
  std::vector<Campaign> campaigns;
  ThrottleLaw throttle;
  ShadingLaw shading;
  TrafficForecast forecast_;
  ScopedTraffic traffic_{shanghai(), forecast_};
  std::unique_ptr<Pacer> pacer = std::make_unique<Pacer>(accounts, shanghai(), traffic_, throttle, shading);
  const std::uint32_t cell_ = flat_cell(forecast_, 3'600);
  std::mt19937_64 random_{7};
  std::uniform_real_distribution<double> uniform_{0, 1};
};

TEST_F(AdvertiserPacerTest, TheBudgetLastsThroughItsDayWhateverSharesIt) {
  add(1'000);
  add(100);
  add(400, PacingMethod::kBidShading);
  double distance = 0;
  int steps = 0;
  while (now < kMidnight + 24h - 1s) {
    second();
    if ((now - kMidnight) % 15min != 0s) continue;
    distance += std::abs(static_cast<double>(spent()) - 1e7 * static_cast<double>((now - kMidnight).count()) / 864e8);
    ++steps;
  }
  EXPECT_GE(spent(), kBudget / 100 * 99);
  EXPECT_LE(spent(), kBudget);
  EXPECT_LT(distance / steps / 1e7, 0.015);
  EXPECT_NEAR(static_cast<double>(spent(0)) / static_cast<double>(spent(1)), 10, 1) << "held back alike";
  EXPECT_TRUE(pacer->view({0}).by_advertiser);
}

TEST_F(AdvertiserPacerTest, ABudgetThatCannotBeSpentHoldsNobodyBack) {
  accounts[kShop].daily_budget = 1'000'000'000;
  add(1'000);
  add(1'000, PacingMethod::kBidShading);
  run_until(kMidnight + 6h);
  EXPECT_EQ(spent(), 2 * 6 * 3'600 * 1'000) << "not for a second, and no bid was lowered";
  EXPECT_FALSE(pacer->view({0}).by_advertiser);
}

TEST_F(AdvertiserPacerTest, TheNarrowerOfBothBudgetsHolds) {
  add(1'000);
  add(1'000);
  accounts[CampaignIx{0}].daily_budget = 1'000'000;
  run_until(kMidnight + 12h);
  EXPECT_NEAR(static_cast<double>(spent(0)), 5e5, 3e4);
  EXPECT_FALSE(pacer->view({0}).by_advertiser);
  EXPECT_NEAR(static_cast<double>(spent()), 5e6, 1e5) << "what the one does not take the other does";
  EXPECT_TRUE(pacer->view({1}).by_advertiser);
}

TEST_F(AdvertiserPacerTest, WhoServesAsSoonAsPossibleIsNotHeldBackAndTheOthersShareTheRest) {
  add(1'000);
  add(100, PacingMethod::kThrottle, false);
  run_until(kMidnight + 12h);
  EXPECT_EQ(spent(1), 12 * 3'600 * 100);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), kBudget / 100 * 99);
  EXPECT_LE(spent(), kBudget);
}

TEST_F(AdvertiserPacerTest, ARemovedBudgetLetsGoWithinASecondOrTwo) {
  add(1'000);
  run_until(kMidnight + 6h);
  EXPECT_LT(controls(0).participation, kProbabilityOne / 2);
  accounts[kShop].daily_budget = kNoLimit;
  second();
  second();
  EXPECT_EQ(controls(0).participation, kProbabilityOne);
  EXPECT_EQ(target(), kNoLimit);
  const auto moved = pacer->advertisers().take_moved();
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_TRUE(moved[0].second.empty()) << "what was kept of it goes";
}

TEST_F(AdvertiserPacerTest, ARaiseAtNoonIsFollowedWithinAMinute) {
  add(1'000);
  run_until(kMidnight + 12h);
  const std::int32_t before = controls(0).participation;
  accounts[kShop].daily_budget = 25'000'000;
  run_until(kMidnight + 12h + 1min);
  EXPECT_GT(controls(0).participation, 2 * before);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), 24'500'000);
}

TEST_F(AdvertiserPacerTest, APausedShopDoesNotWindUp) {
  add(1'000);
  run_until(kMidnight + 6h);
  set_serving(0, false);
  run_until(kMidnight + 12h);
  const std::int64_t before = spent();
  set_serving(0, true);
  run_until(kMidnight + 12h + 10min);
  EXPECT_LT(spent() - before, 200'000) << "7.5 million over 12 hours is 104,000 in ten minutes";
  EXPECT_GT(spent() - before, 50'000);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), 9'850'000);
}

// The traffic that one campaign's leaving takes along was once taken for traffic that had not come.
TEST_F(AdvertiserPacerTest, TheTargetGoesOnFromWhereItStoodWhenCampaignsComeAndGo) {
  add(1'000);
  add(1'000);
  run_until(kMidnight + 12h);
  const std::int64_t before = target();
  set_serving(1, false);
  run_until(kMidnight + 12h + 1min);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(before), 2e4);
  add(1'000);
  run_until(kMidnight + 12h + 2min);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(before), 4e4);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(AdvertiserPacerTest, OtherTargetingGoesOnFromTheTarget) {
  add(1'000);
  run_until(kMidnight + 12h);
  const std::int64_t before = target();
  campaigns[0].plan.scope = traffic_.intern({.placements = {{0}}, .regions = {}, .devices = {}, .schedule = {}});
  pacer->plan({0}, campaigns[0].plan);
  run_until(kMidnight + 12h + 10min);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(before) + 1e7 / 144, 3e4);
  EXPECT_NEAR(static_cast<double>(spent()), static_cast<double>(target()), 1e5);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), 9'850'000);
}

// What counts as the paced campaigns' spend is another sum then; the distance from the target is not.
TEST_F(AdvertiserPacerTest, ACampaignThatIsPacedNoLongerOrAgainMovesNobodyElse) {
  add(500);
  add(500);
  run_until(kMidnight + 8h);
  const std::int64_t first = spent(0);
  campaigns[1].plan.paced = false;
  campaigns[1].cost = 0;
  pacer->plan({1}, campaigns[1].plan);
  run_until(kMidnight + 8h + 20min);
  // Half of what was spent is gone with the other; the rest of the day's is now its own.
  EXPECT_NEAR(static_cast<double>(spent(0) - first), 1e7 / 72, 4e4) << "no burst, no pause";
  campaigns[1].plan.paced = true;
  pacer->plan({1}, campaigns[1].plan);
  const std::int64_t second_time = spent(0);
  run_until(kMidnight + 8h + 40min);
  EXPECT_NEAR(static_cast<double>(spent(0) - second_time), 1e7 / 72, 4e4);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(AdvertiserPacerTest, TheFirstCampaignThatShadesDoesNotLetTheOthersGo) {
  add(1'000);
  run_until(kMidnight + 6h);
  const double before = controls(0).participation;
  add(10, PacingMethod::kBidShading);
  const std::int64_t spent_before = spent();
  run_until(kMidnight + 6h + 10min);
  EXPECT_LT(static_cast<double>(controls(0).participation), 3 * before);
  EXPECT_NEAR(static_cast<double>(spent() - spent_before), 1e7 / 144, 4e4);
}

TEST_F(AdvertiserPacerTest, TheLastCampaignThatShadedDoesNotLetTheOthersGoEither) {
  add(1'000);
  add(10, PacingMethod::kBidShading);
  run_until(kMidnight + 6h);
  const double before = controls(0).participation;
  set_serving(1, false);
  const std::int64_t spent_before = spent();
  run_until(kMidnight + 6h + 1min);
  EXPECT_LT(static_cast<double>(controls(0).participation), 3 * before);
  run_until(kMidnight + 6h + 10min);
  EXPECT_NEAR(static_cast<double>(spent() - spent_before), 1e7 / 144, 4e4);
}

TEST_F(AdvertiserPacerTest, WhoHadNoMoneyForAWhileComesBackWithWhatWasLearned) {
  add(1'000, PacingMethod::kBidShading);
  run_until(kMidnight + 6h);
  const std::int32_t before = controls(0).multiplier;
  ASSERT_LT(before, kFactorOne / 2);
  set_serving(0, false);
  run_until(kMidnight + 6h + 1min);
  set_serving(0, true);
  run_until(kMidnight + 6h + 1min + 5s);
  EXPECT_LT(static_cast<double>(controls(0).multiplier), 1.5 * before);
}

TEST_F(AdvertiserPacerTest, TheNextDayBeginsAnew) {
  add(1'000);
  run_until(kMidnight + 24h + 1min);
  EXPECT_LT(spent(), 10'000'000 / 1'440 * 3) << "yesterday's traffic is not today's";
  run_until(kMidnight + 24h + 1h);
  EXPECT_NEAR(static_cast<double>(spent()), 1e7 / 24, 5e4);
  EXPECT_NEAR(static_cast<double>(target()), 1e7 / 24, 2e4);
}

TEST_F(AdvertiserPacerTest, AJumpOfTheClockIsOneStep) {
  add(1'000);
  second();
  now += 8h;
  step_traffic(8 * 3'600);
  pacer->step_all(now);
  EXPECT_NEAR(static_cast<double>(target()), 1e7 / 3, 2e5);
}

TEST_F(AdvertiserPacerTest, ARestartGoesOnWhereItStood) {
  add(1'000);
  run_until(kMidnight + 12h);
  const std::int64_t target_before = target();
  const double participation_before = controls(0).participation;
  const std::int32_t asked_before = accounts[kShop].pacing.participation;
  const TemporaryDirectory directory;
  auto store = *Store::open(directory.path() + "/db");
  ASSERT_FALSE(save_pacing(*store, *pacer, forecast_, {}, now, false));
  EXPECT_TRUE(pacer->advertisers().take_moved().empty()) << "saved once";

  pacer = std::make_unique<Pacer>(accounts, shanghai(), traffic_, throttle, shading);
  accounts[kShop].pacing.participation = kProbabilityOne;
  load_pacer(*store, *pacer);
  EXPECT_EQ(accounts[kShop].pacing.participation, asked_before) << "before the first step";
  pacer->plan({0}, campaigns[0].plan);
  for (int i = 0; i < 3; ++i) {
    second();
    EXPECT_NEAR(controls(0).participation / participation_before, 1, 0.3) << i;
  }
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(target_before), 5e3);
  run_until(kMidnight + 24h - 1s);
  EXPECT_GE(spent(), 9'850'000);
}

TEST_F(AdvertiserPacerTest, DamagedMemoryIsLeftOut) {
  add(1'000);
  second();
  const auto moved = pacer->advertisers().take_moved();
  ASSERT_EQ(moved.size(), 1u);
  const std::string& bytes = moved[0].second;
  AdvertiserPacer fresh(accounts, throttle, shading);
  for (std::size_t size = 0; size < bytes.size(); ++size) fresh.restore(kShop, bytes.substr(0, size));
  accounts[kShop].daily_budget = kNoLimit;
  EXPECT_FALSE(fresh.concerns(kShop));
}

}  // namespace
}  // namespace gavel
