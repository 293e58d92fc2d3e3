// How many auctions there were, by placement, region and device: what the traffic forecast learns from.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "budget/ids.h"

namespace gavel {

// The number of the region of a request that names none, or none that any campaign names.
inline constexpr std::uint32_t kNoRegion = 0xFFFFFFFF;
// The same of its device.
inline constexpr std::uint32_t kNoDevice = 0xFFFFFFFF;

// Where an auction was, by the numbers of its placement, its region and its device.
struct TrafficPlace {
  PlacementIx placement;
  std::uint32_t region = kNoRegion;
  std::uint32_t device = kNoDevice;
};

// One worker's counts. count() is the worker's alone and never waits; any thread reads. Memory is fixed (1 MB): places beyond
// the capacity are counted without their device where that has a place, else under their placement, which has one from when it
// was first seen; only placements beyond the capacity are not counted at all.
class TrafficCounts {
 public:
  static constexpr std::size_t kPlacesMax = 32'768;
  // Numbers from these on are counted as none; placements from theirs on not at all.
  static constexpr std::uint32_t kRegionsMax = (1U << 24) - 1, kDevicesMax = (1U << 12) - 1;
  static constexpr std::uint32_t kPlacementsMax = (1U << 28) - 1;

  TrafficCounts();
  void count(const TrafficPlace& place);

  // Calls visit(place, auctions since the start) for every place seen.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < kSlots; ++i) {
      const std::uint64_t key = slots_[i].key.load(std::memory_order_acquire);
      if (key == kEmpty) continue;
      const std::uint64_t auctions = slots_[i].auctions.load(std::memory_order_relaxed);
      if (auctions > 0) visit(place_of(key), auctions);  // a placement's may stand there for later
    }
  }

 private:
  static constexpr std::size_t kSlots = kPlacesMax * 2;  // half empty, so that a search is short
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
  struct Slot {
    std::atomic<std::uint64_t> key{kEmpty};
    std::atomic<std::uint64_t> auctions{0};
  };
  static std::uint64_t key_of(const TrafficPlace& place);
  static TrafficPlace place_of(std::uint64_t key);
  Slot& place_in_table(std::uint64_t key);
  Slot* find_or_add(std::uint64_t key);
  Slot* make_room_for(const TrafficPlace& place);

  std::unique_ptr<Slot[]> slots_;
  std::size_t used_ = 0;
};

// One a worker.
class TrafficBooks {
 public:
  explicit TrafficBooks(std::size_t workers) {
    for (std::size_t i = 0; i < workers; ++i) books_.push_back(std::make_unique<TrafficCounts>());
  }
  TrafficCounts& book(std::size_t worker) { return *books_[worker]; }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& book : books_) book->for_each(visit);
  }

 private:
  std::vector<std::unique_ptr<TrafficCounts>> books_;
};

}  // namespace gavel
