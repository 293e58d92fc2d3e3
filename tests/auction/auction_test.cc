// run_auction() as its callers see it.
#include "auction/auction.h"

#include <gtest/gtest.h>

#include "tests/support/auction_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using Winners = std::vector<std::string>;

PlacementDoc placement(PlacementKind kind, std::size_t positions) {
  constexpr Probability kExamination[] = {{1'000'000'000}, {700'000'000}, {400'000'000}, {100'000'000}};
  PlacementDoc doc;
  doc.kind = kind;
  doc.position_ctr.assign(kExamination, kExamination + positions);
  doc.mechanism = Mechanism::kFirstPrice;
  return doc;
}

struct RunAuction : testing::Test {
  RunAuction() {
    world.put("search", placement(PlacementKind::kSearch, 2));
    world.put("feed", placement(PlacementKind::kDisplay, 3));
  }
  void add_keyword(const std::string& id, const std::string& group, const std::string& text, MatchType match,
                   std::optional<Micros> bid = std::nullopt) {
    world.put(id, KeywordDoc{.ad_group_id = group, .text = text, .match = match, .bid = bid});
  }
  void move_to_festival(const std::string& ad, std::vector<FestivalEntry> festivals) {
    world.edit(world.campaigns, "campaign-" + ad,
               [&festivals](CampaignDoc& doc) { doc.festivals = festivals; });
  }
  const Claims& first_claims(const AuctionRequest& request) {
    return world.run(request).winners.at(0).claims;
  }

  AuctionWorld world;
};

TEST_F(RunAuction, AWinnersClaimsSayWhatItsTokenVouchesFor) {
  world.put("double-11", FestivalDoc{.name = "", .phases = {{"peak", kNoon, kNoon + 1h, factor(2)}}});
  world.put(LoneAd{.id = "a", .bid = yuan(3)});
  world.put(LoneAd{.id = "b", .bid = yuan(2), .item = "thing"});
  move_to_festival("b", {{.festival_id = "double-11", .bid_multiplier = factor(0.5)}});
  add_keyword("ka", "group-a", "dress", MatchType::kBroad);
  add_keyword("kb", "group-b", "dress", MatchType::kBroad, yuan(4));
  AuctionRequest request = AuctionWorld::request("search");
  request.query = "summer dress";
  request.user_hash = 42;
  const AuctionResult& result = world.run(request);

  ASSERT_EQ(world.winners(), (Winners{"b@2000000", "a@3000000"}));  // 2 x 0.1 x 2 above 3 x 0.1
  const Winner& winner = result.winners[0];
  EXPECT_EQ(world.symbols->items.at(winner.item), "thing");
  EXPECT_EQ(winner.effective_bid, yuan(2));
  EXPECT_EQ(winner.pctr, probability(0.1));
  Claims expected;
  expected.id = winner.claims.id;
  expected.issued_at = kNoon;
  expected.ad = world.ad("b");
  expected.ad_group = world.ad_group("group-b");
  expected.campaign = world.campaign("campaign-b");
  expected.advertiser = world.advertiser("shop-b");
  expected.keyword = world.keyword("kb");
  expected.placement = world.placement("search");
  expected.festival = world.festival("double-11");
  expected.pricing = Pricing::kCpc;
  expected.price = yuan(2);
  expected.position = 1;
  expected.examination = {kProbabilityOne};
  expected.user_hash = 42;
  EXPECT_EQ(winner.claims, expected);
  EXPECT_EQ(result.winners[1].claims.position, 2);
  EXPECT_EQ(result.winners[1].claims.examination, Probability{700'000'000});
  EXPECT_FALSE(result.winners[1].claims.festival.exists());
  EXPECT_NE(result.winners[0].claims.id, result.winners[1].claims.id);
}

TEST_F(RunAuction, AnUnknownPlacementIsItsOwnErrorAndTheOthersRun) {
  world.put(LoneAd{.id = "a"});
  AuctionRequest request = AuctionWorld::request("nowhere");
  request.auctions.push_back({"feed", 0});
  const AuctionResult& result = world.run(request);
  ASSERT_EQ(result.placements.size(), 2u);
  EXPECT_TRUE(result.placements[0].unknown_placement);
  EXPECT_EQ(result.placements[0].placement_id, "nowhere");
  EXPECT_FALSE(result.placements[1].unknown_placement);
  EXPECT_EQ(world.winners(0), Winners{});
  EXPECT_EQ(world.winners(1), Winners{"a@1000000"});
}

TEST_F(RunAuction, NobodyIsNoError) {
  const AuctionResult& result = world.run(AuctionWorld::request("feed"));
  ASSERT_EQ(result.placements.size(), 1u);
  EXPECT_FALSE(result.placements[0].unknown_placement);
  EXPECT_EQ(result.placements[0].candidates, 0u);
  EXPECT_TRUE(result.winners.empty());
}

TEST_F(RunAuction, SlotsAreAtMostThePositions) {
  for (const char* id : {"a", "b", "c", "d"}) world.put(LoneAd{.id = id});
  const auto shown = [this](std::uint32_t slots) {
    world.run(AuctionWorld::request("feed", slots));
    return world.winners().size();
  };
  EXPECT_EQ(shown(0), 3u);
  EXPECT_EQ(shown(1), 1u);
  EXPECT_EQ(shown(3), 3u);
  EXPECT_EQ(shown(40), 3u);
}

TEST_F(RunAuction, AnItemIsShownOnceInTheWholeAnswer) {
  world.put(LoneAd{.id = "a", .bid = yuan(3), .item = "thing"});
  world.put(LoneAd{.id = "b", .bid = yuan(2), .item = "thing"});
  world.put(LoneAd{.id = "c", .bid = yuan(1)});
  AuctionRequest request = AuctionWorld::request("feed", 1);
  request.auctions.push_back({"feed", 2});
  request.auctions.push_back({"feed", 2});
  world.run(request);
  EXPECT_EQ(world.winners(0), Winners{"a@3000000"});
  EXPECT_EQ(world.winners(1), Winners{"c@1000000"});
  EXPECT_EQ(world.winners(2), Winners{});
}

TEST_F(RunAuction, AnItemThatWasNotShownMayBeLater) {
  world.put(LoneAd{.id = "a", .bid = yuan(3)});
  world.put(LoneAd{.id = "b", .bid = yuan(2)});
  AuctionRequest request = AuctionWorld::request("feed", 1);
  request.auctions.push_back({"feed", 1});
  world.run(request);
  EXPECT_EQ(world.winners(1), Winners{"b@2000000"});
}

TEST_F(RunAuction, WhatWasCutSetsNoPrice) {
  PlacementDoc doc = placement(PlacementKind::kDisplay, 1);
  doc.mechanism = Mechanism::kGsp;
  doc.increment_cpc = Micros{0};
  world.put("gsp", doc);
  world.put(LoneAd{.id = "a", .bid = yuan(5), .item = "thing"});
  world.put(LoneAd{.id = "b", .bid = yuan(4), .item = "thing"});
  world.put(LoneAd{.id = "c", .bid = yuan(3), .advertiser = "shop-a"});
  world.put(LoneAd{.id = "d", .bid = yuan(2)});
  world.run(AuctionWorld::request("gsp"));
  EXPECT_EQ(world.winners(), Winners{"a@2000000"});
}

TEST_F(RunAuction, TheBestKeywordGivesTheBid) {
  world.put(LoneAd{.id = "a", .bid = yuan(1)});
  add_keyword("broad", "group-a", "dress", MatchType::kBroad, yuan(9));
  add_keyword("phrase", "group-a", "summer dress", MatchType::kPhrase);
  AuctionRequest request = AuctionWorld::request("search");
  request.query = "summer dress";
  EXPECT_EQ(first_claims(request).keyword, world.keyword("phrase"));
  EXPECT_EQ(world.winners(), Winners{"a@1000000"});
  add_keyword("exact", "group-a", "summer dress", MatchType::kExact, yuan(2));
  EXPECT_EQ(first_claims(request).keyword, world.keyword("exact"));
  EXPECT_EQ(world.winners(), Winners{"a@2000000"});
}

TEST_F(RunAuction, WithoutAQueryOrOnADisplayPlacementTheGroupBids) {
  world.put(LoneAd{.id = "a", .bid = yuan(1)});
  add_keyword("broad", "group-a", "dress", MatchType::kBroad, yuan(9));
  EXPECT_FALSE(first_claims(AuctionWorld::request("search")).keyword.exists());
  EXPECT_EQ(world.winners(), Winners{"a@1000000"});
  AuctionRequest request = AuctionWorld::request("feed");
  request.query = "dress";
  EXPECT_FALSE(first_claims(request).keyword.exists());
  EXPECT_EQ(world.winners(), Winners{"a@1000000"});
}

TEST_F(RunAuction, ChineseQueriesMatchTheirWords) {
  world.put(LoneAd{.id = "a"});
  add_keyword("k", "group-a", "连衣裙", MatchType::kBroad);
  AuctionRequest request = AuctionWorld::request("search");
  for (const char* query : {"夏季连衣裙", "连衣裙 夏季"}) {
    request.query = query;
    world.run(request);
    EXPECT_EQ(world.winners(), Winners{"a@1000000"}) << query;
  }
}

TEST_F(RunAuction, ClickRatesInTheirOrder) {
  world.put(LoneAd{.id = "a", .pctr = std::nullopt});
  const auto pctr = [this](const AuctionRequest& request) { return world.run(request).winners.at(0).pctr; };
  AuctionRequest request = AuctionWorld::request("feed");
  EXPECT_EQ(pctr(request), probability(0.02));  // the placement's default

  // 30 clicks on 400 examined impressions, with 200 more at 0.02: 34 / 600.
  world.click_stats.set(world.ad("a"), world.placement("feed"),
                        {.examined_nano = 400'000'000'000, .clicks = 30});
  EXPECT_EQ(pctr(request), Probability{56'666'667});
  EXPECT_EQ(pctr(AuctionWorld::request("search")), probability(0.02));  // nothing was seen of it there

  world.edit(world.ads, "a", [](AdDoc& doc) { doc.pctr = probability(0.3); });
  EXPECT_EQ(pctr(request), probability(0.3));

  request.predictions = {{"unknown", probability(0.9), {}},
                         {"a", probability(0.4), probability(0.01)},
                         {"a", probability(0.5), {}},
                         {"a", {}, probability(0.01)}};
  EXPECT_EQ(pctr(request), probability(0.5));  // the last that gives one
}

TEST_F(RunAuction, TheFestivalOfLargestBoostIsInForce) {
  world.put(LoneAd{.id = "a"});
  world.edit(world.ads, "a", [](AdDoc& doc) { doc.category_id = "dress"; });
  const auto festival = [this](const std::string& id, Factor boost, std::vector<std::string> categories) {
    world.put(id,
              FestivalDoc{.name = "", .phases = {{"p", kNoon, kNoon + 1h, boost}}, .categories = categories});
  };
  festival("shoes", factor(9), {"shoe"});
  festival("z-equal", factor(3), {});
  festival("m-equal", factor(3), {"dress"});
  festival("small", factor(2), {});
  festival("not-joined", factor(10), {});
  move_to_festival("a", {{.festival_id = "m-equal", .bid_multiplier = factor(1.5)},
                         {.festival_id = "shoes"},
                         {.festival_id = "small"},
                         {.festival_id = "z-equal"}});
  EXPECT_EQ(first_claims(AuctionWorld::request("feed")).festival, world.festival("m-equal"));
  EXPECT_EQ(world.winners(), Winners{"a@1500000"});
  world.now = kNoon + 1h;
  EXPECT_FALSE(first_claims(AuctionWorld::request("feed")).festival.exists());
  EXPECT_EQ(world.winners(), Winners{"a@1000000"});
}

TEST_F(RunAuction, WinnersHoldTheirExpectedChargeUntilTheHoldEnds) {
  world.put(LoneAd{.id = "a", .bid = yuan(2)});  // at a pCTR of 0.1
  world.put(LoneAd{.id = "m", .bid = yuan(30), .pricing = Pricing::kCpm});
  world.run(AuctionWorld::request("feed"));
  EXPECT_EQ(world.accounts[world.campaign("campaign-a")].held.load(), 200'000);
  EXPECT_EQ(world.accounts[world.advertiser("shop-a")].held.load(), 200'000);
  EXPECT_EQ(world.accounts[world.campaign("campaign-m")].held.load(), 30'000);
  world.holds.expire(kNoon + 30min - 1us);
  EXPECT_EQ(world.accounts.held_total(), Micros{230'000});
  world.holds.expire(kNoon + 30min);
  EXPECT_EQ(world.accounts.held_total(), Micros{0});
}

TEST_F(RunAuction, AHoldEndsWithItsTokenWhereThatIsSooner) {
  world.put(LoneAd{.id = "m", .bid = yuan(30), .pricing = Pricing::kCpm});
  world.put(LoneAd{.id = "a", .bid = yuan(2)});
  world.impression_ttl = 1min;
  world.run(AuctionWorld::request("feed"));
  world.holds.expire(kNoon + 1min);
  EXPECT_EQ(world.accounts.held_total(), Micros{200'000});
}

// Each ad would fit alone, not both: the worse one is taken out, nothing of the first try stays held, and the
// next ad moves up and sets the price.
TEST_F(RunAuction, AnAdWhoseHoldFailsIsRemovedAndTheAuctionRankedAgain) {
  PlacementDoc doc = placement(PlacementKind::kDisplay, 2);
  doc.mechanism = Mechanism::kGsp;
  doc.increment_cpc = Micros{0};
  doc.max_ads_per_advertiser = 2;
  world.put("gsp", doc);
  world.put("shop", AdvertiserDoc{.name = "", .balance = Micros{300'000}});
  world.put(LoneAd{.id = "a", .bid = yuan(3), .advertiser = "shop"});
  world.put(LoneAd{.id = "b", .bid = yuan(2.5), .advertiser = "shop"});
  world.put(LoneAd{.id = "c", .bid = yuan(2)});
  world.put(LoneAd{.id = "d", .bid = yuan(1)});
  AuctionRequest request = AuctionWorld::request("gsp");
  request.explain = true;
  const AuctionResult& result = world.run(request);
  EXPECT_EQ(world.winners(), (Winners{"a@2000000", "c@1000000"}));
  EXPECT_EQ(world.reason("b"), Reason::kBalanceExhausted);
  EXPECT_EQ(world.explanation("b")->price_to_win, std::nullopt);
  EXPECT_EQ(world.accounts[world.advertiser("shop")].held.load(), 200'000);
  EXPECT_EQ(world.accounts[world.campaign("campaign-b")].held.load(), 0);
  EXPECT_EQ(result.placements[0].filtered[static_cast<std::size_t>(Reason::kBalanceExhausted)], 1u);
}

// Every ad fits the budget alone, and no two do. Ranking anew after each failed hold took 22 s with a fifth
// of these ads.
TEST_F(RunAuction, AsManyHoldsMayFailAsThereAreAds) {
  constexpr int kAds = 40'000;
  world.edit(world.placements, "feed", [](PlacementDoc& doc) { doc.max_ads_per_advertiser = 2; });
  world.put(LoneAd{.id = "first", .bid = yuan(1)});
  world.edit(world.campaigns, "campaign-first", [](CampaignDoc& doc) {
    doc.pacing = PacingMode::kAsap;
    doc.daily_budget = Micros{150'000};
  });
  for (int i = 0; i < kAds; ++i) {
    AdDoc doc = world.ads.at("first");
    doc.item_id = "item-" + std::to_string(i);
    world.put("ad-" + std::to_string(i), doc);
  }
  world.put(LoneAd{.id = "other", .bid = yuan(0.1)});
  AuctionRequest request = AuctionWorld::request("feed");
  ASSERT_EQ(world.run(request).winners.size(), 2u);
  const auto exhausted = static_cast<std::size_t>(Reason::kBudgetExhausted);
  EXPECT_EQ(world.run(request).placements[0].filtered[exhausted], kAds + 1u) << "the first one's hold stands";
  world.release_all();
  EXPECT_EQ(world.run(request).placements[0].filtered[exhausted], kAds + 0u);
  world.release_all();
  request.explain = true;
  request.explain_ad_ids = {"other"};
  EXPECT_EQ(world.run(request).placements[0].filtered[exhausted], kAds + 0u);
  EXPECT_EQ(world.reason("other"), Reason::kWon);
  EXPECT_EQ(world.explanation("other")->price_to_win, Micros{1});
}

TEST_F(RunAuction, AHoldThatFailsForABudgetSaysSo) {
  world.put("shop", AdvertiserDoc{.name = "", .daily_budget = Micros{150'000}});
  world.edit(world.placements, "feed", [](PlacementDoc& doc) { doc.max_ads_per_advertiser = 2; });
  world.put(LoneAd{.id = "a", .bid = yuan(1), .advertiser = "shop"});
  world.put(LoneAd{.id = "b", .bid = yuan(0.9), .advertiser = "shop"});
  AuctionRequest request = AuctionWorld::request("feed");
  request.explain = true;
  world.run(request);
  EXPECT_EQ(world.winners(), Winners{"a@1000000"});
  EXPECT_EQ(world.reason("b"), Reason::kBudgetExhausted);
}

TEST_F(RunAuction, AFestivalsBudgetIsExtra) {
  world.put("f", FestivalDoc{.name = "", .phases = {{"p", kNoon, kNoon + 1h, {}}}});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) {
    doc.pacing = PacingMode::kAsap;
    doc.daily_budget = Micros{50'000};
    doc.festivals = {{.festival_id = "f", .bid_multiplier = {}, .daily_budget = Micros{50'000}}};
  });
  world.run(AuctionWorld::request("feed"));
  EXPECT_EQ(world.winners(), Winners{"a@1000000"});  // 100,000 fit exactly
  world.holds.expire(kNoon + 1h);
  world.now = kNoon + 1h;
  world.run(AuctionWorld::request("feed"));
  EXPECT_EQ(world.winners(), Winners{});
}

TEST_F(RunAuction, CountsForMetrics) {
  world.put(LoneAd{.id = "a"});
  world.put(LoneAd{.id = "b", .bid = yuan(0.5), .item = "item-a"});
  world.put(LoneAd{.id = "c"});
  world.edit(world.ads, "c", [](AdDoc& doc) { doc.enabled = false; });
  for (const bool explain : {false, true}) {
    AuctionRequest request = AuctionWorld::request("feed");
    request.explain = explain;
    const PlacementResult& result = world.run(request).placements.at(0);
    EXPECT_EQ(result.candidates, 3u);
    EXPECT_EQ(result.eligible, 2u);
    for (int reason = 0; reason < kReasonCount; ++reason) {
      const bool counted =
          reason == static_cast<int>(Reason::kPaused) || reason == static_cast<int>(Reason::kDuplicateItem);
      EXPECT_EQ(result.filtered[static_cast<std::size_t>(reason)], counted ? 1u : 0u) << reason;
    }
  }
}

// More of them than are looked at in one step.
TEST_F(RunAuction, EveryPredictedAdIsLookedAt) {
  for (int i = 0; i < 40; ++i) world.put(LoneAd{.id = "p" + std::to_string(i), .pctr = probability(0.01)});
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i) ids.push_back("p" + std::to_string(i));
  for (const std::string& best : {ids.front(), ids[20], ids.back()}) {
    AuctionRequest request = AuctionWorld::request("feed", 1);
    for (const std::string& id : ids) {
      request.predictions.push_back({id, probability(id == best ? 0.9 : 0.5), {}});
    }
    world.run(request);
    ASSERT_EQ(world.winners().size(), 1u);
    EXPECT_TRUE(world.winners()[0].starts_with(best + "@")) << world.winners()[0];
  }
}

// Where a product of two floats is rounded to the nearest, the best ad's bound lies under its score.
TEST_F(RunAuction, ABoundTimesItsStretchIsRoundedUp) {
  world.put("f", FestivalDoc{.name = "", .phases = {{"p", kNoon, kNoon + 1h, {}}}});
  world.put("best-shop", AdvertiserDoc{.name = "", .shop_score = factor(1.801)});
  world.put(LoneAd{.id = "best",
                   .bid = Micros{16'777'222},
                   .pricing = Pricing::kCpm,
                   .advertiser = "best-shop",
                   .quality = factor(0.018631)});
  world.edit(world.campaigns, "campaign-best", [](CampaignDoc& doc) {
    doc.festivals = {{.festival_id = "f", .bid_multiplier = factor(1.5)}};
  });
  for (int i = 0; i < 20; ++i) {
    world.put(LoneAd{.id = "other" + std::to_string(i),
                     .bid = Micros{844'425'200},
                     .pricing = Pricing::kCpm,
                     .quality = factor(0.001)});
  }
  world.run(AuctionWorld::request("feed", 1));
  ASSERT_EQ(world.winners().size(), 1u);
  EXPECT_TRUE(world.winners()[0].starts_with("best@")) << world.winners()[0];
}

}  // namespace
}  // namespace gavel
