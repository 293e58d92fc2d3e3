// Impressions, clicks and batches of events from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/metrics_sources.h"
#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

class EventHandlersTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.market.put("home",
                      PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {probability(1)}});
    world_.market.put("strip", PlacementDoc{.kind = PlacementKind::kDisplay,
                                            .position_ctr = {probability(1)},
                                            .accepts_cpc = false,
                                            .mechanism = Mechanism::kFirstPrice});
    world_.market.put(LoneAd{.id = "a", .bid = yuan(2)});
    world_.market.put(LoneAd{.id = "m", .bid = yuan(30), .pricing = Pricing::kCpm});
    world_.market.edit(world_.market.campaigns, "campaign-m",
                       [](CampaignDoc& c) { c.pacing = PacingMode::kAsap; });
    world_.market.edit(world_.market.ad_groups, "group-m", [](AdGroupDoc& g) { g.placements = {"strip"}; });
    world_.publish();
  }
  std::int64_t charged(std::string_view campaign) {
    return world_.market.accounts[world_.market.campaign(campaign)].charged.load();
  }
  static std::string event(std::string_view id, std::string_view type, std::string_view token,
                           std::string_view more = "") {
    return R"({"id":")" + std::string(id) + R"(","type":")" + std::string(type) + R"(","token":")" +
           std::string(token) + "\"" + std::string(more) + "}";
  }
  JsonTree batch(std::string_view events) {
    const ClientResponse response =
        world_.post("/v1/events", R"({"events":[)" + std::string(events) + "]}", kPlatformKey);
    EXPECT_EQ(response.status, 200) << response.body;
    return HandlersWorld::json(response)["results"];
  }
  HandlersWorld world_;
};

TEST_F(EventHandlersTest, AClickLeadsToTheLandingPageAndIsChargedOnce) {
  const JsonTree winner = world_.winner("home");
  const std::string url = winner["click_url"].text_or_empty();
  for (int i = 0; i < 3; ++i) {
    const ClientResponse response = world_.get(url, "");
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(response.header("location"), "https://shop.example/a");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_EQ(charged("campaign-a"), winner["price_micros"].int_or_zero());
  }
  EXPECT_GT(charged("campaign-a"), 0);
}

TEST_F(EventHandlersTest, AnImpressionOfACpmAdIsChargedOnce) {
  const JsonTree winner = world_.winner("strip");
  ASSERT_EQ(winner["price_micros"], JsonTree(30'000'000));
  for (int i = 0; i < 3; ++i) {
    const ClientResponse response = world_.get(winner["impression_url"].text_or_empty(), "");
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_EQ(response.body, "");
  }
  EXPECT_EQ(charged("campaign-m"), 30'000);
}

TEST_F(EventHandlersTest, AHeadCountsNothing) {
  const JsonTree winner = world_.winner("home");
  const ClientResponse head = world_.request("HEAD", winner["click_url"].text_or_empty(), {}, "");
  EXPECT_EQ(head.status, 302);
  EXPECT_EQ(head.header("location"), "https://shop.example/a");
  EXPECT_EQ(world_.request("HEAD", winner["impression_url"].text_or_empty(), {}, "").status, 204);
  world_.ledger->flush();
  EXPECT_EQ(charged("campaign-a"), 0);
  EXPECT_EQ(batch(event("e", "click", winner["token"].text_or_empty()))[0]["status"], JsonTree("charged"));
}

TEST_F(EventHandlersTest, AnExpiredTokenLeadsOnAndChargesNothing) {
  const JsonTree winner = world_.winner("home");
  world_.advance(std::chrono::hours{25});
  const ClientResponse response = world_.get(winner["click_url"].text_or_empty(), "");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.header("location"), "https://shop.example/a");
  EXPECT_EQ(world_.get(winner["impression_url"].text_or_empty(), "").status, 204);
  EXPECT_EQ(charged("campaign-a"), 0);
}

TEST_F(EventHandlersTest, AClickLeadsToTheLandingPageOfTheAuctionsTime) {
  Claims claims = *open_token(world_.keys, world_.winner("home")["token"].text_or_empty());
  // The catalog has revision 0 by now; the token is of another one.
  claims.landing_revision = 258;
  WriteBatch urls;
  const std::uint32_t ad = claims.ad.value;
  ASSERT_LT(ad, 256u);
  const std::string key{0, 0, 0, static_cast<char>(ad), 0, 0, 1, 2};
  urls.put(Family::kLandingUrls, key, "https://shop.example/before");
  ASSERT_FALSE(world_.store->write(urls));
  const ClientResponse response = world_.get("/v1/click?t=" + world_.seal(claims), "");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.header("location"), "https://shop.example/before");
}

