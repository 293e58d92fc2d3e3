#include "budget/accounts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <random>
#include <thread>
#include <vector>

namespace gavel {
namespace {

using std::chrono::days;

constexpr Day kToday{days{20'000}};
constexpr AdvertiserIx kShop{0};
constexpr CampaignIx kCampaign{0};

TEST(DaySpend, IsZeroUntilTheDayIsRecorded) {
  DaySpend spend;
  EXPECT_EQ(spend.on(kToday), Micros{0});
  spend.set(kToday, Micros{5});
  EXPECT_EQ(spend.on(kToday), Micros{5});
  EXPECT_EQ(spend.on(kToday + days{1}), Micros{0});
  spend.set(kToday + days{1}, Micros{2});
  EXPECT_EQ(spend.on(kToday + days{1}), Micros{2});
}

struct Case {
  const char* rule;
  std::int64_t opening, deposited, advertiser_daily, daily, lifetime, festival;  // limits
  std::int64_t charged, today, festival_today, held;                             // spent and held
  std::int64_t fits;                                                             // -1: anything
  Funds beyond;
};

constexpr std::int64_t kNo = kNoLimit;
const Case kCases[] = {
    {"nothing limits", kNo, 0, kNo, kNo, kNo, kNo, 70, 70, 0, 30, -1, Funds::kEnough},
    {"balance less charged less held", 100, 0, kNo, kNo, kNo, kNo, 60, 0, 0, 10, 30,
     Funds::kBalanceExhausted},
    {"deposits count", 100, 50, kNo, kNo, kNo, kNo, 60, 0, 0, 10, 80, Funds::kBalanceExhausted},
    {"an empty wallet", 0, 0, kNo, kNo, kNo, kNo, 0, 0, 0, 0, 0, Funds::kBalanceExhausted},
    {"balance comes first", 100, 0, 100, 100, 100, kNo, 0, 0, 0, 0, 100, Funds::kBalanceExhausted},
    {"advertiser's day", kNo, 0, 100, kNo, kNo, kNo, 60, 60, 0, 10, 30, Funds::kBudgetExhausted},
    {"campaign's day", kNo, 0, kNo, 100, kNo, kNo, 60, 60, 0, 10, 30, Funds::kBudgetExhausted},
    {"lifetime", kNo, 0, kNo, kNo, 100, kNo, 60, 0, 0, 10, 30, Funds::kBudgetExhausted},
    {"a budget of nothing", kNo, 0, kNo, 0, kNo, kNo, 0, 0, 0, 0, 0, Funds::kBudgetExhausted},
    {"a festival adds to the day", kNo, 0, kNo, 100, kNo, 50, 80, 80, 20, 10, 60, Funds::kBudgetExhausted},
    {"lifetime covers the festival", kNo, 0, kNo, 100, 100, 50, 80, 80, 20, 10, 10, Funds::kBudgetExhausted},
    {"a day overspent by lowering leaves the festival's", kNo, 0, kNo, 30, kNo, 50, 60, 60, 20, 0, 30,
     Funds::kBudgetExhausted},
    {"a festival without money", kNo, 0, kNo, 100, kNo, 0, 0, 0, 0, 0, 100, Funds::kBudgetExhausted},
    {"a festival where the day is unlimited", kNo, 0, kNo, kNo, kNo, 50, 0, 0, 0, 0, -1, Funds::kEnough},
};

// Each row is one rule: exactly `fits` may be held, and one micro more may not.
TEST(Accounts, CheckAndHoldKnowTheRoomToTheMicro) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.rule);
    Accounts accounts;
    AdvertiserAccount& shop = accounts.open(kShop);
    CampaignAccount& campaign = accounts.open(kCampaign, kShop);
    Payer payer{kShop, kCampaign, {}};
    shop.opening_balance = c.opening;
    shop.deposited = c.deposited;
    shop.daily_budget = c.advertiser_daily;
    shop.charged = c.charged;
    shop.today.set(kToday, {c.today});
    shop.held = c.held;
    campaign.daily_budget = c.daily;
    campaign.lifetime_budget = c.lifetime;
    campaign.charged = c.charged;
    campaign.today.set(kToday, {c.today});
    campaign.today_regular.set(kToday, {c.today - c.festival_today});
    campaign.held = c.held;
    if (c.festival != kNo) {
      payer.festival = accounts.open_festival(kCampaign, FestivalIx{3});
      accounts[payer.festival].daily_budget = c.festival;
      accounts[payer.festival].today.set(kToday, {c.festival_today});
    }
    const Micros fits{c.fits == -1 ? kMaxBid.value : c.fits};
    EXPECT_EQ(accounts.check(payer, kToday, fits), Funds::kEnough);
    if (c.fits != -1) {
      EXPECT_EQ(accounts.check(payer, kToday, fits + Micros{1}), c.beyond);
      EXPECT_EQ(accounts.try_hold(payer, kToday, fits + Micros{1}), c.beyond);
    }
    EXPECT_EQ(shop.held.load(), c.held);
    EXPECT_EQ(campaign.held.load(), c.held);
    EXPECT_EQ(accounts.try_hold(payer, kToday, fits), Funds::kEnough);
    EXPECT_EQ(shop.held.load(), c.held + fits.value);
    EXPECT_EQ(campaign.held.load(), c.held + fits.value);
    EXPECT_EQ(accounts.held_total(), fits);
    accounts.release_hold(kCampaign, kShop, fits);
    EXPECT_EQ(shop.held.load(), c.held);
    EXPECT_EQ(campaign.held.load(), c.held);
    EXPECT_EQ(accounts.held_total(), Micros{0});
  }
}

// What the campaign's own account tells is what check() finds for the least charge.
TEST(Accounts, IsSpentWhereItsOwnBudgetsHaveNoRoom) {
  std::mt19937 random(9);
  int spent = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto pick = [&random](int n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
    Accounts accounts;
    accounts.open(AdvertiserIx{0});
    CampaignAccount& account = accounts.open(CampaignIx{0}, AdvertiserIx{0});
    const Day day{std::chrono::days{20'000}};
    account.daily_budget = pick(3) == 0 ? kNoLimit : pick(4);
    account.lifetime_budget = pick(3) == 0 ? kNoLimit : pick(6);
    account.today_regular.set(day - std::chrono::days{pick(2)}, {pick(4)});
    account.charged = pick(6);
    account.held = pick(3);
    const Payer payer{.advertiser = {0}, .campaign = {0}, .festival = {}};
    const bool no_room = accounts.check(payer, day, {1}) == Funds::kBudgetExhausted;
    ASSERT_EQ(accounts.is_spent({0}, day), no_room);
    spent += no_room;
  }
  EXPECT_GT(spent, 5'000);
  EXPECT_LT(spent, 15'000);
}

TEST(Accounts, ANewDayHasItsWholeBudget) {
  Accounts accounts;
  accounts.open(kShop).daily_budget = 100;
  CampaignAccount& campaign = accounts.open(kCampaign, kShop);
  campaign.daily_budget = 100;
  accounts[kShop].today.set(kToday, {100});
  campaign.today_regular.set(kToday, {100});
  const Payer payer{kShop, kCampaign, {}};
  EXPECT_EQ(accounts.check(payer, kToday, {1}), Funds::kBudgetExhausted);
  EXPECT_EQ(accounts.check(payer, kToday + days{1}, {100}), Funds::kEnough);
}

TEST(Accounts, OpeningTwiceKeepsTheAccount) {
  Accounts accounts;
  EXPECT_FALSE(accounts.contains(AdvertiserIx{5}));
  accounts.open(AdvertiserIx{5}).charged = 7;
  EXPECT_TRUE(accounts.contains(AdvertiserIx{5}));
  EXPECT_EQ(accounts.open(AdvertiserIx{5}).charged.load(), 7);
  EXPECT_EQ(accounts.advertiser_count(), 6u);
  accounts.open(CampaignIx{2}, AdvertiserIx{5}).charged = 8;
  EXPECT_FALSE(accounts.contains(CampaignIx{1}));
  EXPECT_TRUE(accounts.contains(CampaignIx{2}));
  EXPECT_FALSE(accounts.contains(CampaignIx{}));
  EXPECT_EQ(accounts.open(CampaignIx{2}, AdvertiserIx{5}).charged.load(), 8);
  EXPECT_EQ(accounts[CampaignIx{2}].advertiser.load(), 5u);
}

TEST(Accounts, FestivalAccountsAreOnePerCampaignAndFestival) {
  Accounts accounts;
  EXPECT_FALSE(accounts.find_festival(CampaignIx{1}, FestivalIx{2}).exists());
  const FestivalAccountIx a = accounts.open_festival(CampaignIx{1}, FestivalIx{2});
  const FestivalAccountIx b = accounts.open_festival(CampaignIx{2}, FestivalIx{1});
  EXPECT_NE(a, b);
  EXPECT_EQ(accounts.open_festival(CampaignIx{1}, FestivalIx{2}), a);
  EXPECT_EQ(accounts.find_festival(CampaignIx{1}, FestivalIx{2}), a);
  EXPECT_EQ(accounts.find_festival(CampaignIx{2}, FestivalIx{1}), b);
  EXPECT_EQ(accounts[b].campaign.load(), 2u);
  EXPECT_EQ(accounts[b].festival.load(), 1u);
  EXPECT_EQ(accounts.festival_count(), 2u);
}

// A hold that failed used to be counted for a moment, so that two racing holds both failed where one fits.
TEST(Accounts, OfTwoRacingHoldsOneWinsWhereOneFits) {
  Accounts accounts;
  accounts.open(kShop).opening_balance = 1'000;
  accounts.open(kCampaign, kShop).daily_budget = 700;
  constexpr int kRounds = 20'000;
  std::barrier together(2);
  std::atomic<int> winners{0};
  const auto race = [&] {
    for (int round = 0; round < kRounds; ++round) {
      together.arrive_and_wait();
      const bool won = accounts.try_hold({kShop, kCampaign, {}}, kToday, {600}) == Funds::kEnough;
      if (won) winners.fetch_add(1);
      together.arrive_and_wait();
      if (won) accounts.release_hold(kCampaign, kShop, {600});
    }
  };
  std::thread other(race);
  race();
  other.join();
  EXPECT_EQ(winners.load(), kRounds);
  EXPECT_EQ(accounts.held_total().value, 0);
}

TEST(Accounts, RacingHoldsNeverPassALimit) {
  Accounts accounts;
  accounts.open(kShop).opening_balance = 1'000;
  accounts.open(kCampaign, kShop).daily_budget = 900;
  std::atomic<std::int64_t> held{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5'000; ++n) {
        if (accounts.try_hold({kShop, kCampaign, {}}, kToday, {7}) == Funds::kEnough) {
          const std::int64_t now_held = held.fetch_add(7) + 7;
          EXPECT_LE(now_held, 900);
          if (n % 3 != 0) {
            held.fetch_sub(7);
            accounts.release_hold(kCampaign, kShop, {7});
          }
        }
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(accounts.held_total().value, held.load());
  EXPECT_EQ(accounts[kShop].held.load(), held.load());
  EXPECT_EQ(accounts[kCampaign].held.load(), held.load());
  EXPECT_EQ(held.load(), 896);  // 128 holds: no room for one more
}

}  // namespace
}  // namespace gavel
