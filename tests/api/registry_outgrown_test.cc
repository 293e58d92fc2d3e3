// Ads whose click rates have outgrown what their lists were made with are listed anew by who comes first.
#include <gtest/gtest.h>

#include <thread>

#include "api/resources/registry.h"
#include "tests/api/stored_world.h"

namespace gavel {
namespace {

using RegistryOutgrownTest = StoredWorldTest;

// Else all auctions would go on to look at more than they need.
TEST_F(RegistryOutgrownTest, WhatHasOutgrownItsBoundsIsListedAnewByWhoPublishesNext) {
  put_samples(*world);
  const AdIx ad{world->internal_id("ad", "a1")};
  PctrCeilings& ceilings = world->click_stats.ceilings();
  const auto listed = [&] { return world->catalog()[AdGroupIx{world->internal_id("ad_group", "g1")}].factor; };
  constexpr std::uint64_t kExamined = 300ULL * kProbabilityOne;

  const auto at_first = listed();
  world->click_stats.set(ad, {}, {.examined_nano = kExamined, .clicks = 60});
  EXPECT_GT(ceilings.outgrown(), 1);
  world->registry->relist_outgrown();
  EXPECT_EQ(ceilings.outgrown(), 1);
  EXPECT_GT(listed(), at_first);

  const auto then = listed();
  world->click_stats.set(ad, {}, {.examined_nano = kExamined, .clicks = 120});
  EXPECT_GT(ceilings.outgrown(), 1);
  EXPECT_EQ(summary(world->patch("ad", "a1", R"({"title":"another"})")), "200");
  EXPECT_EQ(ceilings.outgrown(), 1) << "a transaction publishes, too";
  EXPECT_GT(listed(), then);

  const auto catalog = world->publisher->version();
  world->registry->relist_outgrown();
  EXPECT_EQ(world->publisher->version(), catalog) << "nothing to do";
}

// A budget's change waits for the ledger, whose thread must not wait for it in turn.
TEST_F(RegistryOutgrownTest, ChargesThatAChangeWaitsForAreListedByIt) {
  put_samples(*world);
  const AdIx ad{world->internal_id("ad", "a1")};
  world->while_settling = [&] {
    std::thread ledger([&] {
      world->click_stats.set(ad, {}, {.examined_nano = 300ULL * kProbabilityOne, .clicks = 60});
      world->registry->relist_outgrown();
    });
    ledger.join();
    EXPECT_GT(world->click_stats.ceilings().outgrown(), 1) << "the registry was busy";
  };
  EXPECT_EQ(summary(world->patch("campaign", "c1", R"({"daily_budget_micros":1000})")), "200");
  EXPECT_EQ(world->settled, 1);
  EXPECT_EQ(world->click_stats.ceilings().outgrown(), 1);
}

}  // namespace
}  // namespace gavel
