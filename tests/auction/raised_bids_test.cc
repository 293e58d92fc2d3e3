// That a bound narrowed to one request still holds, and is less where the request meets no multiplier.
#include "auction/raised_bids.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "auction/request_facts.h"
#include "auction/score_bound.h"
#include "tests/auction/random_world.h"

namespace gavel {
namespace {

// More names than signatures have bits, so that some are taken for each other.
NamedFactors some_multipliers(std::string_view kind, Dice& dice) {
  std::map<std::string, Factor> factors;
  for (std::int64_t count = dice.between(0, 3); count > 0; --count) {
    factors[std::string(kind) + std::to_string(dice.between(1, 90))] = factor(static_cast<double>(dice.between(5, 60)) / 10);
  }
  return {factors.begin(), factors.end()};
}

void give_multipliers(AuctionWorld& world, Dice& dice) {
  for (const auto& [id, doc] : std::map(world.campaigns)) {
    if (dice.chance(30)) continue;
    world.edit(world.campaigns, id, [&](CampaignDoc& campaign) {
      campaign.bid_multipliers = {some_multipliers("device", dice), some_multipliers("R", dice), some_multipliers("tag", dice)};
      campaign.regions.clear();
      campaign.devices.clear();
      campaign.schedule.clear();
      const auto hour = static_cast<std::uint16_t>(dice.between(0, 22) * 60);
      const auto multiplier = factor(static_cast<double>(dice.between(5, 30)) / 10);
      if (dice.chance(50)) {
        campaign.schedule = {{.days = static_cast<std::uint8_t>(dice.between(1, 127)),
                              .from_minute = hour,
                              .to_minute = static_cast<std::uint16_t>(hour + 90),
                              .bid_multiplier = multiplier},
                             {.days = 127, .from_minute = 0, .to_minute = 1'440, .bid_multiplier = {}}};
      }
    });
  }
}

TEST(RaisedBids, NarrowedBoundsHoldInRandomMarketplaces) {
  int compared = 0, narrower = 0, without_festivals = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    live_a_little(world, dice);
    for (int i = 0; i < 8; ++i) {
      give_multipliers(world, dice);
      AuctionRequest request = random_request(world, dice);
      request.explain = true;
      request.predictions.clear();
      const std::string region = "R" + std::to_string(dice.between(1, 90)), device = "device" + std::to_string(dice.between(1, 90));
      std::vector<std::string> tags;
      for (std::int64_t count = dice.between(0, 4); count > 0; --count) tags.push_back("tag" + std::to_string(dice.between(1, 90)));
      request.user.region = region;
      request.user.device = device;
      request.user.tags.assign(tags.begin(), tags.end());
      const AuctionResult& result = world.run(request);
      const AuctionContext context = world.context();
      const Catalog& catalog = context.catalog;
      RequestFacts facts;
      resolve(request, context, facts);
      for (const PlacementResult& placement : result.placements) {
        if (placement.unknown_placement) continue;
        const PlacementIx ix = world.placement(placement.placement_id);
        const GroupGate key = gate_key(facts, ix);
        const auto lift_by = [&](const RunningFestivals& festivals) {
          return ScoreLift(festivals, *catalog[ix].doc, world.click_stats.ceilings().outgrown(), catalog.score_ceiling());
        };
        const ScoreLift lift = lift_by(facts.festivals), lift_without = lift_by({});
        for (std::uint32_t e = 0; e < placement.explain_count; ++e) {
          const Explanation& entry = result.explanations[placement.first_explain + e];
          if (entry.score == 0 || !catalog[entry.ad].enabled) continue;
          const AdGroupIx group = catalog[entry.ad].ad_group;
          float bound = catalog[group].bound;
          for (const GroupKeyword& keyword : catalog.keywords_of(group)) bound = std::max(bound, catalog[keyword.keyword].bound);
          const RaisedBids raised = catalog.gate(group).raised;
          const float narrow = narrowed(bound, raised, key.raised);
          ASSERT_LE(narrow, bound);
          ASSERT_LE(static_cast<double>(entry.score), static_cast<double>((raised.no_festivals != 0 ? lift_without : lift)(narrow)))
              << "ad " << world.name(entry.ad);
          ++compared;
          if (narrow < bound * 0.9F) ++narrower;
          if (facts.festivals.stretch > 1 && raised.no_festivals != 0) ++without_festivals;
        }
      }
    }
  }
  EXPECT_GT(compared, 10'000);
  EXPECT_GT(narrower, compared / 2);
  EXPECT_GT(without_festivals, 500);
}

TEST(RaisedBids, ABoundFallsByWhatARequestDoesNotMeet) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) {
    doc.bid_multipliers = {{{"mobile", factor(2)}, {"pad", factor(0.5)}}, {{"CN-ZJ", factor(4)}}, {{"vip", factor(2)}, {"young", factor(2)}}};
    // Noon is on a Wednesday.
    doc.schedule = {{.days = 0b0000100, .from_minute = 720, .to_minute = 780, .bid_multiplier = factor(1.6)},
                    {.days = 127, .from_minute = 0, .to_minute = 1'440, .bid_multiplier = {}}};
  });
  const auto share = [&](std::string_view device, std::string_view region, std::vector<std::string_view> tags) {
    AuctionRequest request = AuctionWorld::request("feed");
    request.user.device = device;
    request.user.region = region;
    request.user.tags = tags;
    const AuctionContext context = world.context();
    RequestFacts facts;
    resolve(request, context, facts);
    const GroupGate key = gate_key(facts, world.placement("feed"));
    return narrowed(1'024, context.catalog.gate(world.ad_group("group-a")).raised, key.raised);
  };
  EXPECT_EQ(share("mobile", "CN-ZJ", {"vip"}), 1'024.0F);
  EXPECT_EQ(share("pad", "CN-ZJ", {"vip"}), 512.0F);
  EXPECT_EQ(share("mobile", "CN-SH", {"young"}), 256.0F);
  EXPECT_EQ(share("mobile", "CN-ZJ", {}), 256.0F);
  EXPECT_EQ(share("", "", {}), 32.0F);
  world.now += std::chrono::hours{2};  // times are told apart by two hours
  EXPECT_EQ(share("mobile", "CN-ZJ", {"vip"}), 640.0F);
  world.now += std::chrono::hours{22};
  EXPECT_EQ(share("mobile", "CN-ZJ", {"vip"}), 640.0F) << "on Thursdays not";
}

TEST(RaisedBids, ManyMultipliersLeaveTheLeastPart) {
  AuctionWorld world;
  world.put(LoneAd{.id = "a"});
  for (const int count : {3, 17, 400}) {
    world.edit(world.campaigns, "campaign-a", [&](CampaignDoc& doc) {
      doc.bid_multipliers.tag.clear();
      for (int i = 1'000; i < 1'000 + count; ++i) doc.bid_multipliers.tag.emplace_back("tag" + std::to_string(i), factor(10));
    });
    EXPECT_EQ(world.catalog().gate(world.ad_group("group-a")).raised.tags_part, 255) << count;
  }
}

// The lists of a snapshot have its own bounds, which say nothing of multipliers that come with the next.
TEST(RaisedBids, AnOlderSnapshotIsNotToldOfLaterMultipliers) {
  AuctionWorld world;
  world.put(LoneAd{.id = "a"});
  const AdGroupIx group = world.ad_group("group-a");
  const Catalog before = world.catalog();
  EXPECT_EQ(before.gate(group).raised.no_festivals, 1);
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.bid_multipliers.device = {{"mobile", factor(2)}}; });
  const Catalog after = world.catalog();
  EXPECT_EQ(after.gate(group).raised.devices_part, 128);
  EXPECT_EQ(before.gate(group).raised, RaisedBids{});
  EXPECT_EQ(before.gate(group).campaign, after.gate(group).campaign) << "all else is of the newest";
}

// Groups that high multipliers for others put at the top of the lists are not looked at.
TEST(RaisedBids, AnAuctionDoesNotLookAtGroupsThatBidHighForOthersAlone) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  for (int i = 0; i < 300; ++i) {
    const std::string id = std::to_string(i);
    world.put(LoneAd{.id = id, .bid = yuan(i < 4 ? 2 : 1)});
    if (i >= 4) world.edit(world.campaigns, "campaign-" + id, [](CampaignDoc& doc) { doc.bid_multipliers.tag = {{"vip", factor(5)}}; });
  }
  AuctionRequest request = AuctionWorld::request("feed");
  EXPECT_LE(world.run(request).placements[0].candidates, 8U) << "in one step";
  request.user.tags = {"vip"};
  EXPECT_GT(world.run(request).placements[0].candidates, 8U);
}

}  // namespace
}  // namespace gavel
