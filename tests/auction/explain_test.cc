#include "auction/explain.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/auction_world.h"

namespace gavel {
namespace {

using Names = std::vector<std::string>;

struct ExplainTest : testing::Test {
  ExplainTest() {
    world.put("search", PlacementDoc{.kind = PlacementKind::kSearch, .position_ctr = {{kProbabilityOne}}});
    PlacementDoc feed;
    feed.kind = PlacementKind::kDisplay;
    feed.position_ctr = {{kProbabilityOne}, {500'000'000}};
    world.put("feed", feed);
    request.explain = true;
  }
  Names explained() {
    const AuctionResult& result = world.run(request);
    Names names;
    for (const Explanation& entry : result.explanations) names.emplace_back(world.name(entry.ad));
    return names;
  }
  void pause(const std::string& ad) {
    world.edit(world.ads, ad, [](AdDoc& doc) { doc.enabled = false; });
  }

  AuctionWorld world;
  AuctionRequest request = AuctionWorld::request("feed");
};

TEST(ReasonNames, AreTheContracts) {
  std::set<std::string_view> names;
  for (int reason = 0; reason < kReasonCount; ++reason) names.insert(name_of(static_cast<Reason>(reason)));
  EXPECT_EQ(names,
            (std::set<std::string_view>{
                "suspended",        "paused",     "not_started",   "ended",          "placement",
                "category",         "audience",   "region",        "device",         "schedule",
                "negative_keyword", "no_keyword", "item",          "frequency_cap",  "balance_exhausted",
                "budget_exhausted", "paced",      "below_reserve", "duplicate_item", "advertiser_limit",
                "outranked",        "won",        "ledger_unavailable"}));
  EXPECT_EQ(name_of(Reason::kSuspended), "suspended");
  EXPECT_EQ(name_of(Reason::kItem), "item");
  EXPECT_EQ(name_of(Reason::kBalanceExhausted), "balance_exhausted");
  EXPECT_EQ(name_of(Reason::kDuplicateItem), "duplicate_item");
  EXPECT_EQ(name_of(Reason::kWon), "won");
}

TEST_F(ExplainTest, WithoutExplainNothingIsExplained) {
  world.put(LoneAd{.id = "a"});
  request.explain = false;
  EXPECT_EQ(explained(), Names{});
}

TEST_F(ExplainTest, AskedForFirstThenTheRankingThenTheFilteredAsTheyWereMade) {
  for (const char* id : {"f2", "b", "c", "a", "f1"}) world.put(LoneAd{.id = id});
  world.edit(world.ad_groups, "group-a", [](AdGroupDoc& doc) { doc.bid = yuan(3); });
  world.edit(world.ad_groups, "group-b", [](AdGroupDoc& doc) { doc.bid = yuan(2); });
  pause("f1");
  pause("f2");
  EXPECT_EQ(explained(), (Names{"a", "b", "c", "f2", "f1"}));
  request.explain_ad_ids = {"f1", "unknown", "c", "f1"};
  EXPECT_EQ(explained(), (Names{"f1", "c", "a", "b", "f2"}));
  EXPECT_EQ(world.reason("a"), Reason::kWon);
  EXPECT_EQ(world.reason("c"), Reason::kOutranked);
  EXPECT_EQ(world.reason("f1"), Reason::kPaused);
}

TEST_F(ExplainTest, AdsThatTheIndexPassedOverAreConsideredToo) {
  world.put(LoneAd{.id = "tagged"});
  world.edit(world.ad_groups, "group-tagged", [](AdGroupDoc& doc) { doc.audience = {{.all = {"female"}}}; });
  EXPECT_EQ(explained(), Names{"tagged"});
  EXPECT_EQ(world.reason("tagged"), Reason::kAudience);
}

TEST_F(ExplainTest, ASearchConsidersWhatItsKeywordsMatch) {
  for (const char* id : {"a", "b"}) world.put(LoneAd{.id = id});
  world.put("k", KeywordDoc{.ad_group_id = "group-b", .text = "dress", .match = MatchType::kBroad});
  pause("b");
  request.auctions[0].placement_id = "search";
  request.query = "dress";
  EXPECT_EQ(explained(), Names{"b"});
  request.explain_ad_ids = {"a"};
  EXPECT_EQ(explained(), (Names{"a", "b"}));
  EXPECT_EQ(world.reason("a"), Reason::kNoKeyword);
}

TEST_F(ExplainTest, BidAndScoreAreGivenForEveryEntry) {
  world.put(LoneAd{.id = "a", .bid = yuan(2)});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) {
    doc.schedule = {{.days = 1, .from_minute = 0, .to_minute = 1, .bid_multiplier = factor(3)}};
    doc.bid_multipliers.device = {{"mobile", factor(1.5)}};
  });
  request.user.device = "mobile";
  explained();
  const Explanation& entry = *world.explanation("a");
  EXPECT_EQ(entry.reason, Reason::kSchedule);
  EXPECT_EQ(entry.effective_bid, yuan(3));  // off schedule its multiplier is one
  EXPECT_TRUE(entry.score == static_cast<Score>(3'000'000) * 100'000'000'000);
  EXPECT_EQ(entry.price_to_win, std::nullopt);
}

TEST_F(ExplainTest, AtMostAThousandEntries) {
  world.put(LoneAd{.id = "first"});
  for (int i = 0; i < 1'000; ++i) {
    AdDoc doc = world.ads.at("first");
    doc.item_id = "item-" + std::to_string(i);
    world.put("ad-" + std::to_string(i), doc);
  }
  const AuctionResult& result = world.run(request);
  EXPECT_EQ(result.placements[0].explain_count, kExplainMax);
  EXPECT_EQ(result.explanations.size(), kExplainMax);
  EXPECT_TRUE(result.placements[0].explain_truncated);
  world.erase_ad("ad-999");
  const AuctionResult& fewer = world.run(request);
  EXPECT_EQ(fewer.placements[0].explain_count, kExplainMax);
  EXPECT_FALSE(fewer.placements[0].explain_truncated);
}

TEST_F(ExplainTest, EachAuctionHasItsOwnEntries) {
  world.put(LoneAd{.id = "a"});
  request.auctions.push_back({"search", 0});
  EXPECT_EQ(explained(), (Names{"a", "a"}));
  EXPECT_EQ(world.reason("a", 0), Reason::kWon);
  EXPECT_EQ(world.reason("a", 1), Reason::kDuplicateItem);
}

}  // namespace
}  // namespace gavel
