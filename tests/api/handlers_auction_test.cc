// POST /v1/auctions from outside: the exact answer, its tokens, its refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

class HandlersAuctionTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.market.put("home", PlacementDoc{.kind = PlacementKind::kDisplay,
                                           .position_ctr = {probability(1), probability(0.5)},
                                           .increment_cpc = {10'000}});
    world_.market.put("search",
                      PlacementDoc{.kind = PlacementKind::kSearch, .position_ctr = {probability(1)}});
    world_.market.put(LoneAd{.id = "a", .bid = yuan(2), .pctr = probability(0.031)});
    world_.market.put(LoneAd{.id = "b", .bid = yuan(1), .pctr = probability(0.02)});
    world_.publish();
  }
  JsonTree auction(std::string_view body) {
    const ClientResponse response = world_.post("/v1/auctions", body, kPlatformKey);
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.header("content-type"), "application/json");
    return HandlersWorld::json(response);
  }
  HandlersWorld world_;
};

TEST_F(HandlersAuctionTest, AnswersWithTheContractsFields) {
  const JsonTree answer = auction(R"({"request_id":"r-1","auctions":[{"placement_id":"home","slots":1}]})");
  const std::string token = answer["auctions"][0]["winners"][0]["token"].text_or_empty();
  // b's score is 1,000,000 x 20; a pays ceil(that / 31) and the increment.
  EXPECT_EQ(
      answer.dump(),
      R"({"request_id":"r-1","auctions":[{"placement_id":"home","winners":[{"position":1,"ad_id":"a",)"
      R"("ad_group_id":"group-a","campaign_id":"campaign-a","advertiser_id":"shop-a","item_id":"item-a",)"
      R"("keyword_id":null,"pricing":"cpc","effective_bid_micros":2000000,"price_micros":655162,"pctr":0.031,)"
      R"("title":"a","image_url":null,"landing_url":"https://shop.example/a","token":")" +
          token + R"(","impression_url":"/v1/impression?t=)" + token + R"(","click_url":"/v1/click?t=)" +
          token + R"("}]}]})");
  const auto claims = open_token(world_.keys, token);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->ad, world_.market.ad("a"));
  EXPECT_EQ(claims->price, Micros{655'162});
  EXPECT_EQ(claims->issued_at, kNoon);
  EXPECT_EQ(claims->user_hash, 0u);
}

TEST_F(HandlersAuctionTest, WhatNobodyWaitsForAnyMoreIsNotRun) {
  const auto status = [&](std::string_view tmax) {
    return world_.post("/v1/auctions", R"({"auctions":[{"placement_id":"home"}])" + std::string(tmax) + "}");
  };
  EXPECT_EQ(status("").status, 200);
  world_.auctions_begin_late = std::chrono::seconds(10);
  const ClientResponse late = status("");
  EXPECT_EQ(late.status, 503) << "the default is a second";
  EXPECT_EQ(late.header("retry-after"), "1");
  EXPECT_EQ(late.header("content-type"), "application/problem+json");
  EXPECT_EQ(status(R"(,"tmax_ms":10000)").status, 503);
  EXPECT_EQ(status(R"(,"tmax_ms":60000)").status, 200);
  const ClientResponse wrong = status(R"(,"tmax_ms":0)");
  EXPECT_EQ(wrong.status, 400) << "what is wrong is said whenever it is asked";
  EXPECT_EQ(HandlersWorld::fields(wrong), "/tmax_ms");
  const auto shed = static_cast<std::size_t>(ShedCause::kDeadline);
  EXPECT_EQ(world_.server.server->stats().shed[shed].load(), 2U);
}

TEST_F(HandlersAuctionTest, ShowsKeywordImageAndPricing) {
  world_.market.put("k", KeywordDoc{.ad_group_id = "group-a", .text = "dress", .match = MatchType::kExact});
  world_.market.edit(world_.market.ads, "a", [](AdDoc& ad) { ad.image_url = "https://img.example/\"a\""; });
  world_.market.put(LoneAd{.id = "m", .bid = yuan(500), .pricing = Pricing::kCpm});
  world_.publish();
  const JsonTree searched =
      auction(R"({"query":"Dress","user":{"id":"u"},"auctions":[{"placement_id":"search"}]})");
  const JsonTree& winner = searched["auctions"][0]["winners"][0];
  EXPECT_EQ(winner["keyword_id"], JsonTree("k"));
  EXPECT_EQ(winner["image_url"], JsonTree("https://img.example/\"a\""));
  const auto claims = open_token(world_.keys, winner["token"].text_or_empty());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user_hash, hash_user({1, 2, 3}, "u"));
  EXPECT_EQ(world_.winner("home")["pricing"], JsonTree("cpm"));
}

