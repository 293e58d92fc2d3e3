#include "auction/group_gate.h"

#include <gtest/gtest.h>

#include "auction/eligibility.h"
#include "tests/auction/random_world.h"

namespace gavel {
namespace {

template <class Visit>
void for_each_group(AuctionWorld& world, const Visit& visit) {
  for (const auto& [id, doc] : world.ad_groups) visit(world.ad_group(id));
}

GroupGate gate_anew(const Catalog& catalog, AdGroupIx group) {
  const AdGroupRow& row = catalog[group];
  return gate_of(*catalog[row.serving->campaign].serving, *row.serving, row.ads.span().size());
}

TEST(GroupGate, KeepsOutNobodyWhoWouldNotBeKeptOut) {
  int shut = 0, out = 0, in = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    for (int i = 0; i < 8; ++i) {
      const AuctionRequest request = random_request(world, dice);
      const AuctionContext context = world.context();
      RequestFacts facts;
      resolve(request, context, facts);
      const PlacementIx placement{world.symbols->of(ResourceType::kPlacement).find(request.auctions[0].placement_id)};
      if (!placement.exists() || !context.catalog[placement].live) continue;
      const KeywordMatcher matcher;
      const ScratchMap shown;
      const AuctionView auction{.request = request,
                                .context = context,
                                .facts = facts,
                                .placement = placement,
                                .rules = *context.catalog[placement].doc,
                                .matcher = matcher,
                                .shown_items = shown};
      for_each_group(world, [&](AdGroupIx group) {
        const auto view = view_of(context.catalog, group);
        if (!view) return;
        const auto gate = why_gate_is_shut(context.catalog.gate(group), gate_key(facts, placement));
        const auto reason = why_group_is_out(auction, *view);
        EXPECT_TRUE(reason || !gate) << name_of(*gate);
        if (gate) ++shut;
        if (reason && *reason >= Reason::kPlacement) ++out;
        if (!reason) ++in;
      });
      if (dice.chance(50)) world.now += std::chrono::minutes{dice.between(0, 3'000)};
    }
  }
  EXPECT_GT(in, 1'000);
  EXPECT_GT(shut, out / 2) << "most that are out are kept out at the gate";
}

TEST(GroupGate, FollowsChangesOfGroupCampaignAndAds) {
  Dice dice(7);
  AuctionWorld world;
  populate(world, dice);
  for (int i = 0; i < 200; ++i) {
    switch (dice.between(0, 3)) {
      case 0: {
        auto campaign = world.campaigns.begin();
        std::advance(campaign, dice.between(0, static_cast<std::int64_t>(world.campaigns.size()) - 1));
        world.edit(world.campaigns, campaign->first, [&](CampaignDoc& doc) {
          doc.enabled = dice.chance(80);
          doc.regions = dice.chance(50) ? std::vector<std::string>{"CN-ZJ"} : std::vector<std::string>{};
          doc.daily_budget = yuan(static_cast<double>(dice.between(1, 100)));
        });
        break;
      }
      case 1: {
        auto group = world.ad_groups.begin();
        std::advance(group, dice.between(0, static_cast<std::int64_t>(world.ad_groups.size()) - 1));
        world.edit(world.ad_groups, group->first, [&](AdGroupDoc& doc) {
          doc.enabled = dice.chance(80);
          doc.categories = dice.chance(50) ? std::vector<std::string>{"toys"} : std::vector<std::string>{};
        });
        break;
      }
      case 2:
        if (world.ads.size() > 3) {
          const std::string id = world.ads.begin()->first;
          world.erase_ad(id);
        }
        break;
      default: {
        AdDoc ad = world.ads.rbegin()->second;
        ad.item_id = "item-" + std::to_string(i);
        world.put("more-" + std::to_string(i), ad);
      }
    }
    const Catalog& catalog = world.catalog();
    for_each_group(world, [&](AdGroupIx group) {
      ASSERT_TRUE(!catalog[group].live || catalog.gate(group) == gate_anew(catalog, group)) << "change " << i;
    });
  }
}

TEST(GroupGate, WhatIsPassedOverIsCountedWithItsAds) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.regions = {"CN-ZJ"}; });
  AuctionRequest request = AuctionWorld::request("feed");
  request.user.region = "CN-SH";
  const auto filtered = [&] {
    const AuctionResult& result = world.run(request);
    return result.placements[0].filtered[static_cast<std::size_t>(Reason::kRegion)];
  };
  EXPECT_EQ(filtered(), 1U);
  const AdDoc ad = world.ads.at("a");
  for (std::uint32_t ads = 2; ads <= GroupGate::kAdsMax + 2; ++ads) {
    world.put("a" + std::to_string(ads), ad);
    if (ads < GroupGate::kAdsMax - 1) continue;
    EXPECT_EQ(filtered(), ads);
  }
}

}  // namespace
}  // namespace gavel
