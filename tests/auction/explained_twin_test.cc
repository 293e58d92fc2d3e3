// An auction against itself with explanations, which looks at every candidate: the decisions are the same.
#include <gtest/gtest.h>

#include <array>

#include "tests/auction/random_world.h"

namespace gavel {
namespace {

// The same world twice, one asked for explanations: the decisions do not depend on who watches, nor on the
// run.
TEST(RunAuctionTwice, DecidesTheSameWithAndWithoutExplain) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<Winner> winners[2];
    for (const bool explain : {false, true}) {
      Dice dice(seed);
      AuctionWorld world;
      populate(world, dice);
      live_a_little(world, dice);
      for (int i = 0; i < 5; ++i) {
        AuctionRequest request = random_request(world, dice);
        request.explain = explain;
        if (!explain) request.explain_ad_ids.clear();
        const AuctionResult& result = world.run(request);
        winners[explain].insert(winners[explain].end(), result.winners.begin(), result.winners.end());
      }
    }
    ASSERT_EQ(winners[0].size(), winners[1].size()) << seed;
    for (std::size_t i = 0; i < winners[0].size(); ++i) {
      ASSERT_EQ(winners[0][i].claims, winners[1][i].claims) << seed;
    }
  }
}

// Of more groups than one step looks at, most bid high for others alone, so that steps end early and groups wait.
TEST(RunAuctionTwice, DecidesTheSameWhereGroupsWait) {
  std::uint64_t looked_at[2] = {0, 0};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Dice dice(seed);
    AuctionWorld world;
    const auto times = [&](int low, int high) { return factor(static_cast<double>(dice.between(low, high)) / 10); };
    const auto named = [](std::string_view kind, std::int64_t number) { return std::string(kind) + std::to_string(number); };
    for (int i = 0; i < 2; ++i) {
      FestivalDoc festival;
      festival.phases.push_back(
          {.name = "on", .start = world.now - std::chrono::hours{1}, .end = world.now + std::chrono::hours{9}, .boost = times(2, 40)});
      world.put(named("festival", i), festival);
    }
    PlacementDoc feed{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}};
    for (std::int64_t more = dice.between(0, 4); more > 0; --more) feed.position_ctr.push_back({feed.position_ctr.back().nano / 2});
    feed.squash = dice.pick(std::array{factor(0), factor(0.3), factor(0.9), factor(1), factor(1), factor(1.5)});
    feed.mechanism = static_cast<Mechanism>(dice.between(0, 2));
    feed.max_ads_per_advertiser = static_cast<std::uint32_t>(dice.between(1, 3));
    feed.default_pctr = dice.pick(std::array{probability(0.02), probability(0.1)});
    world.put("feed", feed);
    const std::int64_t ads = dice.between(20, 250);
    for (std::int64_t i = 0; i < ads; ++i) {
      const std::string id = std::to_string(i);
      world.put(LoneAd{.id = id,
                       .bid = yuan(static_cast<double>(dice.between(1, 40)) / 10),
                       .pricing = dice.chance(50) ? Pricing::kCpc : Pricing::kCpm,
                       .advertiser = dice.chance(50) ? named("shop", dice.between(0, 20)) : "",
                       .item = dice.chance(20) ? named("item", dice.between(0, 9)) : "",
                       .quality = times(1, 30),
                       .pctr = dice.chance(80) ? std::optional(probability(static_cast<double>(dice.between(0, 100)) / 1'000)) : std::nullopt});
      world.edit(world.campaigns, "campaign-" + id, [&](CampaignDoc& doc) {
        if (dice.chance(60)) doc.bid_multipliers.device = {{named("device", dice.between(0, 9)), times(2, 100)}};
        if (dice.chance(60)) doc.bid_multipliers.region = {{named("R", dice.between(0, 5)), times(2, 100)}};
        if (dice.chance(60)) doc.bid_multipliers.tag = {{named("tag", dice.between(0, 70)), times(2, 100)}};
        for (const auto& [festival, its] : world.festivals) {
          if (dice.chance(20)) doc.festivals.push_back({.festival_id = festival, .bid_multiplier = times(2, 40)});
        }
        if (dice.chance(20)) doc.daily_budget = Micros{dice.between(1, 20'000)};
      });
    }
    for (int i = 0; i < 10; ++i) {
      const std::string device = named("device", dice.between(0, 12)), region = named("R", dice.between(0, 6));
      std::vector<std::string> tags, predicted;
      for (std::int64_t more = dice.between(0, 4); more > 0; --more) tags.push_back(named("tag", dice.between(0, 80)));
      for (std::int64_t more = dice.between(0, 3); more > 0; --more) predicted.push_back(std::to_string(dice.between(0, ads - 1)));
      AuctionRequest request = AuctionWorld::request("feed");
      request.user.device = device;
      request.user.region = region;
      request.user.tags.assign(tags.begin(), tags.end());
      for (const std::string& ad : predicted) request.predictions.push_back({ad, probability(static_cast<double>(dice.between(0, 100)) / 1'000), {}});
      std::vector<std::string> winners[2];
      for (const bool explain : {false, true}) {
        request.explain = explain;
        looked_at[explain] += world.run(request).placements[0].candidates;
        winners[explain] = world.winners();
        world.release_all();
      }
      ASSERT_EQ(winners[0], winners[1]) << "seed " << seed << ", auction " << i;
    }
  }
  EXPECT_LT(looked_at[0] * 3, looked_at[1] * 2);
}

}  // namespace
}  // namespace gavel
