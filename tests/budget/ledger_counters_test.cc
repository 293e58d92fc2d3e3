// Counters reach the disk later than events: what that changes for who reads them, and after a kill. That
// they come out the same whatever was written when, ledger_twin_test.cc shows on random streams.
#include "budget/ledger_counters.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>

#include "tests/budget/ledger_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{2};
constexpr CampaignIx kCampaign{3};

void open_accounts(LedgerWorld& world) {
  world.accounts->open(kShop).opening_balance = 1'000'000;
  world.accounts->open(kCampaign, kShop);
}

std::size_t keys_of(const Store& store, Family family) {
  std::size_t n = 0;
  store.scan(family, {}, {}, [&](auto, auto) { return ++n > 0; });
  return n;
}

std::optional<std::int64_t> written_charge(const Store& store) {
  const auto row = store.get(Family::kAccounts, account_key(kCampaign));
  return row ? std::optional(decode_campaign(*row).charged) : std::nullopt;
}

std::int64_t reported_cost(LedgerWorld& world) {
  std::int64_t sum = 0;
  scan_reports(*world.ledger->snapshot_with_reports({}), {},
               [&](const ReportKey&, const ReportCounters& row) { sum += row.cost_micros; });
  return sum;
}

void click(LedgerWorld& world, std::int64_t price = 100) {
  EXPECT_EQ(world.submit_one(world.click(world.claims(kShop, kCampaign, Pricing::kCpc, price))).status,
            EventStatus::kCharged);
}

TEST(LedgerCounters, AreWrittenWhenSoManyEventsHaveCome) {
  LedgerWorld world({.redo_events_max = 3});
  open_accounts(world);
  for (int i = 0; i < 4; ++i) {
    click(world);
    EXPECT_EQ(written_charge(*world.store), std::nullopt) << i;
    EXPECT_EQ(keys_of(*world.store, Family::kRedo), i + 1u);
  }
  click(world);
  EXPECT_EQ(written_charge(*world.store), 400) << "all before that commit";
  EXPECT_EQ(keys_of(*world.store, Family::kRedo), 1u);
  EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 500);
  EXPECT_EQ(reported_cost(world), 500);
}

TEST(LedgerCounters, AreAllWrittenAtAStop) {
  LedgerWorld world;
  open_accounts(world);
  click(world);
  ASSERT_TRUE(world.deposit(kShop, "d", 50));
  world.ledger->stop();
  EXPECT_EQ(world.ledger->snapshot_with_reports({}), nullptr);
  EXPECT_EQ(written_charge(*world.store), 100);
  EXPECT_EQ(decode_advertiser(*world.store->get(Family::kAccounts, account_key(kShop))).deposited, 50);
  EXPECT_EQ(keys_of(*world.store, Family::kReports), 1u);
  EXPECT_EQ(keys_of(*world.store, Family::kClickStats), 1u);
  EXPECT_EQ(keys_of(*world.store, Family::kRedo), 0u);
  EXPECT_EQ(redo_floor(*world.store), 2u);
}

TEST(LedgerCounters, OfAKilledLedgerAreCountedAgainOnceHoweverOftenItIsKilled) {
  LedgerWorld world({.redo_events_max = 2});
  open_accounts(world);
  for (int i = 0; i < 5; ++i) click(world);
  ASSERT_TRUE(world.deposit(kShop, "d", 50));
  for (int i = 0; i < 3; ++i) {
    world.crash();
    EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 500 + 100 * i);
    EXPECT_EQ((*world.accounts)[kShop].deposited.load(), 50);
    EXPECT_EQ(world.click_stats->get(AdIx{1}, PlacementIx{1}).clicks, 5u + static_cast<std::uint64_t>(i));
    EXPECT_EQ(reported_cost(world), 500 + 100 * i);
    open_accounts(world);
    click(world);
  }
}

// At a few events a day the redo log would name events whose dedupe keys may go.
TEST(LedgerCounters, AreWrittenBeforeTheKeysThatTheRedoLogNamesAreDropped) {
  LedgerWorld world;
  open_accounts(world);
  click(world);
  world.advance(24h * 40);
  world.ledger->drop_expired(world.clock->now());
  EXPECT_EQ(keys_of(*world.store, Family::kDedupe), 0u);
  EXPECT_EQ(written_charge(*world.store), 100);
  world.crash();
  EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 100);
}

TEST(LedgerCounters, AReportThatIsBeingReadStaysAsItWas) {
  LedgerWorld world({.redo_events_max = 0});
  open_accounts(world);
  click(world);
  click(world);
  const auto snapshot = world.ledger->snapshot_with_reports({});
  click(world);
  std::int64_t cost = 0;
  scan_reports(*snapshot, {.advertiser = kShop},
               [&](const ReportKey&, const ReportCounters& row) { cost += row.cost_micros; });
  EXPECT_EQ(cost, 200);
  EXPECT_EQ(reported_cost(world), 300);
}

