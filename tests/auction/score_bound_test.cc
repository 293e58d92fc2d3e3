// That no score passes its bound, whatever the request: the promise that auctions leave ads out by.
#include "auction/score_bound.h"

#include <gtest/gtest.h>

#include <cmath>
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

// Every explained ad shows its score, so that each can be held against the bound of its group: the greatest of its
// keywords' on a search placement, its own otherwise.
TEST(ScoreBound, HoldsInRandomMarketplaces) {
  int compared = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    live_a_little(world, dice);
    for (int i = 0; i < 8; ++i) {
      AuctionRequest request = random_request(world, dice);
      request.explain = true;
      request.predictions.clear();
      const AuctionResult& result = world.run(request);
      for (const PlacementResult& placement : result.placements) {
        if (placement.unknown_placement) continue;
        const PlacementIx ix = world.placement(placement.placement_id);
        const Catalog& catalog = world.catalog();
        const float stretch = stretch_of(running_festivals(catalog, world.now), *catalog[ix].doc,
                                         world.click_stats.ceilings().outgrown());
        if (std::isinf(stretch)) continue;  // bounds say nothing
        for (std::uint32_t e = 0; e < placement.explain_count; ++e) {
          const Explanation& entry = result.explanations[placement.first_explain + e];
          if (entry.score == 0 || !catalog[entry.ad].enabled) continue;  // nothing to bound
          const AdGroupIx group = catalog[entry.ad].ad_group;
          float bound = catalog[group].bound;
          for (const GroupKeyword& keyword : catalog.keywords_of(group)) {
            bound = std::max(bound, catalog[keyword.keyword].bound);
          }
          EXPECT_LE(static_cast<double>(entry.score), static_cast<double>(bound) * static_cast<double>(stretch))
              << "seed " << seed << " ad " << world.name(entry.ad);
          ++compared;
        }
      }
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(compared, 5'000);
}

}  // namespace
}  // namespace gavel
