#include "auction/group_gate.h"

#include <algorithm>

#include "auction/request_facts.h"

namespace gavel {
namespace {

// Where each kind of name has its bits in the field that it may share with others.
struct Bits {
  std::uint32_t first, count;
  constexpr std::uint32_t mask() const { return static_cast<std::uint32_t>((std::uint64_t{1} << count) - 1) << first; }
  // Names are numbered in the order in which they came, which spreads them evenly.
  constexpr std::uint32_t of(std::uint32_t number) const { return 1U << (first + number % count); }
};
constexpr Bits kTags{0, 31}, kRegions{0, 32}, kHours{0, 24}, kWeekdays{24, 7}, kCategories{0, 12}, kDevices{12, 4}, kPlacements{0, 8};
// Whatever the tags: a request without any says nothing about its user.
constexpr std::uint32_t kNamesTags = 1U << kTags.count;

template <class List>
std::uint32_t signature(const List& symbols, Bits bits) {
  std::uint32_t signature = 0;
  for (const Symbol symbol : symbols) signature |= bits.of(symbol);
  return signature;
}

// One tag of each clause, which whoever meets the clause has: the one met last, which is likely the rarest.
std::uint32_t tags_of(const PackedList<ServingClause>& audience) {
  std::uint32_t tags = 0;
  for (const ServingClause& clause : audience) {
    if (clause.all.empty()) return kNamesTags;
    tags |= kTags.of(*std::max_element(clause.all.begin(), clause.all.end()));
  }
  return tags;
}

// The gate asks for one of those bits, and the key has none of them.
constexpr bool misses(std::uint32_t gate, std::uint32_t key, std::uint32_t mask) {
  return (gate & mask) != 0 && (gate & key & mask) == 0;
}

}  // namespace

GroupGate gate_of(const CampaignServing& campaign) {
  GroupGate gate;
  gate.regions = signature(campaign.regions, kRegions);
  for (const ScheduleEntry& entry : campaign.schedule) {
    for (std::uint32_t hour = entry.from_minute / 60; hour * 60 < entry.to_minute; ++hour) gate.times |= kHours.of(hour);
    gate.times |= static_cast<std::uint32_t>(entry.days) << kWeekdays.first;
  }
  if (!campaign.enabled) gate.times |= GroupGate::kPaused;
  gate.categories_and_devices = static_cast<std::uint16_t>(signature(campaign.devices, kDevices));
  return gate;
}

GroupGate gate_of(const CampaignServing& campaign, const AdGroupServing& group, std::size_t ads) {
  GroupGate gate = gate_of(campaign);
  gate.tags = tags_of(group.audience);
  if (!group.enabled) gate.times |= GroupGate::kPaused;
  gate.categories_and_devices |= static_cast<std::uint16_t>(signature(group.categories, kCategories));
  std::uint32_t placements = 0;
  for (const PlacementIx placement : group.placements) placements |= kPlacements.of(placement.value);
  gate.placements = static_cast<std::uint8_t>(placements);
  gate.ads = static_cast<std::uint8_t>(std::min(ads, GroupGate::kAdsMax));
  return gate;
}

GroupGate gate_key(const RequestFacts& facts, PlacementIx placement) {
  GroupGate key;
  if (facts.has_tags) key.tags = kNamesTags | signature(facts.tags, kTags);
  key.regions = signature(facts.regions, kRegions);
  key.times = kHours.of(static_cast<std::uint32_t>(facts.local.minute_of_day) / 60) |
              kWeekdays.of(static_cast<std::uint32_t>(facts.local.weekday));
  std::uint32_t names = signature(facts.categories, kCategories);
  if (facts.device != kNoSymbol) names |= kDevices.of(facts.device);
  key.categories_and_devices = static_cast<std::uint16_t>(names);
  key.placements = static_cast<std::uint8_t>(kPlacements.of(placement.value));
  return key;
}

std::optional<Reason> why_gate_is_shut(const GroupGate& gate, const GroupGate& key) {
  if (gate.ads == GroupGate::kAdsMax) return std::nullopt;
  if ((gate.times & GroupGate::kPaused) != 0) return Reason::kPaused;
  if (misses(gate.placements, key.placements, kPlacements.mask())) return Reason::kPlacement;
  if (misses(gate.categories_and_devices, key.categories_and_devices, kCategories.mask())) return Reason::kCategory;
  if (misses(gate.tags, key.tags, ~0U)) return Reason::kAudience;
  if (misses(gate.regions, key.regions, kRegions.mask())) return Reason::kRegion;
  if (misses(gate.categories_and_devices, key.categories_and_devices, kDevices.mask())) return Reason::kDevice;
  if (misses(gate.times, key.times, kHours.mask()) || misses(gate.times, key.times, kWeekdays.mask())) return Reason::kSchedule;
  return std::nullopt;
}

}  // namespace gavel
