#include "auction/group_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

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

// More of each kind than a signature has bits.
std::vector<std::string> some_names(std::string_view kind, Dice& dice) {
  std::vector<std::string> names;
  for (std::int64_t count = dice.between(0, 4); count > 0; --count) {
    names.push_back(std::string(kind) + std::to_string(dice.between(1, 60)));
  }
  return names;
}

void give_many_names(AuctionWorld& world, Dice& dice) {
  for (int i = 1; i <= 60; ++i) {
    world.put("page" + std::to_string(i), PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  }
  for (const auto& [id, doc] : std::map(world.campaigns)) {
    world.edit(world.campaigns, id, [&](CampaignDoc& campaign) {
      campaign.regions = some_names("R", dice);
      campaign.devices = some_names("device", dice);
      if (dice.chance(50)) return;
      campaign.schedule.clear();
      for (std::int64_t entries = dice.between(1, 3); entries > 0; --entries) {
        const auto from = static_cast<std::uint16_t>(dice.between(0, 1'438));
        campaign.schedule.push_back({.days = static_cast<std::uint8_t>(dice.between(1, 127)),
                                     .from_minute = from,
                                     .to_minute = static_cast<std::uint16_t>(dice.between(from + 1, 1'440)),
                                     .bid_multiplier = {}});
      }
    });
  }
  for (const auto& [id, doc] : std::map(world.ad_groups)) {
    world.edit(world.ad_groups, id, [&](AdGroupDoc& group) {
      group.categories = some_names("category", dice);
      group.placements = some_names("page", dice);
      group.audience.clear();
      for (std::int64_t clauses = dice.between(0, 2); clauses > 0; --clauses) {
        group.audience.push_back({.all = some_names("tag", dice), .none = some_names("tag", dice)});
      }
    });
  }
}

// What a request names, and the memory of its views.
struct Names {
  explicit Names(Dice& dice)
      : tags(some_names("tag", dice)), categories(some_names("category", dice)),
        region("R" + std::to_string(dice.between(1, 60))), device("device" + std::to_string(dice.between(1, 60))),
        page("page" + std::to_string(dice.between(1, 60))) {}
  void put_into(AuctionRequest& request) const {
    request.user.tags.assign(tags.begin(), tags.end());
    request.category_ids.assign(categories.begin(), categories.end());
    request.user.region = region;
    request.user.device = device;
    request.auctions[0].placement_id = page;
  }
  std::vector<std::string> tags, categories;
  std::string region, device, page;
};

TEST(GroupGate, KeepsOutNobodyWhoWouldNotBeKeptOut) {
  int shut = 0, out = 0, in = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    if (seed % 2 == 0) give_many_names(world, dice);
    for (int i = 0; i < 8; ++i) {
      AuctionRequest request = random_request(world, dice);
      const Names names(dice);
      if (seed % 2 == 0) names.put_into(request);
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

// What a campaign's account tells at the gate is what each of its ads would be told.
TEST(GroupGate, WhoCannotPayIsOutWithAllAds) {
  int shut = 0, open = 0, with_festivals = 0;
  for (std::uint64_t seed = 0; seed < 1'600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    live_a_little(world, dice);
    AuctionRequest request = random_request(world, dice);
    request.auctions.resize(1);
    request.explain = true;
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
    std::map<std::uint32_t, Reason> cannot_pay;  // by group
    for_each_group(world, [&](AdGroupIx group) {
      const GroupGate gate = context.catalog.gate(group);
      const auto reason = why_campaign_cannot_pay(gate, auction);
      if (reason) cannot_pay.emplace(group.value, *reason);
      if (facts.festivals.any && (gate.flags & GroupGate::kFestivals) != 0) ++with_festivals;
    });
    const AuctionResult& result = world.run(request);
    for (const Explanation& ad : result.explanations) {
      const auto gate = cannot_pay.find(context.catalog[ad.ad].ad_group.value);
      if (gate == cannot_pay.end()) {
        ++open;
        continue;
      }
      ++shut;
      EXPECT_LE(ad.reason, Reason::kBelowReserve) << name_of(ad.reason) << " instead of " << name_of(gate->second);
    }
  }
  EXPECT_GT(shut, 500);
  EXPECT_GT(open, 500);
  EXPECT_GT(with_festivals, 50);
}

TEST(GroupGate, WhoIsHeldBackIsLookedAtUntilItsChargesAreKnownAndCounted) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.pacing = PacingMode::kEven; });
  PacingControls& pacing = world.accounts[world.campaign("campaign-a")].pacing;
  pacing.participation = 0;
  const AuctionRequest request = AuctionWorld::request("feed");
  const auto paced = [&] { return world.run(request).placements[0].filtered[static_cast<std::size_t>(Reason::kPaced)]; };
  EXPECT_EQ(paced(), 1U);
  EXPECT_GT(pacing.least_charge, 0);
  EXPECT_EQ(pacing.eligible, 1U);
  const std::uint32_t responses = pacing.responses;
  EXPECT_EQ(paced(), 1U);
  EXPECT_EQ(pacing.eligible, 2U) << "but for its pacing";
  EXPECT_EQ(pacing.responses, responses) << "told at the gate";
}

TEST(GroupGate, FollowsChangesOfGroupCampaignAndAds) {
  Dice dice(7);
  AuctionWorld world;
  populate(world, dice);
  for (int i = 0; i < 200; ++i) {
    switch (dice.between(0, 3)) {
      case 0:
        edit_any(world, dice, world.campaigns, [&](CampaignDoc& doc) {
          doc.enabled = dice.chance(80);
          doc.regions = dice.chance(50) ? std::vector<std::string>{"CN-ZJ"} : std::vector<std::string>{};
          doc.devices = dice.chance(50) ? std::vector<std::string>{"mobile"} : std::vector<std::string>{};
          doc.schedule.clear();
          if (dice.chance(50)) doc.schedule = {{.days = 3, .from_minute = 60, .to_minute = 1'200, .bid_multiplier = {}}};
          doc.daily_budget = yuan(static_cast<double>(dice.between(1, 100)));
          doc.pacing = dice.chance(50) ? PacingMode::kEven : PacingMode::kAsap;
          if (dice.chance(50)) doc.festivals.clear();
          doc.frequency_cap = dice.chance(20) ? std::optional(FrequencyCap{.impressions = 2, .window_s = 3'600}) : std::nullopt;
          doc.end_time = dice.chance(20) ? std::optional(world.now + std::chrono::hours{1}) : std::nullopt;
        });
        break;
      case 1:
        edit_any(world, dice, world.ad_groups, [&](AdGroupDoc& doc) {
          doc.enabled = dice.chance(80);
          doc.categories = dice.chance(50) ? std::vector<std::string>{"toys"} : std::vector<std::string>{};
          doc.placements = dice.chance(50) ? std::vector<std::string>{world.placements.begin()->first} : std::vector<std::string>{};
          doc.audience.clear();
          if (dice.chance(50)) doc.audience = {{.all = {"male"}, .none = {}}};
        });
        break;
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

TEST(GroupGates, WhoReadsWhileALaterOneIsWrittenIsNotToldOfItsBids) {
  constexpr std::uint64_t kVersions = 20'000, kSeen = kVersions / 2;
  GroupGates gates;
  const AdGroupIx group{0};
  const auto gate_of_version = [](std::uint64_t version) {
    GroupGate gate;
    gate.raised.tags = version;
    gate.raised.regions = gate.raised.times = static_cast<std::uint32_t>(version);
    return gate;
  };
  gates.set(group, gate_of_version(1), 1);
  std::thread writer([&] {
    for (std::uint64_t version = 2; version <= kVersions; ++version) gates.set(group, gate_of_version(version), version);
  });
  for (std::uint64_t i = 0; i < kVersions; ++i) {
    const RaisedBids raised = gates.of(group, kSeen).raised;
    ASSERT_LE(std::max<std::uint64_t>({raised.tags, raised.regions, raised.times}), kSeen);
  }
  writer.join();
  EXPECT_EQ(gates.of(group, kSeen).raised, RaisedBids{});
  EXPECT_EQ(gates.of(group, kVersions).raised.tags, kVersions);
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

// One schedule for the days of work and one for the others, which together have something at any hour and on any day.
TEST(GroupGate, TellsTheHoursOfWorkdaysFromThoseOfWeekends) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& edited) {
    edited.schedule = {{.days = 0b0011111, .from_minute = 540, .to_minute = 1'200, .bid_multiplier = {}},
                       {.days = 0b1100000, .from_minute = 0, .to_minute = 1'440, .bid_multiplier = {}}};
  });
  const AuctionRequest request = AuctionWorld::request("feed");
  const auto shut = [&](std::chrono::hours later) {
    AuctionContext context = world.context();
    context.now += later;
    RequestFacts facts;
    resolve(request, context, facts);
    return why_gate_is_shut(context.catalog.gate(world.ad_group("group-a")), gate_key(facts, world.placement("feed")));
  };
  // Noon is on a Wednesday.
  EXPECT_EQ(shut(std::chrono::hours{0}), std::nullopt);
  EXPECT_EQ(shut(std::chrono::hours{9}), Reason::kSchedule) << "Wednesday, 21:00";
  EXPECT_EQ(shut(std::chrono::hours{3 * 24 + 9}), std::nullopt) << "Saturday, 21:00";
  EXPECT_EQ(shut(std::chrono::hours{5 * 24 + 15}), Reason::kSchedule) << "Tuesday, 3:00";
}

// Whoever is let in has enough of those that stand before a great many that are not.
TEST(GroupGate, ManyShutGatesDoNotKeepAnAuctionFromSettling) {
  AuctionWorld world;
  world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
  for (int i = 0; i < 2'000; ++i) {
    const std::string id = std::to_string(i);
    world.put(LoneAd{.id = id, .bid = yuan(i < 6 ? 9 : 1)});
    if (i >= 6) world.edit(world.campaigns, "campaign-" + id, [](CampaignDoc& doc) { doc.regions = {"CN-ZJ"}; });
  }
  AuctionRequest request = AuctionWorld::request("feed");
  request.user.region = "CN-SH";
  EXPECT_EQ(world.run(request).placements[0].winner_count, 1U);
  EXPECT_LT(world.run(request).placements[0].candidates, 500U);
}

}  // namespace
}  // namespace gavel
