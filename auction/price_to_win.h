// What an ad would have had to bid.
#pragma once

#include <optional>
#include <span>

#include "auction/ranking.h"

namespace gavel {

// Working memory of price_to_win().
struct PriceToWinScratch {
  ScratchMap items, ads_of_advertiser;
};

// The least effective bid, of those from the ad's reserve (and one micro) to kMaxBid, with which `ad` would
// have been shown, at the last shown position at least, all else equal; none where no such bid does. `others`
// are the ads that it is up against, best first: for a shown ad all admitted candidates, itself among them,
// since without it ads come in that it cut; for any other the shown ads are enough. Linear in `others`.
std::optional<Micros> price_to_win(const Candidate& ad, std::span<const Candidate* const> others,
                                   const RankingOrder& before, const RankingRules& rules,
                                   PriceToWinScratch& scratch);

}  // namespace gavel
