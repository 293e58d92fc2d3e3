// Examples worked out in print or by hand, with their sources.
#include <gtest/gtest.h>

#include "tests/support/auction_world.h"

namespace gavel {
namespace {

using Winners = std::vector<std::string>;

PlacementDoc display(Mechanism mechanism, std::vector<Probability> position_ctr, Micros increment) {
  PlacementDoc doc;
  doc.kind = PlacementKind::kDisplay;
  doc.position_ctr = std::move(position_ctr);
  doc.mechanism = mechanism;
  doc.increment_cpc = doc.increment_cpm = increment;
  return doc;
}

// Edelman, Ostrovsky and Schwarz, "Internet Advertising and the Generalized Second-Price Auction", American
// Economic Review 97 (2007), section I: two positions with 200 and 100 clicks an hour, three advertisers
// whose clicks are worth 10, 4 and 2 dollars.
struct EdelmanOstrovskySchwarz : testing::Test {
  void run(Mechanism mechanism) {
    world.put("p", display(mechanism, {{1'000'000'000}, {500'000'000}}, Micros{0}));
    world.put(LoneAd{.id = "first", .bid = yuan(10)});
    world.put(LoneAd{.id = "second", .bid = yuan(4)});
    world.put(LoneAd{.id = "third", .bid = yuan(2)});
    world.run(AuctionWorld::request("p"));
  }
  AuctionWorld world;
};

TEST_F(EdelmanOstrovskySchwarz, GspChargesFourAndTwoAClick) {
  run(Mechanism::kGsp);
  EXPECT_EQ(world.winners(), (Winners{"first@4000000", "second@2000000"}));  // totals of 800 and 200
}

TEST_F(EdelmanOstrovskySchwarz, VcgChargesSixHundredAndTwoHundredInAll) {
  run(Mechanism::kVcg);
  EXPECT_EQ(world.winners(), (Winners{"first@3000000", "second@2000000"}));  // 200 x 3 = 600, 100 x 2 = 200
}

// Bids of 0.50, 0.66 and 0.26 with qualities 2, 1 and 1.5 score 1.00, 0.66 and 0.39; a price is the least
// that keeps the place, and one cent.
TEST(WorkedExamples, BidTimesQualityWithOneCent) {
  AuctionWorld world;
  PlacementDoc doc = display(Mechanism::kGsp, {{1'000'000'000}, {700'000'000}, {400'000'000}}, yuan(0.01));
  doc.reserve_cpc = yuan(0.10);
  world.put("p", doc);
  world.put(LoneAd{.id = "a", .bid = yuan(0.50), .quality = factor(2)});
  world.put(LoneAd{.id = "b", .bid = yuan(0.66), .quality = factor(1)});
  world.put(LoneAd{.id = "c", .bid = yuan(0.26), .quality = factor(1.5)});
  world.run(AuctionWorld::request("p"));
  EXPECT_EQ(world.winners(), (Winners{"a@340000", "b@400000", "c@100000"}));
}

// The contract's own: 10.00 x 1.3 x 0.9 x 1.1 = 12.87.
TEST(WorkedExamples, MultipliersOnTenYuan) {
  AuctionWorld world;
  world.put("p", display(Mechanism::kFirstPrice, {{1'000'000'000}}, Micros{0}));
  world.put(LoneAd{.id = "a", .bid = yuan(10)});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) {
    doc.bid_multipliers = {.device = {{"mobile", factor(1.3)}},
                           .region = {{"CN", factor(5)}, {"CN-ZJ", factor(0.9)}},
                           .tag = {{"female", factor(1.1)}}};
  });
  AuctionRequest request = AuctionWorld::request("p");
  request.user.device = "mobile";
  request.user.region = "CN-ZJ-HZ";
  request.user.tags = {"student", "female"};
  const AuctionResult& result = world.run(request);
  ASSERT_EQ(result.winners.size(), 1u);
  EXPECT_EQ(result.winners[0].effective_bid, Micros{12'870'000});
  EXPECT_EQ(result.winners[0].claims.price, Micros{12'870'000});
}

// A CPC bid of 2.00 at a click rate of 0.02 is worth 40 per 1,000 impressions and stands above a CPM bid of
// 30, which it has to outbid: 30 / (1,000 x 0.02) = 1.50 a click.
TEST(WorkedExamples, CpcAboveCpm) {
  AuctionWorld world;
  world.put("p", display(Mechanism::kGsp, {{1'000'000'000}, {500'000'000}}, Micros{0}));
  world.put(LoneAd{.id = "clicks", .bid = yuan(2), .pctr = probability(0.02)});
  world.put(LoneAd{.id = "views", .bid = yuan(30), .pricing = Pricing::kCpm, .pctr = probability(0.02)});
  world.run(AuctionWorld::request("p"));
  EXPECT_EQ(world.winners(), (Winners{"clicks@1500000", "views@0"}));
}

// Lahaie and Pennock, "Revenue Analysis of a Family of Ranking Rules for Keyword Auctions", EC 2007:
// squashing 0 ranks by bid, 1 by revenue, and between them a high click rate counts for less.
TEST(WorkedExamples, SquashingTurnsTheOrderRound) {
  AuctionWorld world;
  world.put(LoneAd{.id = "clicked", .bid = yuan(1), .pctr = probability(0.09)});
  world.put(LoneAd{.id = "generous", .bid = yuan(2), .pctr = probability(0.04)});
  const auto winner = [&world](double squash) {
    PlacementDoc doc = display(Mechanism::kFirstPrice, {{1'000'000'000}}, Micros{0});
    doc.squash = factor(squash);
    world.put("p", doc);
    world.run(AuctionWorld::request("p"));
    return world.winners();
  };
  EXPECT_EQ(winner(1), Winners{"clicked@1000000"});     // 0.09 against 0.08
  EXPECT_EQ(winner(0.5), Winners{"generous@2000000"});  // 0.3 against 0.4
  EXPECT_EQ(winner(0), Winners{"generous@2000000"});    // 1 against 2
}

}  // namespace
}  // namespace gavel
