#include "budget/traffic_counts.h"

#include <algorithm>

#include "budget/mix.h"

namespace gavel {

TrafficCounts::TrafficCounts() : slots_(std::make_unique<Slot[]>(kSlots)) {}

TrafficCounts::Slot* TrafficCounts::add(std::size_t at, std::uint64_t key) {
  if (used_ == kPlacesMax) return nullptr;
  ++used_;
  slots_[at].key.store(key, std::memory_order_release);
  return &slots_[at];
}

// The slot of this key, made where there is room; null where there is none.
TrafficCounts::Slot* TrafficCounts::find(std::uint64_t key) {
  for (std::size_t i = mix(key) % kSlots;; i = (i + 1) % kSlots) {
    Slot& slot = slots_[i];
    const std::uint64_t held = slot.key.load(std::memory_order_relaxed);
    if (held == key) return &slot;
    if (held != kEmpty) continue;
    return add(i, key);
  }
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

void TrafficCounts::count(const TrafficPlace& place) {
  if (place.placement.value >= kPlacementsMax) return;
  Slot* const of_placement = find(key_of({.placement = place.placement}));
  Slot* slot = find(key_of(place));
  if (slot == nullptr) slot = find(key_of({.placement = place.placement, .region = place.region}));
  if (slot == nullptr) slot = of_placement;
  // This thread alone writes it, so no read-modify-write is needed.
  if (slot != nullptr)
    slot->auctions.store(slot->auctions.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace gavel
