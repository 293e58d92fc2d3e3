// The ledger under a system clock that is set forward and back, and on a machine that sleeps: no day is charged twice,
// and nothing is refilled by going back.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "budget/big_endian.h"
#include "budget/ledger_codec.h"
#include "tests/budget/ledger_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{2};
constexpr CampaignIx kCampaign{3};
constexpr std::int64_t kDailyBudget = 100;

// The world starts at 18:13 of a day in Shanghai.
class LedgerClockTest : public testing::Test {
 protected:
  LedgerClockTest() {
    world.stop();
    start();
  }
  // As main() does: from the last time that the directory knows.
  void start() {
    Timestamp known = kWorldStart;
    {
      const auto store = Store::open(world.path());
      ASSERT_TRUE(store);
      if (const auto stored = (*store)->get(Family::kMeta, kClockKey)) {
        BigEndianReader in(*stored);
        known = from_micros(static_cast<std::int64_t>(in.read<std::uint64_t>()));
      }
    }
    world.clock.emplace(BusinessClock::system(known, [this] { return source; }));
    world.start();
    world.accounts->open(kShop);
    world.accounts->open(kCampaign, kShop);
    (*world.accounts)[kCampaign].daily_budget = kDailyBudget;
  }
  void restart() {
    world.stop();
    start();
  }
  // What a click at this price was charged.
  std::int64_t click(std::int64_t price) {
    last = world.click(world.claims(kShop, kCampaign, Pricing::kCpc, price));
    return world.submit_one(last).charged.value;
  }
  std::int64_t spent_today() { return (*world.accounts)[kCampaign].today.on(world.today()).value; }

  Timestamp source = kWorldStart;
  LedgerWorld world;
  LedgerEvent last;
};

TEST_F(LedgerClockTest, GoingBackRefillsNothing) {
  for (const Duration back : {Duration{1h}, Duration{24h}}) {
    for (const bool restarted : {false, true}) {
      SCOPED_TRACE(testing::Message() << back.count() << (restarted ? " and a restart" : ""));
      source += 24h;
      EXPECT_EQ(click(kDailyBudget + 1), kDailyBudget) << "a new day has a budget of its own";
      const Timestamp before = world.clock->now();
      source -= back;
      if (restarted) restart();
      EXPECT_EQ(world.clock->now(), before);
      EXPECT_EQ(click(1), 0);
      EXPECT_EQ(world.submit_one(last).status, EventStatus::kDuplicate);
      source += back;
      EXPECT_EQ(click(1), 0);
      EXPECT_EQ(spent_today(), kDailyBudget);
    }
  }
}

TEST_F(LedgerClockTest, AnHourForwardIsOfTheSameDay) {
  EXPECT_EQ(click(60), 60);
  source += 1h;
  EXPECT_EQ(click(60), 40);
  source -= 1h;
  EXPECT_EQ(click(60), 0);
}

// Set forward by a day and right again: the day that began too early goes on when it comes.
TEST_F(LedgerClockTest, ADayThatBeganTooEarlyHasOneBudget) {
  for (const bool restarted : {false, true}) {
    EXPECT_EQ(click(60), 60);
    const Day today = world.today();
    source += 24h;
    EXPECT_EQ(click(60), 60);
    source -= 24h;
    if (restarted) restart();
    EXPECT_EQ(world.today(), today + std::chrono::days{1});
    EXPECT_EQ(click(60), 40);
    source += 24h;
    EXPECT_EQ(click(60), 0);
    source += 24h;
  }
}

TEST_F(LedgerClockTest, ASleepOverMidnightBeginsOneDay) {
  EXPECT_EQ(click(kDailyBudget), kDailyBudget);
  const LedgerEvent before = world.click(world.claims(kShop, kCampaign, Pricing::kCpc, 10));
  source += 8h;  // 02:13
  EXPECT_EQ(world.submit_one(before).charged.value, 10) << "a click that came while it slept is of the new day";
  EXPECT_EQ(click(kDailyBudget), kDailyBudget - 10);
  EXPECT_EQ(click(1), 0);
}

// Whatever the clock does.
TEST_F(LedgerClockTest, NoBusinessDayIsChargedPastItsBudget) {
  std::minstd_rand random{7};
  const Duration jumps[] = {-24h, -1h, -1s, 0s, 1s, 1h, 8h, 24h};
  std::map<Day, std::int64_t> charged;
  std::vector<LedgerEvent> clicked;
  Timestamp latest = world.clock->now();
  for (int step = 0; step < 300; ++step) {
    source += jumps[random() % std::size(jumps)];
    if (random() % 10 == 0) restart();
    ASSERT_GE(world.clock->now(), latest);
    latest = world.clock->now();
    charged[world.today()] += click(static_cast<std::int64_t>(random() % 60));
    ASSERT_LE(charged[world.today()], kDailyBudget);
    ASSERT_EQ(spent_today(), charged[world.today()]);
    clicked.push_back(last);
    const LedgerEvent& again = clicked[random() % clicked.size()];
    ASSERT_EQ(world.submit_one(again).charged.value, 0);
  }
  EXPECT_GT(charged.size(), 10u);
}

}  // namespace
}  // namespace gavel
