#include "auction/group_gate.h"

#include <algorithm>

#include "auction/request_facts.h"

namespace gavel {
namespace {

// Whatever the tags: a request without any says nothing about its user.
constexpr std::uint64_t kNamesTags = ~TagBits::kMask;

// One tag of each clause, which whoever meets the clause has: the one met last, which is likely the rarest.
std::uint64_t tags_of(const PackedList<ServingClause>& audience) {
  std::uint64_t tags = 0;
  for (const ServingClause& clause : audience) {
    if (clause.all.empty()) return kNamesTags;
    tags |= TagBits::of(*std::max_element(clause.all.begin(), clause.all.end()));
  }
  return tags;
}

// The gate asks for one of those bits, and the key has none of them.
template <class Field>
constexpr bool misses(Field gate, Field key) {
  return gate != 0 && (gate & key) == 0;
}

}  // namespace

GroupGate gate_of(const CampaignServing& campaign) {
  GroupGate gate;
  gate.regions = RegionBits::signature(campaign.regions);
  for (const ScheduleEntry& entry : campaign.schedule) {
    gate.times |= time_bits(entry.days, entry.from_minute, entry.to_minute);
  }
  gate.devices = DeviceBits::signature(campaign.devices);
  if (!campaign.start && !campaign.end && !campaign.frequency_cap) gate.flags = GroupGate::kAsksAccount;
  if (!campaign.enabled) gate.flags |= GroupGate::kPaused;
  if (campaign.pacing == PacingMode::kEven) gate.flags |= GroupGate::kEven;
  if (!campaign.festivals.empty()) gate.flags |= GroupGate::kFestivals;
  gate.raised = raised_bids_of(campaign);
  return gate;
}

GroupGate gate_of(const CampaignServing& campaign, const AdGroupServing& group, std::size_t ads) {
  GroupGate gate = gate_of(campaign);
  gate.tags = tags_of(group.audience);
  if (!group.enabled) gate.flags |= GroupGate::kPaused;
  gate.categories = CategoryBits::signature(group.categories);
  for (const PlacementIx placement : group.placements) gate.placements |= PlacementBits::of(placement.value);
  gate.campaign = group.campaign.value;
  gate.ads = static_cast<std::uint16_t>(std::min(ads, GroupGate::kAdsMax));
  return gate;
}

GroupGate gate_key(const RequestFacts& facts, PlacementIx placement) {
  GroupGate key;
  if (facts.has_tags) key.tags = kNamesTags | TagBits::signature(facts.tags);
  key.regions = RegionBits::signature(facts.regions);
  key.times = time_bits(static_cast<std::uint32_t>(facts.local.weekday), static_cast<std::uint32_t>(facts.local.minute_of_day));
  key.categories = CategoryBits::signature(facts.categories);
  if (facts.device != kNoSymbol) key.devices = DeviceBits::of(facts.device);
  key.placements = PlacementBits::of(placement.value);
  key.raised = {.tags = key.tags, .regions = key.regions, .times = key.times, .devices = key.devices};
  return key;
}

std::optional<Reason> why_gate_is_shut(const GroupGate& gate, const GroupGate& key) {
  if (gate.ads == GroupGate::kAdsMax) return std::nullopt;
  if ((gate.flags & GroupGate::kPaused) != 0) return Reason::kPaused;
  if (misses(gate.placements, key.placements)) return Reason::kPlacement;
  if (misses(gate.categories, key.categories)) return Reason::kCategory;
  if (misses(gate.tags, key.tags)) return Reason::kAudience;
  if (misses(gate.regions, key.regions)) return Reason::kRegion;
  if (misses(gate.devices, key.devices)) return Reason::kDevice;
  if (gate.times != 0 && !may_be_at(gate.times, key.times)) return Reason::kSchedule;
  return std::nullopt;
}

// Where a festival is in force its budget may pay; which of them does hangs on the ad. An ad that nobody is expected to click
// costs nothing; it has a score only where clicks do not count.
std::optional<Reason> why_campaign_cannot_pay(const GroupGate& gate, const AuctionView& auction) {
  if (gate.ads == GroupGate::kAdsMax || (gate.flags & GroupGate::kAsksAccount) == 0) return std::nullopt;
  if ((gate.flags & GroupGate::kFestivals) != 0 && auction.facts.festivals.any) return std::nullopt;
  const Accounts& accounts = auction.context.accounts;
  const CampaignIx campaign{gate.campaign};
  const Day today = auction.facts.local.day;
  if (auction.rules.squash.millionths > 0 && accounts.is_spent(campaign, today)) return Reason::kBudgetExhausted;
  if ((gate.flags & GroupGate::kEven) == 0 || !must_wait(accounts[campaign], today, auction.facts.draws.of(campaign))) return std::nullopt;
  if (accounts[campaign].pacing.least_charge.load(std::memory_order_relaxed) == 0) return std::nullopt;
  return Reason::kPaced;
}

}  // namespace gavel