TEST_F(HandlersAuctionTest, ExplainsWhenAsked) {
  const JsonTree plain = auction(R"({"auctions":[{"placement_id":"home"}]})");
  EXPECT_EQ(plain["auctions"][0].find("explain"), nullptr);
  const JsonTree answer = auction(
      R"({"explain":true,"predictions":[{"ad_id":"b","pctr":0.0123}],"auctions":[{"placement_id":"home","slots":1}]})");
  EXPECT_EQ(
      answer["auctions"][0]["explain"].dump(),
      R"([{"ad_id":"a","outcome":"won","reason":"won","score":"62000000","effective_bid_micros":2000000,)"
      R"("price_to_win_micros":)" +
          answer["auctions"][0]["explain"][0]["price_to_win_micros"].dump() +
          R"(},{"ad_id":"b","outcome":"outranked","reason":"outranked","score":"12300000",)"
          R"("effective_bid_micros":1000000,"price_to_win_micros":)" +
          answer["auctions"][0]["explain"][1]["price_to_win_micros"].dump() + "}]");
  EXPECT_EQ(answer["auctions"][0].find("truncated"), nullptr);
}

TEST_F(HandlersAuctionTest, ScoresAreExactDecimals) {
  // 1,234,567 x 1000 x 0.000000001 x quality 0.5: a score with decimals, nothing lost, no needless zeros.
  world_.market.put(LoneAd{.id = "c", .bid = {1'234'567}, .quality = factor(0.5), .pctr = Probability{1}});
  world_.publish();
  const JsonTree answer = auction(R"({"explain_ad_ids":["c"],"auctions":[{"placement_id":"home"}]})");
  EXPECT_EQ(answer["auctions"][0]["explain"][0]["ad_id"], JsonTree("c"));
  EXPECT_EQ(answer["auctions"][0]["explain"][0]["score"], JsonTree("0.6172835"));
}

TEST_F(HandlersAuctionTest, AnUnknownPlacementIsAnErrorInItsOwnEntry) {
  const JsonTree answer = auction(
      R"({"explain":true,"auctions":[{"placement_id":"nowhere"},{"placement_id":"home","slots":1}]})");
  EXPECT_EQ(answer["auctions"][0].dump(),
            R"({"placement_id":"nowhere","error":"unknown placement","winners":[]})");
  EXPECT_EQ(answer["auctions"][1]["winners"].items().size(), 1u);
}

TEST_F(HandlersAuctionTest, NoAdIsNoError) {
  const JsonTree answer = auction(R"({"item_ids":["none"],"auctions":[{"placement_id":"home"}]})");
  EXPECT_EQ(answer["auctions"][0].dump(), R"({"placement_id":"home","winners":[]})");
}

TEST_F(HandlersAuctionTest, MakesRequestIdsAndTokensThatNeverRepeat) {
  std::set<std::string> ids, tokens;
  for (int i = 0; i < 50; ++i) {
    const JsonTree answer = auction(R"({"auctions":[{"placement_id":"home"}]})");
    ids.insert(answer["request_id"].text_or_empty());
    for (const JsonTree& winner : answer["auctions"][0]["winners"].items()) {
      tokens.insert(winner["token"].text_or_empty());
    }
  }
  EXPECT_EQ(ids.size(), 50u);
  EXPECT_EQ(tokens.size(), 100u);
  for (int i = 0; i < 5; ++i) {
    const JsonTree again = auction(R"({"request_id":"same","auctions":[{"placement_id":"home","slots":1}]})");
    tokens.insert(again["auctions"][0]["winners"][0]["token"].text_or_empty());
  }
  EXPECT_EQ(tokens.size(), 105u);
}

TEST_F(HandlersAuctionTest, RefusesWhatIsWrong) {
  const ClientResponse bad =
      world_.post("/v1/auctions", R"({"auctions":[{"placement_id":"home","slots":0}]})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.header("content-type"), "application/problem+json");
  EXPECT_EQ(HandlersWorld::fields(bad), "/auctions/0/slots");
  EXPECT_EQ(world_.post("/v1/auctions", "{}", kShopKey).status, 403);
  EXPECT_EQ(world_.post("/v1/auctions", "{}", "").status, 401);
  EXPECT_EQ(world_.get("/v1/auctions").status, 405);
  EXPECT_EQ(world_.request("POST", "/v1/auctions", "{}", kAdminKey, {{"Content-Type", "text/plain"}}).status,
            415);
  // The worker's memory is none the worse for it.
  EXPECT_EQ(world_.winner("home")["ad_id"], JsonTree("a"));
}

}  // namespace
}  // namespace gavel