TEST_F(EventHandlersTest, ADeletedAdsClickStillLeadsOnAndCharges) {
  const JsonTree winner = world_.winner("home");
  const Claims claims = *open_token(world_.keys, winner["token"].text_or_empty());
  WriteBatch urls;
  urls.put(Family::kLandingUrls, std::string{0, 0, 0, static_cast<char>(claims.ad.value), 0, 0, 0, 0},
           "https://shop.example/kept");
  ASSERT_FALSE(world_.store->write(urls));
  world_.market.erase_ad("a");
  world_.publish();
  const ClientResponse response = world_.get(winner["click_url"].text_or_empty(), "");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.header("location"), "https://shop.example/kept");
  EXPECT_EQ(charged("campaign-a"), winner["price_micros"].int_or_zero());
}

TEST_F(EventHandlersTest, WhatIsNoTokenOfOursIsRefused) {
  const std::string token = world_.winner("home")["token"].text_or_empty();
  Claims foreign = *open_token(world_.keys, token);
  foreign.ad = {4'000'000'000};
  for (const std::string& path : {std::string("/v1/click"), std::string("/v1/impression")}) {
    for (const std::string& query :
         {std::string(), std::string("?t="), "?t=" + token.substr(1), "?t=" + token + "A"}) {
      const ClientResponse response = world_.get(path + query, "");
      EXPECT_EQ(response.status, 400) << path << query;
      EXPECT_EQ(HandlersWorld::fields(response), "t");
      EXPECT_EQ(response.header("location"), "");
    }
  }
  EXPECT_EQ(world_.get("/v1/click?t=" + world_.seal(foreign), "").status, 400);
}

// A key that is taken away too early makes every token out there invalid: that must be seen.
TEST_F(EventHandlersTest, InvalidTokensAreCounted) {
  const auto counted = [this](const std::string& type) {
    const std::string name = "gavel_events_total{type=\"" + type + "\",status=\"invalid_token\"} ";
    const std::string text = world_.metrics.render();
    return std::stoi(text.substr(text.find(name) + name.size()));
  };
  world_.metrics.add_source(ledger_metrics(world_.ledger->metrics(), world_.metrics));
  world_.get("/v1/click?t=nonsense", "");
  world_.get("/v1/impression?t=nonsense", "");
  world_.get("/v1/impression?t=nonsense", "");
  world_.request("HEAD", "/v1/click?t=nonsense", {}, "");
  world_.get("/v1/click", "");
  EXPECT_EQ(counted("click"), 1);
  EXPECT_EQ(counted("impression"), 2);
  batch(event("e1", "click", "no token") + "," + event("e2", "conversion", "no token"));
  EXPECT_EQ(counted("click"), 2);
  EXPECT_EQ(counted("impression"), 2);
  EXPECT_EQ(counted("conversion"), 1);
}

// A data directory that was put back gives its internal ids out again: a token of the lost future charged and
// led to whatever had them now, and ids that nothing had brought reports down.
TEST_F(EventHandlersTest, ATokenOfAnotherFutureIsExpiredAndLeadsNowhere) {
  const Claims ours = *open_token(world_.keys, world_.winner("home")["token"].text_or_empty());
  std::vector<Claims> foreign(8, ours);
  foreign[0].id.epoch = 3;
  foreign[1].ad = {1'000};
  foreign[2].ad_group = {1'000};
  foreign[3].campaign = {1'000};
  foreign[4].advertiser = {1'000};
  foreign[5].placement = {1'000};
  foreign[6].keyword = {1'000};
  foreign[7].festival = {1'000};
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    const std::string token = world_.seal(foreign[i]);
    EXPECT_EQ(world_.get("/v1/impression?t=" + token, "").status, 204) << i;
    const ClientResponse click = world_.get("/v1/click?t=" + token, "");
    EXPECT_EQ(click.status, 400) << i;
    EXPECT_EQ(click.header("location"), "") << i;
    for (const char* type : {"impression", "click", "conversion"}) {
      EXPECT_EQ(batch(event("e", type, token))[0]["status"], JsonTree("expired")) << type << i;
    }
  }
  EXPECT_EQ(charged("campaign-a"), 0);
  EXPECT_EQ(batch(event("e", "click", world_.seal(ours)))[0]["status"], JsonTree("charged"));
}

TEST_F(EventHandlersTest, ABatchIsAnsweredInOrder) {
  const JsonTree cpc = world_.winner("home"), cpm = world_.winner("strip");
  const std::string click = cpc["token"].text_or_empty(), shown = cpm["token"].text_or_empty();
  const JsonTree results =
      batch(event("e1", "impression", click) + "," + event("e2", "click", "no token") + "," +
            event("e3", "click", click) + "," + event("e4", "click", click) + "," +
            event("e5", "impression", shown) + "," +
            event("e6", "conversion", click, R"(,"value_micros":5000000,"at":"2026-11-11T12:00:00+08:00")") +
            "," + event("e6", "conversion", click, R"(,"value_micros":5000000)") + "," +
            event("e7", "conversion", click));
  EXPECT_EQ(results.dump(), R"([{"id":"e1","status":"counted","charged_micros":0},)"
                            R"({"id":"e2","status":"invalid_token","charged_micros":0},)"
                            R"({"id":"e3","status":"charged","charged_micros":)" +
                                cpc["price_micros"].dump() +
                                R"(},{"id":"e4","status":"duplicate","charged_micros":0},)"
                                R"({"id":"e5","status":"charged","charged_micros":30000},)"
                                R"({"id":"e6","status":"counted","charged_micros":0},)"
                                R"({"id":"e6","status":"duplicate","charged_micros":0},)"
                                R"({"id":"e7","status":"counted","charged_micros":0}])");
}

TEST_F(EventHandlersTest, BatchesAreDecidedByWhatIsLeft) {
  world_.market.edit(world_.market.campaigns, "campaign-a",
                     [](CampaignDoc& campaign) { campaign.lifetime_budget = yuan(1); });
  world_.publish();
  Claims claims = *open_token(world_.keys, world_.seal([&] {
    Claims c;
    c.id = {1, 1};
    c.issued_at = kNoon;
    c.ad = world_.market.ad("a");
    c.ad_group = world_.market.ad_group("group-a");
    c.campaign = world_.market.campaign("campaign-a");
    c.advertiser = world_.market.advertiser("shop-a");
    c.placement = world_.market.placement("home");
    c.price = {700'000};
    c.position = 1;
    c.examination = probability(1);
    return c;
  }()));
  const std::string first = world_.seal(claims);
  claims.id.serial = 2;
  const JsonTree results = batch(event("1", "click", first) + "," + event("2", "click", world_.seal(claims)));
  EXPECT_EQ(results[0]["charged_micros"], JsonTree(700'000));
  EXPECT_EQ(results[1]["status"], JsonTree("over_budget"));
  EXPECT_EQ(results[1]["charged_micros"], JsonTree(300'000));
  world_.advance(std::chrono::hours{24 * 40});
  claims.id.serial = 3;
  EXPECT_EQ(batch(event("3", "conversion", world_.seal(claims)))[0]["status"], JsonTree("expired"));
}

TEST_F(EventHandlersTest, EmptyAndWhollyInvalidBatchesAreAnswered) {
  EXPECT_EQ(batch("").dump(), "[]");
  EXPECT_EQ(batch(event("x", "click", "")).dump(),
            R"([{"id":"x","status":"invalid_token","charged_micros":0}])");
}

TEST_F(EventHandlersTest, ABadDocumentIsRefusedWhole) {
  const std::string token = world_.winner("home")["token"].text_or_empty();
  const ClientResponse response = world_.post("/v1/events", R"({"events":[)" + event("e1", "click", token) +
                                                                "," + event("e2", "visit", token) + "]}");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(HandlersWorld::fields(response), "/events/1/type");
  EXPECT_EQ(charged("campaign-a"), 0);
  EXPECT_EQ(world_.post("/v1/events", "{}", kShopKey).status, 403);
  EXPECT_EQ(world_.post("/v1/events", "{}", "").status, 401);
}

TEST_F(EventHandlersTest, WhereNothingCanBeRecordedTheAnswerIs503) {
  const JsonTree winner = world_.winner("home");
  world_.ledger->stop();
  for (const ClientResponse& response :
       {world_.get(winner["click_url"].text_or_empty(), ""),
        world_.get(winner["impression_url"].text_or_empty(), ""),
        world_.post("/v1/events",
                    R"({"events":[)" + event("e", "click", winner["token"].text_or_empty()) + "]}")}) {
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.header("retry-after"), "1");
    EXPECT_EQ(response.header("location"), "");
  }
}

}  // namespace
}  // namespace gavel
