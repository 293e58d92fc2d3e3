// What the engine's own estimates of pCTR are known to stay below, for bounds of scores that are worked out once and
// read by many auctions.
#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "budget/ids.h"
#include "budget/money.h"

namespace gavel {

// The prior that ceilings are worked out with, and the ceiling that ads start with: what nobody has clicked never outgrows it, and
// nothing is remembered of it. With a larger prior, estimates are larger by at most the ratio of the two.
inline constexpr Probability kCeilingPrior{20'000'000};  // 0.02

// Whoever makes bounds from ceilings and whoever reads them agree like this. Every estimate is at most its ad's ceiling
// times outgrown(). When some have outgrown theirs, raise() gives them new ones; outgrown() covers the bounds made
// before, until their maker has replaced them and calls settle(). A reader reads outgrown() before it takes the
// bounds, so that it never has old bounds together with what is settled. Thread-safe; observe() on one thread at a time,
// raise() and settle() on one.
class PctrCeilings {
 public:
  // An estimate, with kCeilingPrior, that auctions are about to see.
  void observe(AdIx ad, Probability estimate);

  // At least 1.
  double outgrown() const { return outgrown_.load(std::memory_order_acquire); }
  Probability of(AdIx ad) const;

  // Gives every ad that has outgrown its ceiling one a quarter above its estimate; these ads, in no order.
  std::vector<AdIx> raise();
  void settle();

 private:
  static constexpr std::int64_t kHeadroomPercent = 125;
  // Both require mutex_.
  Probability known(AdIx ad) const;
  Probability in_force(AdIx ad) const;  // what the bounds that somebody may still read were made with

  mutable std::mutex mutex_;
  std::unordered_map<std::uint32_t, Probability> ceilings_;  // of those above kCeilingPrior
  std::unordered_map<std::uint32_t, Probability> replaced_;  // the ceilings before, from raise() to settle()
  std::unordered_map<std::uint32_t, Probability> above_;     // estimates that have outgrown theirs since raise()
  std::atomic<double> outgrown_{1};
};

}  // namespace gavel
