// The engine's own pCTR: per ad and placement, a beta-smoothed click-through rate corrected for position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "budget/ids.h"
#include "budget/money.h"
#include "budget/pctr_ceilings.h"

namespace gavel {

// What was seen of one ad on one placement. `examined_nano` sums position_ctr of the positions it was shown at (at
// 1e-9), that is, impressions in units of the first position: the examination hypothesis (Richardson, Dominowska and
// Ragno, WWW 2007, section 4).
struct ClickCounts {
  std::uint64_t examined_nano = 0;
  std::uint64_t clicks = 0;
};

// Weight of the prior in impressions at the first position: a + b of the beta distribution whose mean is the
// placement's default_pctr.
inline constexpr std::int64_t kPctrPriorImpressions = 200;

// (clicks + prior x weight) / (max(examined, clicks) + weight), rounded half to even to 1e-9.
Probability smoothed_pctr(ClickCounts seen, Probability prior);

// Readers on any thread never wait; set() is the ledger's alone. A reader may see the two counts of neighbouring moments.
class ClickStats {
 public:
  ClickStats();
  ~ClickStats();
  // Zeros where nothing was seen.
  ClickCounts get(AdIx ad, PlacementIx placement) const;
  void set(AdIx ad, PlacementIx placement, ClickCounts counts);
  std::size_t size() const;

  // Of smoothed_pctr(get(ad, placement), kCeilingPrior), whatever the placement.
  PctrCeilings& ceilings();
  const PctrCeilings& ceilings() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
