#include "api/maintenance.h"

#include <gtest/gtest.h>

#include "tests/support/auction_world.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

// A service on a system clock that the test sets, with one even campaign of 24 yuan a day. Turns are half a minute apart,
// each with an auction.
class MaintenanceTest : public testing::Test {
 protected:
  MaintenanceTest() {
    market.put("shop", AdvertiserDoc{.name = "S"});
    market.put("c", CampaignDoc{.advertiser_id = "shop", .name = "C", .daily_budget = yuan(24)});
    publisher.publish(std::make_shared<const Catalog>(market.catalog()));
  }
  void turn() {
    pacing.traffic(0).count({.placement = {0}});
    maintenance.take_turn();
  }
  void run_for(Duration time) {
    for (const Timestamp end = source + time; source < end; source += 30s) turn();
  }
  std::int64_t target() { return pacing.view(market.campaign("c")).target.value_or(Micros{-1}).value; }
  // By how much the target has risen in this hour, in micros.
  std::int64_t rise_of_an_hour() {
    const std::int64_t before = target();
    run_for(1h);
    return target() - before;
  }

  TempDir directory;
  AuctionWorld market;
  Timestamp source = kNoon;
  BusinessClock clock = BusinessClock::system(kNoon, [this] { return source; });
  std::unique_ptr<Store> store = std::move(*Store::open(directory.file("db")));
  CatalogPublisher publisher{std::make_shared<const Catalog>(market.catalog())};
  Holds holds{1, 1, 1 << 10, market.accounts};
  ClickDelay click_delay;
  Ledger ledger{{*store, clock, market.calendar, market.accounts, holds, market.click_stats, click_delay,
                 *market.frequency},
                LedgerOptions{}};
  PacingService pacing{{*store, market.calendar, market.accounts, publisher}, 1};
  Registry registry{
      {*store, clock, market.symbols, market.accounts, *market.frequency, market.click_stats, publisher}};
  Maintenance maintenance{{clock, *store, holds, click_delay, *market.frequency, ledger, pacing, registry}};
};

TEST_F(MaintenanceTest, ATargetGoesOnFromWhereItStoodWhenTheMachineSlept) {
  run_for(1h);
  const std::int64_t usual = rise_of_an_hour();
  EXPECT_GT(usual, yuan(1).value / 2);
  const std::int64_t before = target();
  source += 8h;  // 22:00
  turn();
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(before), static_cast<double>(usual) / 20);
  EXPECT_GT(rise_of_an_hour(), usual) << "what is left is for what is left of the day";
}

TEST_F(MaintenanceTest, AClockThatStandsMovesNoTarget) {
  run_for(2h);
  const std::int64_t before = target();
  source -= 24h;
  run_for(3h);
  EXPECT_EQ(target(), before);
  source += 21h + 30s;  // a little after the time at which business time stood
  turn();
  source += 30s;
  turn();
  const std::int64_t moved = target() - before;
  EXPECT_GE(moved, 0);
  EXPECT_LT(moved, yuan(1).value / 10) << "three hours of traffic were taken for a moment's";
}

TEST_F(MaintenanceTest, WhatHasOutgrownItsBoundsIsListedAnewByShortTurnsAndWholeOnes) {
  const auto outgrow = [&](std::uint64_t clicks) {
    market.click_stats.set({0}, {0}, {.examined_nano = 300ULL * kProbabilityOne, .clicks = clicks});
    EXPECT_GT(market.click_stats.ceilings().outgrown(), 1);
  };
  outgrow(30);
  turn();
  EXPECT_EQ(market.click_stats.ceilings().outgrown(), 1);
  outgrow(120);
  source += 2ms;
  maintenance.take_short_turn();
  EXPECT_EQ(market.click_stats.ceilings().outgrown(), 1);
}

TEST_F(MaintenanceTest, ShortTurnsPaceAndBringAWholeOne) {
  const auto short_turns_for = [&](Duration time) {
    int turn = 0;
    for (const Timestamp end = source + time; source < end; source += 10ms) {
      if (turn++ % 3'000 == 0) pacing.traffic(0).count({.placement = {0}});
      maintenance.take_short_turn();
    }
  };
  run_for(1h);
  source += 10ms;
  const std::int64_t before = target();
  short_turns_for(5min);
  EXPECT_GT(target(), before);
  source += 8h;  // the machine slept
  const std::int64_t asleep = target();
  maintenance.take_short_turn();
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(asleep), 1e5) << "a leap is seen by a whole turn";
  const std::int64_t awake = target();
  source -= 1h;
  short_turns_for(30min);  // business time stands
  source += 30min + 1s;
  short_turns_for(1s);
  EXPECT_NEAR(static_cast<double>(target()), static_cast<double>(awake), 1e5);
}

}  // namespace
}  // namespace gavel
