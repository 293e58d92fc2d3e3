// Budgets, balances and deposits from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

class BudgetHandlersTest : public testing::Test {
 protected:
  void SetUp() override {
    market_.put("shop-a", AdvertiserDoc{.name = "A", .balance = yuan(100)});
    market_.put("shop-b", AdvertiserDoc{.name = "B"});
    market_.put("c", CampaignDoc{.advertiser_id = "shop-a",
                                 .name = "C",
                                 .daily_budget = yuan(10),
                                 .lifetime_budget = yuan(50),
                                 .pacing = PacingMode::kAsap});
    market_.put("other", CampaignDoc{.advertiser_id = "shop-b", .name = "O"});
    world_.publish();
  }
  JsonTree budget(std::string_view campaign = "c") {
    const ClientResponse response = world_.get("/v1/campaigns/" + std::string(campaign) + "/budget");
    EXPECT_EQ(response.status, 200) << response.body;
    return HandlersWorld::json(response);
  }
  std::string status() { return budget()["status"].text_or_empty(); }
  template <class Change>
  void edit(Change change) {
    market_.edit(market_.campaigns, "c", change);
    world_.publish();
  }
  ClientResponse deposit(std::string_view body, std::string_view advertiser = "shop-a") {
    return world_.post("/v1/advertisers/" + std::string(advertiser) + "/deposits", body);
  }

  HandlersWorld world_;
  AuctionWorld& market_ = world_.market;
};

TEST_F(BudgetHandlersTest, ShowsEveryFigure) {
  market_.spend("c", yuan(3));
  const CampaignIx campaign = market_.campaign("c");
  ASSERT_EQ(market_.accounts.try_hold({market_.advertiser("shop-a"), campaign, {}},
                                      market_.calendar.day_of(kNoon), yuan(0.5)),
            Funds::kEnough);
  EXPECT_EQ(budget().dump(),
            R"({"day":"2026-11-11","status":"delivering","daily_budget_micros":10000000,)"
            R"("spent_today_micros":3000000,"held_micros":500000,"remaining_today_micros":7000000,)"
            R"("lifetime_budget_micros":50000000,"spent_lifetime_micros":3000000,"uncharged_today_micros":0,)"
            R"("festivals":[],"pacing":{"participation":1,"target_spent_micros":null,)"
            R"("method":"throttle","multiplier":1,"forecast_spent_today_micros":null,"time_in_budget":1,)"
            R"("eligible_today":0,"shown_today":0,"paced_by":null,"not_delivering_reason":"no_eligible_auctions"}})");
  EXPECT_EQ(budget("other").dump(),
            R"({"day":"2026-11-11","status":"delivering","daily_budget_micros":null,"spent_today_micros":0,)"
            R"("held_micros":0,"remaining_today_micros":null,"lifetime_budget_micros":null,)"
            R"("spent_lifetime_micros":0,"uncharged_today_micros":0,"festivals":[],)"
            R"("pacing":{"participation":1,"target_spent_micros":null,)"
            R"("method":"throttle","multiplier":1,"forecast_spent_today_micros":null,"time_in_budget":1,)"
            R"("eligible_today":0,"shown_today":0,"paced_by":null,"not_delivering_reason":"no_eligible_auctions"}})");
}

TEST_F(BudgetHandlersTest, ADayIsOneOfThePlatformsZone) {
  market_.spend("c", yuan(3));
  world_.advance(std::chrono::hours{12});  // midnight in Shanghai, 16:00 in UTC
  const JsonTree next = budget();
  EXPECT_EQ(next["day"], JsonTree("2026-11-12"));
  EXPECT_EQ(next["spent_today_micros"], JsonTree(0));
  EXPECT_EQ(next["spent_lifetime_micros"], JsonTree(3'000'000));
}

TEST_F(BudgetHandlersTest, RemainingIsNeverUnderZero) {
  market_.spend("c", yuan(8));
  edit([](CampaignDoc& c) { c.daily_budget = yuan(5); });
  EXPECT_EQ(budget()["remaining_today_micros"], JsonTree(0));
}