TEST(LedgerCounters, AReportLooksAtNoRowsButThoseOfItsAdvertiserAndHours) {
  LedgerWorld world;
  open_accounts(world);
  const CampaignIx other_campaign{9};
  world.accounts->open(AdvertiserIx{8});
  world.accounts->open(other_campaign, AdvertiserIx{8});
  click(world);
  world.submit_one(world.click(world.claims(AdvertiserIx{8}, other_campaign, Pricing::kCpc, 7)));
  const Timestamp next_hour = world.calendar.hour_begin(world.clock->now()) + 1h;
  world.advance(1h);
  click(world);
  const auto costs_of = [&](const ReportScope& scope) {
    std::vector<std::int64_t> costs;
    scan_reports(*world.ledger->snapshot_with_reports(scope), {},
                 [&](const ReportKey&, const ReportCounters& row) { costs.push_back(row.cost_micros); });
    return costs;
  };
  using Costs = std::vector<std::int64_t>;
  EXPECT_EQ(costs_of({}), (Costs{100, 100, 7}));
  EXPECT_EQ(costs_of({.advertiser = AdvertiserIx{8}}), Costs{7});
  EXPECT_EQ(costs_of({.advertiser = kShop, .from = next_hour}), Costs{100});
  EXPECT_EQ(costs_of({.to = next_hour}), (Costs{100, 7}));
}

// A drop and a stop wrote all at once: up to a second at many rows, for which events waited.
TEST(LedgerCounters, AreWrittenInSlicesThatAKillMayComeBetween) {
  LedgerWorld world;
  for (std::uint32_t i = 0; i < 6; ++i) {
    world.accounts->open(AdvertiserIx{i});
    world.accounts->open(CampaignIx{i}, AdvertiserIx{i});
    world.submit_one(world.click(world.claims(AdvertiserIx{i}, CampaignIx{i}, Pricing::kCpc, 100)));
  }
  ASSERT_FALSE(world.store->checkpoint(world.directory_ / "killed"));
  const auto store = std::move(*Store::open(world.directory_ / "killed"));
  int slices = 0;
  for (bool more = true; more; ++slices) {
    // Each time as after a kill: what the slices before wrote is passed over, the rest is counted again.
    Accounts accounts;
    ClickStats click_stats;
    LedgerCounters counters({*store, world.calendar, accounts, click_stats}, 1'000);
    counters.load();
    ASSERT_EQ(counters.next(), 6u) << "no ordinal is given twice";
    EXPECT_EQ(click_stats.get(AdIx{1}, PlacementIx{1}).clicks, 6u);
    for (std::uint32_t i = 0; i < 6; ++i) {
      EXPECT_EQ(accounts[CampaignIx{i}].charged.load(), 100);
      EXPECT_EQ(accounts[AdvertiserIx{i}].charged.load(), 100);
    }
    WriteBatch slice;
    counters.stage_slice(6, 2, slice);
    ASSERT_FALSE(store->write(slice));
    counters.settle(true);
    more = counters.logs_before(6);
  }
  EXPECT_EQ(slices, 10) << "6 advertisers, 6 campaigns, 6 rows and one count of clicks, two at a time";
  EXPECT_EQ(keys_of(*store, Family::kRedo), 0u);
  EXPECT_EQ(redo_floor(*store), 6u);
}

TEST(LedgerCounters, ThatLackNothingAreNotLookedForInTheRedoLogAfterAKill) {
  LedgerWorld world({.redo_events_max = 2});
  open_accounts(world);
  EXPECT_EQ(redo_begin(*world.store), 0u);
  for (int i = 0; i < 9; ++i) click(world);
  EXPECT_EQ(redo_floor(*world.store), 0u) << "as the last drop left it";
  EXPECT_EQ(redo_begin(*world.store), 6u) << "what the last counters that were written lack";
  world.ledger->stop();
  EXPECT_EQ(redo_begin(*world.store), 9u);
}

TEST(RedoLog, ThatNamesALostEventOrHasAGapIsDamaged) {
  const auto damage_by = [](void (*damage)(const Store&, WriteBatch&)) -> std::string {
    LedgerWorld world;
    open_accounts(world);
    for (int i = 0; i < 3; ++i) click(world);
    WriteBatch batch;
    damage(*world.store, batch);
    EXPECT_FALSE(world.store->write(batch));
    try {
      world.crash();
    } catch (const std::runtime_error& error) {
      world.stop();
      return error.what();
    }
    return "taken for good";
  };
  EXPECT_EQ(damage_by([](const Store&, WriteBatch& batch) {
              Claims second;
              second.id = {1'000, 2};
              second.issued_at = kWorldStart;
              batch.erase(Family::kDedupe, dedupe_key(LedgerWorld::click(second)));
            }),
            "the redo log is damaged: commit 1 names an event that is lost");
  EXPECT_EQ(damage_by([](const Store&, WriteBatch& batch) { batch.erase(Family::kRedo, redo_key(1)); }),
            "the redo log is damaged: commit 2 does not follow 1");
  EXPECT_EQ(damage_by([](const Store& store, WriteBatch& batch) {
              std::string entry;
              store.scan(Family::kRedo, redo_key(1), redo_key(2), [&](auto, std::string_view value) {
                entry = value;
                return true;
              });
              entry.pop_back();
              batch.put(Family::kRedo, redo_key(1), entry);
            }),
            "the redo log is damaged: commit 1 ends too early");
}

}  // namespace
}  // namespace gavel
