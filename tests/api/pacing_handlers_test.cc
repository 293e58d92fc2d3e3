// GET /v1/campaigns/{id}/pacing, and what of pacing lasts.
#include <gtest/gtest.h>

#include "budget/pacing_store.h"
#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

class PacingHandlersTest : public testing::Test {
 protected:
  PacingHandlersTest() {
    market_.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {probability(1)}});
    market_.put(LoneAd{.id = "a", .advertiser = "shop-a"});
    market_.edit(market_.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.daily_budget = yuan(24); });
    world_.publish();
    world_.pacing->step_all(kNoon);
  }
  // An auction that shows the ad, and the clock a while further.
  void live(Duration by) {
    const ClientResponse answer =
        world_.request("POST", "/v1/auctions", R"({"auctions":[{"placement_id":"feed"}]})", kAdminKey);
    ASSERT_EQ(answer.status, 200) << answer.body;
    world_.advance(by);
    world_.pacing->step_all(world_.clock.now());
  }
  JsonTree minutes(const std::string& query = "") {
    const ClientResponse answer = world_.get("/v1/campaigns/campaign-a/pacing" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return (*JsonTree::parse(answer.body))["minutes"];
  }

  HandlersWorld world_;
  AuctionWorld& market_ = world_.market;
};

TEST_F(PacingHandlersTest, ShowsMinutesInWhichAnythingHappened) {
  EXPECT_EQ(minutes().as_array()->size(), 0u);
  live(60s);
  live(60s);
  const JsonTree shown = minutes();
  ASSERT_EQ(shown.as_array()->size(), 2u);
  EXPECT_EQ(shown[0]["at"], JsonTree("2026-11-11T04:01:00Z"));
  EXPECT_EQ(shown[0]["eligible"], JsonTree(1));
  EXPECT_EQ(shown[0]["shown"], JsonTree(1));
  EXPECT_EQ(shown[0]["spent_today_micros"], JsonTree(0));
  EXPECT_EQ(minutes("?from=2026-11-11T04:01:00Z&to=2026-11-11T04:02:00Z").as_array()->size(), 1u) << "half open";
  EXPECT_EQ(minutes("?from=2026-11-10T04:00:00Z&to=2026-11-11T04:00:00Z").as_array()->size(), 0u);
}

TEST_F(PacingHandlersTest, BadSpansAreNamed) {
  const auto field = [&](const std::string& query) {
    const ClientResponse answer = world_.get("/v1/campaigns/campaign-a/pacing" + query);
    EXPECT_EQ(answer.status, 400) << query;
    const JsonTree problem = *JsonTree::parse(answer.body);
    return problem["errors"][0]["field"];
  };
  EXPECT_EQ(field("?from=yesterday"), JsonTree("from"));
  EXPECT_EQ(field("?to=x"), JsonTree("to"));
  EXPECT_EQ(field("?from=2026-11-12T00:00:00Z"), JsonTree("from"));
  EXPECT_EQ(field("?from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:01Z"), JsonTree("to"));
}

TEST_F(PacingHandlersTest, OnlyItsOwnerAndAdminSeeIt) {
  EXPECT_EQ(world_.get("/v1/campaigns/campaign-a/pacing", kShopKey).status, 200);
  EXPECT_EQ(world_.get("/v1/campaigns/none/pacing").status, 404);
  EXPECT_EQ(world_.get("/v1/campaigns/campaign-a/pacing", kPlatformKey).status, 403);
}

TEST_F(PacingHandlersTest, BudgetShowsWhatThePacerKnows) {
  live(6h);
  const ClientResponse answer = world_.get("/v1/campaigns/campaign-a/budget");
  const JsonTree pacing = (*JsonTree::parse(answer.body))["pacing"];
  EXPECT_EQ(pacing["eligible_today"], JsonTree(1));
  EXPECT_EQ(pacing["shown_today"], JsonTree(1));
  EXPECT_EQ(pacing["not_delivering_reason"], JsonTree());
  EXPECT_EQ(pacing["time_in_budget"], JsonTree(1));
  EXPECT_EQ(pacing["method"], JsonTree("throttle"));
}

TEST_F(PacingHandlersTest, MinutesAreDroppedAfterTwoDays) {
  live(60s);
  for (int day = 0; day < 4; ++day) live(24h);
  const CampaignIx campaign = market_.campaign("campaign-a");
  const auto kept = read_pacing_minutes(*world_.store, campaign, kNoon, world_.clock.now());
  ASSERT_FALSE(kept.empty());
  EXPECT_GE(kept.front().end, world_.clock.now() - kPacingMinutesKept - 1h);
}

TEST_F(PacingHandlersTest, ARestartKnowsTheTargetAndTheTraffic) {
  for (int minute = 0; minute < 90; ++minute) live(60s);
  const CampaignIx campaign = market_.campaign("campaign-a");
  const std::int64_t target = world_.pacing->view(campaign).target->value;
  ASSERT_GT(target, 0);
  live(60s);

  PacingService again({*world_.store, market_.calendar, market_.accounts, world_.publisher}, 1);
  again.load();
  again.step_all(world_.clock.now());
  ASSERT_TRUE(again.view(campaign).target);
  EXPECT_NEAR(static_cast<double>(again.view(campaign).target->value), static_cast<double>(target), 1e5);
}

}  // namespace
}  // namespace gavel