TEST_F(BudgetHandlersTest, StatusIsTheFirstThatHolds) {
  // Each step makes one more reason hold, from the last of the contract's list to the first.
  EXPECT_EQ(status(), "delivering");
  edit([](CampaignDoc& c) { c.pacing = PacingMode::kEven; });
  market_.spend("c", yuan(9));  // at noon half of it should be spent
  EXPECT_EQ(status(), "paced");
  edit([](CampaignDoc& c) { c.schedule = {{.days = 0x7F, .from_minute = 0, .to_minute = 60}}; });
  EXPECT_EQ(status(), "off_schedule");
  market_.spend("c", yuan(1));
  EXPECT_EQ(status(), "exhausted");
  edit([](CampaignDoc& c) { c.daily_budget = yuan(1'000), c.lifetime_budget = yuan(1'000); });
  market_.spend("c", yuan(90));
  EXPECT_EQ(status(), "no_balance");
  edit([](CampaignDoc& c) { c.enabled = false; });
  EXPECT_EQ(status(), "paused");
  edit([](CampaignDoc& c) { c.start_time = kNoon + Duration{1}; });
  EXPECT_EQ(status(), "not_started");
  edit([](CampaignDoc& c) { c.start_time.reset(), c.end_time = kNoon; });
  EXPECT_EQ(status(), "ended");
  market_.edit(market_.advertisers, "shop-a", [](AdvertiserDoc& a) { a.active = false; });
  world_.publish();
  EXPECT_EQ(status(), "suspended");
}

TEST_F(BudgetHandlersTest, EachLimitExhausts) {
  edit([](CampaignDoc& c) { c.lifetime_budget.reset(), c.daily_budget.reset(); });
  market_.spend("c", yuan(5));
  EXPECT_EQ(status(), "delivering");
  edit([](CampaignDoc& c) { c.lifetime_budget = yuan(5); });
  EXPECT_EQ(status(), "exhausted");
  edit([](CampaignDoc& c) { c.lifetime_budget = yuan(5.000001); });
  EXPECT_EQ(status(), "delivering");
  market_.edit(market_.advertisers, "shop-a", [](AdvertiserDoc& a) { a.daily_budget = yuan(5); });
  world_.publish();
  EXPECT_EQ(status(), "exhausted");
}

