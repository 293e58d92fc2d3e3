#include "budget/traffic_counts.h"

#include "budget/mix.h"

namespace gavel {

TrafficCounts::TrafficCounts() : slots_(std::make_unique<Slot[]>(kSlots)) {}

// The slot of this key, made where there is room; null where there is none.
TrafficCounts::Slot* TrafficCounts::find(std::uint64_t key) {
  for (std::size_t i = mix(key) % kSlots;; i = (i + 1) % kSlots) {
    Slot& slot = slots_[i];
    const std::uint64_t held = slot.key.load(std::memory_order_relaxed);
    if (held == key) return &slot;
    if (held != kEmpty) continue;
    if (used_ == kPairsMax) return nullptr;
    ++used_;
    slot.key.store(key, std::memory_order_release);
    return &slot;
  }
}

void TrafficCounts::count(PlacementIx placement, std::uint32_t region) {
  const std::uint64_t of_placement = std::uint64_t{placement.value} << 32;
  Slot* slot = find(of_placement | region);
  if (slot == nullptr) slot = find(of_placement | kNoRegion);
  // This thread alone writes it, so no read-modify-write is needed.
  if (slot != nullptr)
    slot->auctions.store(slot->auctions.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace gavel
