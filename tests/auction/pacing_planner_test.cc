#include "auction/pacing_planner.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "budget/pacing_laws.h"
#include "tests/support/auction_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

// The plan itself is seen through what the pacer makes of it.
class PacingPlannerTest : public testing::Test {
 protected:
  PacingPlannerTest() {
    world.put(LoneAd{.id = "a"});
    edit([](CampaignDoc& doc) { doc.daily_budget = yuan(24); });
    step(kNoon);
  }

  template <class Change>
  void edit(Change change) {
    world.edit(world.campaigns, "campaign-a", change);
  }
  // Ten yuan of their own for two hours of the evening.
  void join_festival_tonight() {
    world.put("festival", FestivalDoc{.name = "F",
                                      .phases = {{.name = "peak", .start = kNoon + 8h, .end = kNoon + 10h}},
                                      .categories = {}});
    edit([](CampaignDoc& doc) {
      doc.festivals = {{.festival_id = "festival", .bid_multiplier = {}, .daily_budget = yuan(10)}};
    });
  }
  void step(Timestamp now) {
    world.now = now;
    watch.step(now);
    planner.update(world.catalog(), now);
    pacer.step_all(now);
  }
  const CampaignAccount& account() { return world.accounts[world.campaign("campaign-a")]; }
  std::int64_t target() {
    return pacer.view(world.campaign("campaign-a")).target.value_or(Micros{-1}).value;
  }

  AuctionWorld world;
  TrafficBooks books{1};
  TrafficWatch watch{world.calendar, books,
                     {.region = [this](std::uint32_t region) { return world.symbols->regions.at(region); },
                      .device = [this](std::uint32_t device) { return world.symbols->devices.at(device); }}};
  ThrottleLaw throttle;
  ShadingLaw shading;
  Pacer pacer{world.accounts, world.calendar, watch.scopes(), throttle, shading};
  PacingPlanner planner{pacer, watch, world.calendar};
};

TEST_F(PacingPlannerTest, AnEvenCampaignIsPacedFromWhenItIsMet) {
  EXPECT_EQ(target(), 0);
  step(kNoon + 6h);
  EXPECT_GT(target(), yuan(24).value / 4);
  EXPECT_LT(target(), yuan(24).value * 3 / 4);
}

TEST_F(PacingPlannerTest, AsapIsNotPaced) {
  edit([](CampaignDoc& doc) { doc.pacing = PacingMode::kAsap; });
  step(kNoon + 6h);
  EXPECT_EQ(target(), -1);
  EXPECT_EQ(account().pacing.participation, kProbabilityOne);
}

