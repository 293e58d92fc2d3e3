// What an ad would have had to bid.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "auction/ranking.h"

namespace gavel {

// The least effective bid, of those from the ad's reserve (and one micro) to kMaxBid, with which `ad` would
// have been shown, at the last shown position at least, all else equal; none where no such bid does. `order`:
// all admitted candidates, sorted, `ad` among them or not.
std::optional<Micros> price_to_win(const Candidate& ad, std::span<const Candidate* const> order,
                                   const RankingOrder& before, const RankingRules& rules);

}  // namespace gavel
