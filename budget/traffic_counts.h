// How many auctions there were, by placement and region: what the traffic forecast learns from.
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

// One worker's counts. count() is the worker's alone and never waits; any thread reads. Memory is fixed: pairs beyond
// the capacity are counted under their placement without a region, and where that has no room either, not at all.
class TrafficCounts {
 public:
  static constexpr std::size_t kPairsMax = 8'192;

  TrafficCounts();
  void count(PlacementIx placement, std::uint32_t region);

  // Calls visit(placement, region, auctions since the start) for every pair seen.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < kSlots; ++i) {
      const std::uint64_t key = slots_[i].key.load(std::memory_order_acquire);
      if (key == kEmpty) continue;
      visit(PlacementIx{static_cast<std::uint32_t>(key >> 32)}, static_cast<std::uint32_t>(key),
            slots_[i].auctions.load(std::memory_order_relaxed));
    }
  }

 private:
  static constexpr std::size_t kSlots = kPairsMax * 2;  // half empty, so that a search is short
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
  struct Slot {
    std::atomic<std::uint64_t> key{kEmpty};
    std::atomic<std::uint64_t> auctions{0};
  };
  Slot* find(std::uint64_t key);

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