TEST_F(BudgetHandlersTest, ABudgetBelowOneExpectedChargeIsExhausted) {
  market_.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  market_.put("g", AdGroupDoc{.campaign_id = "c", .name = "G", .bid = yuan(1)});
  market_.put("a", AdDoc{.ad_group_id = "g", .item_id = "i", .title = "T", .landing_url = "https://shop.example/"});
  edit([](CampaignDoc& c) { c.daily_budget = Micros{19'999}; });
  EXPECT_EQ(status(), "delivering") << "nobody knows yet what is expected";
  const auto shown = [&] {
    const std::size_t winners = market_.run(AuctionWorld::request("feed")).winners.size();
    return winners;
  };
  EXPECT_EQ(shown(), 0u);  // 0.02 x 1 yuan are expected
  EXPECT_EQ(status(), "exhausted");
  edit([](CampaignDoc& c) { c.daily_budget = Micros{20'000}; });
  EXPECT_EQ(status(), "delivering");
  EXPECT_EQ(shown(), 1u);
}

TEST_F(BudgetHandlersTest, WhatIsHeldCannotBeSpentTwice) {
  const Payer payer{market_.advertiser("shop-a"), market_.campaign("c"), {}};
  const Day today = market_.calendar.day_of(kNoon);
  ASSERT_EQ(market_.accounts.try_hold(payer, today, yuan(10)), Funds::kEnough);
  EXPECT_EQ(status(), "exhausted");
  market_.accounts.release_hold(payer.campaign, payer.advertiser, yuan(10));
  EXPECT_EQ(status(), "delivering");
}

TEST_F(BudgetHandlersTest, AFestivalsMoneyIsExtra) {
  market_.put("f", FestivalDoc{.name = "F",
                               .phases = {{.name = "peak",
                                           .start = kNoon - std::chrono::hours{1},
                                           .end = kNoon + std::chrono::hours{1},
                                           .boost = factor(1.5)}}});
  market_.put("later", FestivalDoc{.name = "L",
                                   .phases = {{.name = "peak",
                                               .start = kNoon + std::chrono::hours{2},
                                               .end = kNoon + std::chrono::hours{3},
                                               .boost = factor(2)}}});
  edit([](CampaignDoc& c) {
    c.festivals = {{.festival_id = "f", .bid_multiplier = {}, .daily_budget = yuan(4)},
                   {.festival_id = "later", .bid_multiplier = {}, .daily_budget = {}}};
  });
  market_.spend_festival("c", "f", yuan(1));
  market_.spend("c", yuan(10));
  const JsonTree with = budget();
  EXPECT_EQ(with["festivals"].dump(),
            R"([{"festival_id":"f","daily_budget_micros":4000000,"spent_today_micros":1000000},)"
            R"({"festival_id":"later","daily_budget_micros":null,"spent_today_micros":0}])");
  EXPECT_EQ(with["spent_today_micros"], JsonTree(11'000'000));
  EXPECT_EQ(with["status"], JsonTree("delivering")) << "3 yuan of the festival's are left";
  market_.spend_festival("c", "f", yuan(3));
  EXPECT_EQ(status(), "exhausted");
}

TEST_F(BudgetHandlersTest, AFestivalsBudgetOfNothingIsNotAnAbsentOne) {
  market_.put("f", FestivalDoc{.name = "F",
                               .phases = {{.name = "peak",
                                           .start = kNoon - std::chrono::hours{1},
                                           .end = kNoon + std::chrono::hours{1},
                                           .boost = factor(1.5)}}});
  edit([](CampaignDoc& c) {
    c.festivals = {{.festival_id = "f", .bid_multiplier = {}, .daily_budget = Micros{0}}};
  });
  EXPECT_EQ(budget()["festivals"].dump(),
            R"([{"festival_id":"f","daily_budget_micros":0,"spent_today_micros":0}])");
}

TEST_F(BudgetHandlersTest, AFestivalThatIsOverPaysNoMore) {
  market_.put(
      "f",
      FestivalDoc{
          .name = "F",
          .phases = {
              {.name = "peak", .start = kNoon - std::chrono::hours{2}, .end = kNoon, .boost = factor(1.5)}}});
  edit([](CampaignDoc& c) {
    c.festivals = {{.festival_id = "f", .bid_multiplier = {}, .daily_budget = yuan(4)}};
  });
  market_.spend("c", yuan(10));
  EXPECT_EQ(status(), "exhausted");
}

TEST_F(BudgetHandlersTest, PacingShowsItsTarget) {
  edit([](CampaignDoc& c) { c.pacing = PacingMode::kEven; });
  const JsonTree pacing = budget()["pacing"];
  EXPECT_EQ(pacing["participation"], JsonTree(1));
  EXPECT_EQ(pacing["target_spent_micros"], JsonTree(5'000'000)) << "half of the day has gone by";
}

TEST_F(BudgetHandlersTest, OnlyItsOwnerAndAdminSeeIt) {
  EXPECT_EQ(world_.get("/v1/campaigns/c/budget", kShopKey).status, 200);
  EXPECT_EQ(world_.get("/v1/campaigns/other/budget", kShopKey).status, 404);
  EXPECT_EQ(world_.get("/v1/campaigns/none/budget").status, 404);
  EXPECT_EQ(world_.get("/v1/campaigns/c/budget", kPlatformKey).status, 403);
  EXPECT_EQ(world_.get("/v1/campaigns/c/budget", "").status, 401);
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/balance", kShopKey).status, 200);
  EXPECT_EQ(world_.get("/v1/advertisers/shop-b/balance", kShopKey).status, 404);
  EXPECT_EQ(world_.get("/v1/advertisers/none/balance").status, 404);
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/balance", kPlatformKey).status, 403);
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/budget", kShopKey).status, 200);
  EXPECT_EQ(world_.get("/v1/advertisers/shop-b/budget", kShopKey).status, 404);
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/budget", kPlatformKey).status, 403);
}

TEST_F(BudgetHandlersTest, AnAdvertisersDailyBudgetStands) {
  market_.spend("c", yuan(3));
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/budget").body,
            R"({"day":"2026-11-11","daily_budget_micros":null,"spent_today_micros":3000000,"held_micros":0,)"
            R"("remaining_today_micros":null,"pacing":{"participation":1,"multiplier":1,"target_spent_micros":null}})");
  market_.edit(market_.advertisers, "shop-a", [](AdvertiserDoc& a) { a.daily_budget = yuan(2); });
  world_.publish();
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/budget").body,
            R"({"day":"2026-11-11","daily_budget_micros":2000000,"spent_today_micros":3000000,"held_micros":0,)"
            R"("remaining_today_micros":0,"pacing":{"participation":1,"multiplier":1,"target_spent_micros":null}})");
}

TEST_F(BudgetHandlersTest, ABalanceIsWhatWasPaidInLessWhatWasCharged) {
  market_.spend("c", yuan(3));
  EXPECT_EQ(world_.get("/v1/advertisers/shop-a/balance").body,
            R"({"balance_micros":97000000,"opening_balance_micros":100000000,"deposited_micros":0,)"
            R"("charged_micros":3000000,"held_micros":0})");
  EXPECT_EQ(world_.get("/v1/advertisers/shop-b/balance").body,
            R"({"balance_micros":null,"opening_balance_micros":null,"deposited_micros":null,)"
            R"("charged_micros":0,"held_micros":0})");
}

TEST_F(BudgetHandlersTest, DepositsAreMadeOnce) {
  const std::string answer =
      R"({"id":"d1","amount_micros":5000000,"balance_micros":105000000,"opening_balance_micros":100000000,)"
      R"("deposited_micros":5000000,"charged_micros":0,"held_micros":0})";
  for (int i = 0; i < 2; ++i) {
    const ClientResponse made = deposit(R"({"id":"d1","amount_micros":5000000})");
    EXPECT_EQ(made.status, 200);
    EXPECT_EQ(made.body, answer);
  }
  EXPECT_EQ(deposit(R"({"id":"d1","amount_micros":5000001})").status, 409);
  EXPECT_EQ(deposit(R"({"id":"d2","amount_micros":1})").status, 200);
  EXPECT_EQ(HandlersWorld::json(world_.get("/v1/advertisers/shop-a/balance"))["deposited_micros"],
            JsonTree(5'000'001));
}

TEST_F(BudgetHandlersTest, DepositsAreRefusedByName) {
  const struct {
    std::string body, field;
  } cases[] = {
      {"", ""},
      {R"({"amount_micros":1})", "/id"},
      {R"({"id":"a b","amount_micros":1})", "/id"},
      {R"({"id":"d"})", "/amount_micros"},
      {R"({"id":"d","amount_micros":0})", "/amount_micros"},
      {R"({"id":"d","amount_micros":-5})", "/amount_micros"},
      {R"({"id":"d","amount_micros":1.5})", "/amount_micros"},
      {R"({"id":"d","amount_micros":1000000000000001})", "/amount_micros"},
      {R"({"id":"d","amount_micros":1,"note":"x"})", "/note"},
      {R"({"id":"d","amount_micros":1,"amount_micros":2})", "/amount_micros"},
  };
  for (const auto& c : cases) {
    const ClientResponse response = deposit(c.body);
    EXPECT_EQ(response.status, 400) << c.body;
    EXPECT_EQ(HandlersWorld::fields(response), c.field) << c.body;
  }
  EXPECT_EQ(deposit(R"({"id":"d","amount_micros":1})", "shop-b").status, 409) << "on account";
  EXPECT_EQ(deposit(R"({"id":"d","amount_micros":1})", "none").status, 404);
  EXPECT_EQ(
      world_.post("/v1/advertisers/shop-a/deposits", R"({"id":"d","amount_micros":1})", kShopKey).status,
      403);
  world_.ledger->stop();
  const ClientResponse stopped = deposit(R"({"id":"d","amount_micros":1})");
  EXPECT_EQ(stopped.status, 503);
  EXPECT_EQ(stopped.header("retry-after"), "1");
}

}  // namespace
}  // namespace gavel
