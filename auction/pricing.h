// What the shown ads pay: a click (CPC) or 1,000 impressions (CPM).
#pragma once

#include <span>
#include <vector>

#include "auction/candidate.h"

namespace gavel {

// The ranking of an auction as Ranking has it, its first `shown` ads are shown in `slots` slots (shown <=
// slots <= positions of the placement). Replaces `prices` by theirs in order, exact to the micro, each at
// most the ad's effective bid and at least its reserve:
//   gsp          ceil(score of the next ad of another advertiser / own weight) + increment; the score is 0
//   where there is
//                none (Edelman, Ostrovsky and Schwarz, AER 2007; Varian, IJIO 2007)
//   vcg          ceil(sum over j from the own position to the last shown one of (position_ctr[j] -
//   position_ctr[j+1]) x
//                score[j+1] / own weight / position_ctr[own]); the position_ctr after the last slot and the
//                score after the last ad are 0 (Varian 2007, section 8). Where position_ctr[own] is 0, the
//                reserve.
//   first_price  the effective bid
void price(std::span<const Candidate* const> ranking, std::size_t shown, std::size_t slots,
           const PlacementDoc& rules, std::vector<Micros>& prices);

}  // namespace gavel
