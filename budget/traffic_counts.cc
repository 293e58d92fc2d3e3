#include "budget/traffic_counts.h"

#include <algorithm>

#include "budget/mix.h"

namespace gavel {

TrafficCounts::TrafficCounts() : slots_(std::make_unique<Slot[]>(kSlots)) {}

// The place of this key, or the free one where it would stand.
TrafficCounts::Slot& TrafficCounts::place_in_table(std::uint64_t key) {
  for (std::size_t i = mix(key) % kSlots;; i = (i + 1) % kSlots) {
    const std::uint64_t held = slots_[i].key.load(std::memory_order_relaxed);
    if (held == key || held == kEmpty) return slots_[i];
  }
}

// The slot of this key, made where there is room; null where there is none.
TrafficCounts::Slot* TrafficCounts::find_or_add(std::uint64_t key) {
  Slot& slot = place_in_table(key);
  if (slot.key.load(std::memory_order_relaxed) == key) return &slot;
  if (used_ == kPlacesMax) return nullptr;
  ++used_;
  slot.key.store(key, std::memory_order_release);
  return &slot;
}

// Placement, region and device, the two latter as all ones where there is none.
std::uint64_t TrafficCounts::key_of(const TrafficPlace& place) {
  return std::uint64_t{place.placement.value} << 36 | std::uint64_t{std::min(place.region, kRegionsMax)} << 12 |
         std::min(place.device, kDevicesMax);
}

TrafficPlace TrafficCounts::place_of(std::uint64_t key) {
  const auto region = static_cast<std::uint32_t>(key >> 12) & kRegionsMax;
  const auto device = static_cast<std::uint32_t>(key) & kDevicesMax;
  return {.placement = {static_cast<std::uint32_t>(key >> 36)},
          .region = region == kRegionsMax ? kNoRegion : region,
          .device = device == kDevicesMax ? kNoDevice : device};
}

// Of a place that is met for the first time, or has none of its own. Its placement's comes first: nothing of a known
// placement is lost.
TrafficCounts::Slot* TrafficCounts::make_room_for(const TrafficPlace& place) {
  Slot* const of_placement = find_or_add(key_of({.placement = place.placement}));
  Slot* slot = find_or_add(key_of(place));
  if (slot == nullptr) slot = find_or_add(key_of({.placement = place.placement, .region = place.region}));
  return slot != nullptr ? slot : of_placement;
}

void TrafficCounts::count(const TrafficPlace& place) {
  if (place.placement.value >= kPlacementsMax) return;
  const std::uint64_t key = key_of(place);
  Slot* slot = &place_in_table(key);
  if (slot->key.load(std::memory_order_relaxed) != key) slot = make_room_for(place);
  // This thread alone writes it, so no read-modify-write is needed.
  if (slot != nullptr)
    slot->auctions.store(slot->auctions.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace gavel
