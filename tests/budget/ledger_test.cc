#include "budget/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "budget/ledger_codec.h"
#include "budget/reports.h"
#include "tests/budget/ledger_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using Status = EventStatus;

constexpr AdvertiserIx kShop{0};
constexpr CampaignIx kCampaign{0};
constexpr FestivalIx kFestival{5};
constexpr std::int64_t kNo = kNoLimit;

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() { open(); }
  void open() {
    world_.accounts->open(kShop);
    world_.accounts->open(kCampaign, kShop);
  }
  AdvertiserAccount& shop() { return (*world_.accounts)[kShop]; }
  CampaignAccount& campaign() { return (*world_.accounts)[kCampaign]; }
  Claims cpc(std::int64_t price) { return world_.claims(kShop, kCampaign, Pricing::kCpc, price); }
  Claims cpm(std::int64_t price) { return world_.claims(kShop, kCampaign, Pricing::kCpm, price); }
  ReportCounters report_total() {
    ReportCounters sum;
    scan_reports(*world_.ledger->snapshot_with_reports({}), {},
                 [&](const ReportKey&, const ReportCounters& row) { sum.add(row); });
    return sum;
  }
  LedgerWorld world_;
};

TEST_F(LedgerTest, ACpcAdIsChargedAtItsClickAndACpmAdAtItsImpression) {
  struct Case {
    const char* rule;
    Pricing pricing;
    EventType type;
    EventOutcome expected;
  };
  const Case cases[] = {
      {"CPC impression", Pricing::kCpc, EventType::kImpression, {Status::kCounted}},
      {"CPC click", Pricing::kCpc, EventType::kClick, {Status::kCharged, {5'000}}},
      {"CPC conversion", Pricing::kCpc, EventType::kConversion, {Status::kCounted}},
      {"CPM impression", Pricing::kCpm, EventType::kImpression, {Status::kCharged, {5}}},
      {"CPM click", Pricing::kCpm, EventType::kClick, {Status::kCounted}},
      {"CPM conversion", Pricing::kCpm, EventType::kConversion, {Status::kCounted}},
  };
  std::int64_t charged = 0;
  for (const Case& c : cases) {
    const LedgerEvent event{.type = c.type, .claims = world_.claims(kShop, kCampaign, c.pricing, 5'000)};
    EXPECT_EQ(world_.submit_one(event), c.expected) << c.rule;
    charged += c.expected.charged.value;
    EXPECT_EQ(campaign().charged.load(), charged) << c.rule;
    EXPECT_EQ(shop().charged.load(), charged) << c.rule;
  }
}

TEST_F(LedgerTest, EveryEventCountsOnce) {
  const Claims c = cpc(100);
  EXPECT_EQ(world_.submit_one(world_.click(c)), (EventOutcome{Status::kCharged, {100}}));
  EXPECT_EQ(world_.submit_one(world_.click(c)), (EventOutcome{Status::kDuplicate}));
  EXPECT_EQ(world_.submit_one(world_.impression(c)), (EventOutcome{Status::kCounted}));
  EXPECT_EQ(world_.submit_one(world_.impression(c)), (EventOutcome{Status::kDuplicate}));
  EXPECT_EQ(world_.submit_one(world_.conversion(c, "order-1", 7)), (EventOutcome{Status::kCounted}));
  EXPECT_EQ(world_.submit_one(world_.conversion(c, "order-1", 8)), (EventOutcome{Status::kDuplicate}));
  EXPECT_EQ(world_.submit_one(world_.conversion(c, "order-2", 9)), (EventOutcome{Status::kCounted}));
  const ReportCounters sum = report_total();
  EXPECT_EQ(sum.impressions, 1);
  EXPECT_EQ(sum.clicks, 1);
  EXPECT_EQ(sum.conversions, 2);
  EXPECT_EQ(sum.value_micros, 16);
  EXPECT_EQ(sum.cost_micros, 100);
}

TEST_F(LedgerTest, ARepetitionInTheSameCallIsADuplicate) {
  const Claims a = cpc(100);
  const Claims b = cpc(10);
  const auto outcomes =
      world_.submit({world_.click(a), world_.click(b), world_.click(a), world_.impression(a),
                     world_.conversion(a, "", 1), world_.conversion(a, "", 1)});
  ASSERT_TRUE(outcomes);
  EXPECT_THAT(*outcomes, ::testing::ElementsAre(
                             EventOutcome{Status::kCharged, {100}}, EventOutcome{Status::kCharged, {10}},
                             EventOutcome{Status::kDuplicate}, EventOutcome{Status::kCounted},
                             EventOutcome{Status::kCounted}, EventOutcome{Status::kDuplicate}));
  EXPECT_EQ(campaign().charged.load(), 110);
}

TEST_F(LedgerTest, EachTypeExpiresCountingFromTheAuction) {
  const Claims used = cpc(100);
  world_.submit_one(world_.click(used));
  struct Case {
    EventType type;
    Duration ttl;
  };
  for (const Case& c : {Case{EventType::kImpression, 1h}, Case{EventType::kClick, 24h},
                        Case{EventType::kConversion, 24h * 30}}) {
    const LedgerEvent in_time{.type = c.type, .claims = cpc(1)};
    const LedgerEvent late{.type = c.type, .claims = cpc(1)};
    world_.advance(c.ttl - 1us);
    EXPECT_NE(world_.submit_one(in_time).status, Status::kExpired);
    world_.advance(1us);
    EXPECT_EQ(world_.submit_one(late), (EventOutcome{Status::kExpired}));
    EXPECT_EQ(world_.submit_one(in_time), (EventOutcome{Status::kDuplicate}));
  }
  EXPECT_EQ(world_.submit_one(world_.click(used)), (EventOutcome{Status::kDuplicate}));
  const ReportCounters sum = report_total();
  EXPECT_EQ(sum.impressions + sum.clicks + sum.conversions, 4);  // what expired is in no report
}

TEST_F(LedgerTest, AnUnknownCampaignsTokenIsExpired) {
  EXPECT_EQ(world_.submit_one(world_.click(world_.claims(kShop, CampaignIx{900}, Pricing::kCpc, 1))).status,
            Status::kExpired);
  EXPECT_EQ(
      world_.submit_one(world_.click(world_.claims(AdvertiserIx{900}, kCampaign, Pricing::kCpc, 1))).status,
      Status::kExpired);
  EXPECT_EQ(campaign().charged.load(), 0);
}

TEST_F(LedgerTest, CpmCarriesThousandthsOfAMicro) {
  std::int64_t charged = 0;
  for (int i = 0; i < 10; ++i) {
    const EventOutcome outcome = world_.submit_one(world_.impression(cpm(300)));
    EXPECT_EQ(outcome.status, Status::kCharged);  // even when it is 0
    charged += outcome.charged.value;
  }
  EXPECT_EQ(charged, 3);
  world_.restart();
  open();
  for (int i = 0; i < 7; ++i) charged += world_.submit_one(world_.impression(cpm(300))).charged.value;
  EXPECT_EQ(charged, 5);  // 17 x 300 = 5,100
  EXPECT_EQ(campaign().charged.load(), 5);
}

TEST_F(LedgerTest, TheCarryGoesOnOverBudget) {
  campaign().daily_budget = 1;
  EXPECT_EQ(world_.submit_one(world_.impression(cpm(2'900))), (EventOutcome{Status::kOverBudget, {1}, {1}}));
  EXPECT_EQ(world_.submit_one(world_.impression(cpm(99))), (EventOutcome{Status::kCharged, {0}}));
  campaign().daily_budget = 100;
  EXPECT_EQ(world_.submit_one(world_.impression(cpm(1))), (EventOutcome{Status::kCharged, {1}}));
}

struct LimitCase {
  const char* rule;
  std::int64_t opening, advertiser_daily, daily, lifetime, festival;
  std::int64_t charged, uncharged;  // of a click of 100
  std::int64_t regular;             // of what is charged
};

// Each row is one rule, on accounts that have spent 30 today already (all of it regular).
const LimitCase kLimitCases[] = {
    {"nothing limits", kNo, kNo, kNo, kNo, kNo, 100, 0, 100},
    {"exactly enough", 130, 130, 130, 130, kNo, 100, 0, 100},
    {"balance", 129, kNo, kNo, kNo, kNo, 99, 1, 99},
    {"advertiser's day", kNo, 100, kNo, kNo, kNo, 70, 30, 70},
    {"campaign's day", kNo, kNo, 70, kNo, kNo, 40, 60, 40},
    {"lifetime", kNo, kNo, kNo, 31, kNo, 1, 99, 1},
    {"the least of all", 120, 110, 100, 90, kNo, 60, 40, 60},
    {"lowered below what is spent", kNo, kNo, 10, kNo, kNo, 0, 100, 0},
    {"lifetime lowered below", kNo, kNo, kNo, 10, kNo, 0, 100, 0},
    {"a festival's money comes first", kNo, kNo, kNo, kNo, 60, 100, 0, 40},
    {"and adds to the day's", kNo, kNo, 50, kNo, 60, 80, 20, 20},
    {"also to one lowered below", kNo, kNo, 10, kNo, 60, 60, 40, 0},
    {"but not to lifetime", kNo, kNo, 50, 50, 60, 20, 80, 0},
    {"nor to the balance", 35, kNo, 50, kNo, 60, 5, 95, 0},
    {"a festival without money", kNo, kNo, 50, kNo, 0, 20, 80, 20},
};

TEST_F(LedgerTest, ThePartThatFitsIsCharged) {
  std::uint32_t ix = 1;
  for (const LimitCase& c : kLimitCases) {
    SCOPED_TRACE(c.rule);
    const AdvertiserIx shop{ix};
    const CampaignIx campaign{ix++};
    AdvertiserAccount& shop_account = world_.accounts->open(shop);
    CampaignAccount& campaign_account = world_.accounts->open(campaign, shop);
    shop_account.opening_balance = 30;
    world_.submit_one(world_.click(world_.claims(shop, campaign, Pricing::kCpc, 30)));
    shop_account.opening_balance = c.opening;
    shop_account.daily_budget = c.advertiser_daily;
    campaign_account.daily_budget = c.daily;
    campaign_account.lifetime_budget = c.lifetime;
    Claims claims = world_.claims(shop, campaign, Pricing::kCpc, 100);
    claims.festival = kFestival;
    FestivalAccountIx festival;
    if (c.festival != kNo) {
      festival = world_.accounts->open_festival(campaign, kFestival);
      (*world_.accounts)[festival].daily_budget = c.festival;
    }
    const EventOutcome expected{
        c.uncharged > 0 ? Status::kOverBudget : Status::kCharged, {c.charged}, {c.uncharged}};
    EXPECT_EQ(world_.submit_one(world_.click(claims)), expected);
    EXPECT_EQ(campaign_account.charged.load(), 30 + c.charged);
    EXPECT_EQ(campaign_account.today.on(world_.today()).value, 30 + c.charged);
    EXPECT_EQ(campaign_account.today_regular.on(world_.today()).value, 30 + c.regular);
    EXPECT_EQ(campaign_account.uncharged_today.on(world_.today()).value, c.uncharged);
    EXPECT_EQ(shop_account.charged.load(), 30 + c.charged);
    EXPECT_EQ(shop_account.today.on(world_.today()).value, 30 + c.charged);
    if (festival.exists()) {
      EXPECT_EQ((*world_.accounts)[festival].today.on(world_.today()).value, c.charged - c.regular);
    }
  }
}

TEST_F(LedgerTest, ADayJumpBeginsWithNothingSpent) {
  campaign().daily_budget = 100;
  shop().daily_budget = 100;
  EXPECT_EQ(world_.submit_one(world_.click(cpc(150))), (EventOutcome{Status::kOverBudget, {100}, {50}}));
  EXPECT_EQ(campaign().uncharged_today.on(world_.today()).value, 50);
  world_.advance(24h * 40);
  EXPECT_EQ(campaign().today.on(world_.today()).value, 0);
  EXPECT_EQ(campaign().uncharged_today.on(world_.today()).value, 0);
  EXPECT_EQ(world_.submit_one(world_.click(cpc(60))), (EventOutcome{Status::kCharged, {60}}));
  EXPECT_EQ(campaign().today.on(world_.today()).value, 60);
  EXPECT_EQ(campaign().uncharged_today.on(world_.today()).value, 0);
  EXPECT_EQ(campaign().charged.load(), 160);
}

TEST_F(LedgerTest, TheChargingEventReleasesItsHold) {
  const Payer payer{kShop, kCampaign, {}};
  const auto held = [&](Claims c) {
    EXPECT_EQ(world_.accounts->try_hold(payer, world_.today(), {50}), Funds::kEnough);
    c.id = world_.holds->book(0).place({.campaign = kCampaign,
                                        .advertiser = kShop,
                                        .charged = {},
                                        .amount = {50},
                                        .placed_at = world_.clock->now(),
                                        .expires_at = world_.clock->now() + 24h});
    return c;
  };
  const Claims click = held(cpc(100));
  const Claims view = held(cpm(100));
  world_.submit_one(world_.impression(click));
  world_.submit_one(world_.click(view));
  EXPECT_EQ(campaign().held.load(), 100);
  world_.submit_one(world_.impression(view));
  EXPECT_EQ(campaign().held.load(), 50);
  campaign().daily_budget = 0;
  EXPECT_EQ(world_.submit_one(world_.click(click)).status, Status::kOverBudget);
  EXPECT_EQ(campaign().held.load(), 0);
  world_.submit_one(world_.click(click));
  EXPECT_EQ(campaign().held.load(), 0);
  EXPECT_EQ(shop().held.load(), 0);
}

TEST_F(LedgerTest, ConversionValuesSaturate) {
  Claims c = cpc(1);
  for (int i = 0; i < 10; ++i) {
    world_.submit_one(world_.conversion(c, std::to_string(i), std::int64_t{1} << 60));
  }
  EXPECT_EQ(report_total().value_micros, INT64_MAX);
}

TEST_F(LedgerTest, ClicksAndExaminedImpressionsAreLearned) {
  Claims c = cpc(1);
  c.examination = {700'000'000};
  world_.submit({world_.impression(c), world_.click(c), world_.impression(c), world_.conversion(c, "x", 1)});
  world_.submit_one(world_.impression(cpc(1)));
  EXPECT_EQ(world_.click_stats->get(c.ad, c.placement).examined_nano, 1'700'000'000u);
  EXPECT_EQ(world_.click_stats->get(c.ad, c.placement).clicks, 1u);
  world_.restart();
  EXPECT_EQ(world_.click_stats->get(c.ad, c.placement).examined_nano, 1'700'000'000u);
  EXPECT_EQ(world_.click_stats->get(c.ad, c.placement).clicks, 1u);
}

TEST_F(LedgerTest, TellsAfterEachBatchThatCountedSomething) {
  std::atomic<std::uint64_t> clicks = 0;
  std::atomic<int> calls = 0;
  const Claims c = cpc(1);
  world_.counted = [&] {
    clicks = world_.click_stats->get(c.ad, c.placement).clicks;
    ++calls;
  };
  world_.restart();
  open();
  world_.submit_one(world_.click(c));
  EXPECT_EQ(calls, 1) << "before it answers";
  EXPECT_EQ(clicks, 1u);
  world_.submit_one(world_.click(c));
  world_.ledger->flush();
  EXPECT_EQ(calls, 1) << "a duplicate counts nothing, and neither does a flush";
}

TEST_F(LedgerTest, ImpressionsOfKnownUsersCountTowardsTheCap) {
  world_.frequency->set_window(kCampaign, 24h, world_.clock->now());
  Claims c = cpc(1);
  c.user_hash = 42;
  world_.submit({world_.impression(c), world_.click(c), world_.impression(c), world_.impression(cpc(1))});
  EXPECT_EQ(world_.frequency->count(kCampaign, 42, world_.clock->now(), 24h), 1u);
  world_.restart();
  world_.frequency->set_window(kCampaign, 24h, world_.clock->now());
  EXPECT_EQ(world_.frequency->count(kCampaign, 42, world_.clock->now(), 24h), 1u);
}

TEST_F(LedgerTest, WhatWasRecordedCanBeReadBack) {
  Claims c = cpc(100);
  c.festival = kFestival;
  const FestivalAccountIx festival = world_.accounts->open_festival(kCampaign, kFestival);
  (*world_.accounts)[festival].daily_budget = 30;
  campaign().daily_budget = 50;
  LedgerEvent click = world_.click(c);
  click.reported_at = from_micros(123);
  world_.submit_one(click);
  const auto value = world_.store->get(Family::kDedupe, dedupe_key(click));
  ASSERT_TRUE(value);
  const RecordedEvent e = decode_event(*value);
  EXPECT_EQ(e.type, EventType::kClick);
  EXPECT_EQ(e.status, Status::kOverBudget);
  EXPECT_EQ(e.committed_at, world_.clock->now());
  EXPECT_EQ(e.reported_at, from_micros(123));
  EXPECT_EQ(e.charged, Micros{80});
  EXPECT_EQ(e.from_festival, Micros{30});
  EXPECT_EQ(e.uncharged, Micros{20});
  EXPECT_EQ(e.festival, kFestival);
  EXPECT_EQ(e.campaign, kCampaign);
}

TEST_F(LedgerTest, MetricsCountEventsAndCommits) {
  const Claims c = cpc(100);
  campaign().daily_budget = 60;
  world_.submit({world_.click(c), world_.click(c), world_.impression(c)});
  const LedgerMetrics& m = world_.ledger->metrics();
  EXPECT_EQ(m.events[1][static_cast<int>(Status::kOverBudget)].load(), 1u);
  EXPECT_EQ(m.events[1][static_cast<int>(Status::kDuplicate)].load(), 1u);
  EXPECT_EQ(m.events[0][static_cast<int>(Status::kCounted)].load(), 1u);
  EXPECT_EQ(m.charged_micros.load(), 60u);
  EXPECT_EQ(m.uncharged_micros.load(), 40u);
  EXPECT_EQ(m.commits.load(), 1u);
  EXPECT_EQ(m.batch_size_buckets[2].load(), 1u);  // 3 operations
  EXPECT_EQ(m.batch_size_sum.load(), 3u);
  EXPECT_EQ(m.queued_events.load(), 0u);
  std::uint64_t commits = 0;
  for (const auto& bucket : m.commit_us_buckets) commits += bucket.load();
  EXPECT_EQ(commits, 1u);
}

TEST_F(LedgerTest, NothingIsTakenAfterStop) {
  std::atomic<int> answered{0};
  for (int i = 0; i < 100; ++i) world_.ledger->submit({world_.click(cpc(1))}, [&](auto) { ++answered; });
  world_.ledger->stop();
  EXPECT_EQ(answered.load(), 100);  // what was queued is committed
  EXPECT_EQ(campaign().charged.load(), 100);
  EXPECT_EQ(world_.submit({world_.click(cpc(1))}).error(), LedgerError::kStopped);
  EXPECT_EQ(world_.deposit(kShop, "d", 1).error(), DepositError::kStopped);
  world_.ledger->flush();
  world_.ledger->drop_expired(world_.clock->now());
  world_.ledger->stop();
}

TEST(LedgerQueue, IsBounded) {
  LedgerWorld world({.queue_events_max = 10});
  world.accounts->open(kShop);
  world.accounts->open(kCampaign, kShop);
  std::vector<LedgerEvent> events(11, world.click(world.claims(kShop, kCampaign, Pricing::kCpc, 1)));
  EXPECT_EQ(world.submit(events).error(), LedgerError::kQueueFull);
  events.pop_back();
  EXPECT_TRUE(world.submit(events));
  // While the writer stands in a completion, ten more fit, then no more; a deposit that does not fit says so.
  std::promise<void> go_on;
  std::promise<void> standing;
  world.ledger->submit({}, [&](auto) {
    standing.set_value();
    go_on.get_future().wait();
  });
  standing.get_future().wait();
  int accepted = 0;
  world.ledger->submit(events, [&](auto outcomes) { accepted += outcomes ? 1 : 0; });
  EXPECT_EQ(world.ledger->metrics().queued_events.load(), 10u);
  EXPECT_EQ(world.submit({events[0]}).error(), LedgerError::kQueueFull);
  EXPECT_EQ(world.deposit(kShop, "d", 1).error(), DepositError::kNotDurable);
  go_on.set_value();
  world.ledger->flush();
  EXPECT_EQ(accepted, 1);
}

TEST_F(LedgerTest, ManyThreadsAreEachAnsweredAndNoBudgetIsPassed) {
  campaign().daily_budget = 5'000;
  std::atomic<std::int64_t> charged{0};
  std::atomic<int> answered{0};
  std::vector<std::vector<LedgerEvent>> calls;
  for (int i = 0; i < 2'000; ++i) calls.push_back({world_.click(cpc(7)), world_.impression(cpc(7))});
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t / 2; i < calls.size(); i += 2) {  // each call is made by two threads
        world_.ledger->submit(calls[i], [&](Result<std::vector<EventOutcome>, LedgerError> outcomes) {
          ASSERT_TRUE(outcomes);
          for (const EventOutcome& o : *outcomes) charged += o.charged.value;
          ++answered;
        });
      }
    });
  }
  for (auto& t : threads) t.join();
  world_.ledger->flush();
  EXPECT_EQ(answered.load(), 4'000);
  EXPECT_EQ(charged.load(), 5'000);
  EXPECT_EQ(campaign().charged.load(), 5'000);
  EXPECT_EQ(report_total().cost_micros, 5'000);
  EXPECT_EQ(report_total().uncharged_micros, 2'000 * 7 - 5'000);
}

}  // namespace
}  // namespace gavel