TEST_F(PacingPlannerTest, AScheduleMovesTheTarget) {
  edit([](CampaignDoc& doc) {
    doc.schedule = {{.days = 0x7F, .from_minute = 20 * 60, .to_minute = 1'440, .bid_multiplier = {}}};
  });
  step(kNoon + 1s);  // taken up
  step(kNoon + 7h);
  EXPECT_EQ(target(), 0) << "seven in the evening: its traffic is still to come";
  step(kNoon + 12h - 1s);
  EXPECT_GT(target(), yuan(23).value);
}

TEST_F(PacingPlannerTest, ACampaignThatIsLetGoOnIsPacedFromThere) {
  edit([](CampaignDoc& doc) { doc.enabled = false; });
  step(kNoon + 6h);
  edit([](CampaignDoc& doc) { doc.enabled = true; });
  step(kNoon + 6h + 1s);
  EXPECT_LT(target(), yuan(1).value) << "let go on: from what is spent by now";
}

TEST_F(PacingPlannerTest, AFestivalsMoneyIsPlannedForItsPhaseOfToday) {
  join_festival_tonight();
  step(kNoon + 1s);
  step(kNoon + 8h);
  const std::int64_t before = target();
  step(kNoon + 9h);
  EXPECT_GT(target() - before, yuan(4).value) << "about half of the festival's money and an hour's own";
  EXPECT_LT(target() - before, yuan(9).value);
}

TEST_F(PacingPlannerTest, LooksOnlyAtWhatHasChangedAndAtFestivalsCampaignsOnceADay) {
  join_festival_tonight();
  const auto update = [&](Timestamp now) { return planner.update(world.catalog(), now); };
  EXPECT_GT(update(kNoon + 1s), 0U);
  EXPECT_EQ(update(kNoon + 2s), 0U);
  EXPECT_EQ(update(kNoon + 12h + 1s), 1U) << "another day";
  EXPECT_EQ(update(kNoon + 12h + 2s), 0U);
  world.edit(world.festivals, "festival", [](FestivalDoc& doc) { doc.phases[0].end = kNoon + 11h; });
  EXPECT_EQ(update(kNoon + 12h + 3s), 1U);
  EXPECT_EQ(update(kNoon + 12h + 4s), 0U);
}

TEST_F(PacingPlannerTest, WhatASuspendedShopDidNotServeIsNotMadeUpFor) {
  world.edit(world.advertisers, "shop-a", [](AdvertiserDoc& doc) { doc.active = false; });
  step(kNoon + 6h);
  world.edit(world.advertisers, "shop-a", [](AdvertiserDoc& doc) { doc.active = true; });
  step(kNoon + 6h + 1s);
  EXPECT_LT(target(), yuan(1).value);
}

// Its twin sees each catalog whole, as if it were the first.
TEST_F(PacingPlannerTest, TakingUpChangesComesToTheSameAsPlanningAnew) {
  std::mt19937 random(5);
  const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  constexpr int kCampaigns = 70;  // on more than one page
  const auto name = [](std::string kind, int i) { return kind + "-" + std::to_string(i); };
  Pacer twin_pacer{world.accounts, world.calendar, watch.scopes(), throttle, shading};
  for (int i = 0; i < kCampaigns; ++i) {
    world.put(LoneAd{.id = std::to_string(i), .advertiser = name("shop", i / 4)});
    world.edit(world.campaigns, name("campaign", i), [](CampaignDoc& doc) { doc.daily_budget = yuan(24); });
  }
  world.put("festival", FestivalDoc{.name = "F",
                                    .phases = {{.name = "peak", .start = kNoon + 8h, .end = kNoon + 14h}},
                                    .categories = {}});
  for (int i = 0; i < kCampaigns; i += 3) {
    world.edit(world.campaigns, name("campaign", i), [](CampaignDoc& doc) {
      doc.festivals = {{.festival_id = "festival", .bid_multiplier = {}, .daily_budget = yuan(10)}};
    });
  }
  for (int round = 0; round < 60; ++round) {  // past midnight
    for (int changes = pick(4); changes > 0; --changes) {
      const int i = pick(kCampaigns);
      switch (pick(7)) {
        case 5:
          world.edit(world.festivals, "festival", [&](FestivalDoc& doc) { doc.phases[0].end = kNoon + 14h + std::chrono::minutes{round}; });
          break;
        case 6: {
          const std::string group = name("group", i) + "-" + std::to_string(round);
          AdGroupDoc doc = world.ad_groups.at(name("group", i));
          doc.bid = yuan(20 + round);
          world.put(group, doc);
          break;
        }
        case 0:
          world.edit(world.campaigns, name("campaign", i), [&](CampaignDoc& doc) { doc.enabled = pick(2) == 0; });
          break;
        case 1:
          world.edit(world.ad_groups, name("group", i), [&](AdGroupDoc& doc) { doc.bid = yuan(1 + pick(9)); });
          break;
        case 2:
          world.edit(world.ad_groups, name("group", i), [&](AdGroupDoc& doc) { doc.enabled = pick(2) == 0; });
          break;
        case 3:
          world.edit(world.advertisers, name("shop", i / 4), [&](AdvertiserDoc& doc) { doc.active = pick(2) == 0; });
          break;
        default:
          world.edit(world.campaigns, name("campaign", i), [&](CampaignDoc& doc) {
            doc.pacing = pick(4) == 0 ? PacingMode::kAsap : PacingMode::kEven;
          });
      }
    }
    step(kNoon + 20min * round);
    PacingPlanner twin(twin_pacer, watch, world.calendar);
    twin.update(world.catalog(), world.now);
    for (int i = 0; i < kCampaigns; ++i) {
      const CampaignIx ix = world.campaign(name("campaign", i));
      ASSERT_TRUE(pacer.plan(ix) == twin_pacer.plan(ix)) << "round " << round << ", campaign " << i;
    }
  }
}

}  // namespace
}  // namespace gavel
