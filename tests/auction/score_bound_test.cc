// That no score passes its bound, whatever the request: the promise that auctions leave ads out by.
#include "auction/score_bound.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/auction/random_world.h"

namespace gavel {
namespace {

TEST(RoundUp, IsTheLeastFloatThatIsNotLess) {
  EXPECT_EQ(round_up(0), 0.0F);
  EXPECT_GE(static_cast<double>(round_up(16'777'217.0)), 16'777'217.0);
  EXPECT_LE(static_cast<double>(round_up(16'777'217.0)), 16'777'220.0);
  EXPECT_EQ(round_up(1e60), std::numeric_limits<float>::infinity());
}

TEST(GroupFactor, IsCoarseAndNeverLess) {
  for (double weight = 1e-6; weight < 1e6; weight *= 1.37) {
    const double exact = weight * 0.7 * 1e9 * 1.3;
    const auto factor = static_cast<double>(group_factor(weight, Factor{700'000}, 1.3));
    EXPECT_GE(factor, exact);
    EXPECT_LE(factor, exact * 1.07 + 2);
  }
  EXPECT_EQ(group_factor(0, {}, 1), 0.0F);
}

void change_something(AuctionWorld& world, Dice& dice) {
  const auto bid = [&] { return yuan(static_cast<double>(dice.between(1, 1'000)) / 100); };
  switch (dice.between(0, 6)) {
    case 0:
      return edit_any(world, dice, world.ad_groups, [&](AdGroupDoc& doc) { doc.bid = dice.chance(5) ? kMaxBid : bid(); });
    case 1:
      return edit_any(world, dice, world.keywords, [&](KeywordDoc& doc) {
        doc.enabled = dice.chance(80);
        doc.bid = dice.chance(50) ? std::optional(bid()) : std::nullopt;
      });
    case 2:
      return edit_any(world, dice, world.campaigns, [&](CampaignDoc& doc) {
        doc.bid_multipliers.device = {{"mobile", factor(static_cast<double>(dice.between(1, 40)) / 10)}};
      });
    case 3:
      return edit_any(world, dice, world.advertisers, [&](AdvertiserDoc& doc) {
        doc.shop_score = factor(static_cast<double>(dice.between(5, 20)) / 10);
      });
    case 4:
      if (world.ads.size() > 1) world.erase_ad(std::string(world.ads.begin()->first));
      return;
    case 5:
      return edit_any(world, dice, world.ad_groups, [&](AdGroupDoc& doc) { doc.enabled = dice.chance(70); });
    default:
      return edit_any(world, dice, world.ads, [&](AdDoc& doc) {
        doc.enabled = dice.chance(80);
        doc.quality = factor(static_cast<double>(dice.between(1, 40)) / 10);
        doc.pctr = dice.chance(70) ? std::optional(probability(static_cast<double>(dice.between(0, 100)) / 1'000)) : std::nullopt;
      });
  }
}

// Every explained ad shows its score, so that each can be held against the bound of its group: the greatest of its
// keywords' on a search placement, its own otherwise.
TEST(ScoreBound, HoldsInRandomMarketplaces) {
  int compared = 0, squashed = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    live_a_little(world, dice);
    for (int i = 0; i < 8; ++i) {
      for (std::int64_t changes = dice.between(0, 6); changes > 0; --changes) change_something(world, dice);
      AuctionRequest request = random_request(world, dice);
      request.explain = true;
      request.predictions.clear();
      const AuctionResult& result = world.run(request);
      for (const PlacementResult& placement : result.placements) {
        if (placement.unknown_placement) continue;
        const PlacementIx ix = world.placement(placement.placement_id);
        const Catalog& catalog = world.catalog();
        const PlacementDoc& rules = *catalog[ix].doc;
        const ScoreLift lift(running_festivals(catalog, world.now), rules, world.click_stats.ceilings().outgrown(),
                             catalog.score_ceiling());
        for (std::uint32_t e = 0; e < placement.explain_count; ++e) {
          const Explanation& entry = result.explanations[placement.first_explain + e];
          if (entry.score == 0 || !catalog[entry.ad].enabled) continue;  // nothing to bound
          const AdGroupIx group = catalog[entry.ad].ad_group;
          float bound = catalog[group].bound;
          for (const GroupKeyword& keyword : catalog.keywords_of(group)) {
            bound = std::max(bound, catalog[keyword.keyword].bound);
          }
          EXPECT_LE(static_cast<double>(entry.score), static_cast<double>(lift(bound)))
              << "seed " << seed << " ad " << world.name(entry.ad);
          ++(rules.squash.millionths < kFactorOne ? squashed : compared);
        }
      }
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(compared, 5'000);
  EXPECT_GT(squashed, 5'000);
}

// Histories of changes: what stands at a peak now is never more than the ceiling, and a high bid that is gone is forgotten.
TEST(ScoreCeiling, FollowsBidsThatComeAndGo) {
  AuctionWorld world;
  world.put(LoneAd{.id = "a", .bid = yuan(1)});
  world.put(LoneAd{.id = "b", .bid = yuan(1)});
  const double usual = world.catalog().score_ceiling();
  const auto bid = [&](Micros amount) {
    world.edit(world.ad_groups, "group-a", [&](AdGroupDoc& doc) { doc.bid = amount; });
    return world.catalog().score_ceiling();
  };
  EXPECT_GT(bid(yuan(1'000)), usual * 250);
  EXPECT_EQ(bid(yuan(1)), usual);
  world.put("word", KeywordDoc{.ad_group_id = "group-a", .text = "dress", .bid = yuan(1'000)});
  EXPECT_GT(world.catalog().score_ceiling(), usual * 250);
  world.edit(world.keywords, "word", [](KeywordDoc& doc) { doc.bid = std::nullopt; });
  EXPECT_EQ(world.catalog().score_ceiling(), usual);
  EXPECT_GT(bid(yuan(1'000)), usual * 250);
  world.edit(world.ads, "a", [](AdDoc& doc) { doc.enabled = false; });
  EXPECT_EQ(world.catalog().score_ceiling(), usual) << "nothing is shown with that bid";
  world.edit(world.ads, "a", [](AdDoc& doc) { doc.enabled = true; });
  EXPECT_EQ(bid(yuan(1)), usual);
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.bid_multipliers.device = {{"mobile", factor(4)}}; });
  EXPECT_GT(world.catalog().score_ceiling(), usual * 1.9);
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.bid_multipliers.device.clear(); });
  EXPECT_EQ(world.catalog().score_ceiling(), usual);
  world.edit(world.advertisers, "shop-a", [](AdvertiserDoc& doc) { doc.shop_score = factor(4); });
  EXPECT_GT(world.catalog().score_ceiling(), usual * 1.9);
}

// What is predicted comes before all lists, also where nothing else could score at all.
TEST(ScoreLift, OfInfinityIsInfinity) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}, .squash = factor(0.5)});
  std::vector<std::string> ids;
  for (int i = 0; i < 9; ++i) {
    ids.push_back(std::to_string(i));
    world.put(LoneAd{.id = ids.back(), .pctr = probability(0)});
  }
  EXPECT_EQ(world.catalog().score_ceiling(), 0);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(ScoreLift({}, world.placements.at("feed"), 1, 0)(kInfinity), kInfinity);
  AuctionRequest request = AuctionWorld::request("feed");
  for (int i = 0; i < 9; ++i) request.predictions.push_back({ids[static_cast<std::size_t>(i)], probability(0.01 * (9 - i)), {}});
  world.run(request);
  ASSERT_EQ(world.winners().size(), 1U);
  EXPECT_TRUE(world.winners()[0].starts_with("0@"));
}

// A click rate that counts for little bounds little, but the order of bounds stays: most ads are left out all the same.
TEST(ScoreLift, LeavesAdsOutOnAPlacementThatSquashes) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}, .squash = factor(0.8)});
  for (int i = 0; i < 300; ++i) {
    world.put(LoneAd{.id = std::to_string(i), .bid = yuan(0.1 + 0.01 * i), .pctr = probability(0.01 + 0.0003 * i)});
  }
  const AuctionRequest request = AuctionWorld::request("feed");
  EXPECT_LT(world.run(request).placements[0].candidates, 150U);
  EXPECT_TRUE(world.winners()[0].starts_with("299@"));
}

}  // namespace
}  // namespace gavel
