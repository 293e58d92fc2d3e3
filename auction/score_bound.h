// Upper bounds of scores, by which an auction leaves out unseen what cannot win.
#pragma once

#include "auction/catalog.h"
#include "auction/festival.h"
#include "auction/raised_bids.h"

namespace gavel {

// A bound is a float that was rounded up at every step, in the unit of Score. It holds for every ad of a group in
// every auction whose placement squashes by 1 or more (pctr^squash <= pctr then), as long as no festival lifts it,
// its pCTR is not predicted by the request, and the engine's estimate of it keeps below its ceiling
// (PctrCeilings). How far scores may go beyond that in one auction is its ScoreLift.

// The least float that is not less, or infinity. Requires value >= 0.
float round_up(double value);

// The most that an ad's weight can be, per unit of its shop's score. `estimate` bounds the engine's own estimate
// of its pCTR, which counts where the ad has none of its own.
double weight_bound(Pricing pricing, const AdRow& ad, double estimate);

// What a group's bids are multiplied with to bound its scores, from the greatest weight_bound() of its ads: coarse
// (four bits of mantissa, rounded up), so that small changes of quality leave a group's place in the lists alone. `targeting`: TargetingStretch::all().
float group_factor(double weight, Factor shop_score, double targeting);

// The bound for a bid in a group of this factor; 0 where nothing can win with it.
inline float score_bound(Micros bid, float factor) {
  return round_up(static_cast<double>(bid.value) * static_cast<double>(factor));
}

// The bound that holds as `bound` does, but only for requests that have what `request` has: at most `bound`.
inline float narrowed(float bound, const RaisedBids& raised, const RaisedBids& request) {
  const double share = share_left(raised, request);
  return share == 1 ? bound : round_up(static_cast<double>(bound) * share);
}

// What an ad's score would be at most in a group of such bids, were its pCTR and its quality one.
float bare_bound(float greatest_bid, const CampaignServing& campaign, Factor shop_score);

// From bounds to scores of one auction: lifted by the festivals that are running, by a placement's default_pctr above the
// usual one, and by the engine's estimates that have outgrown their ceilings (PctrCeilings::outgrown()). Where the
// squash s is below 1, a bound's pCTR p counts as p^s: a score y p^s is y^(1-s) (y p)^s, where y p is within the bound and
// y, the score at a pCTR of one, within the catalog's score_ceiling(). So the order of bounds remains that of what may be
// reached, the looser the less a placement minds click rates; at a squash of 0 nothing is left out.
class ScoreLift {
 public:
  ScoreLift(const RunningFestivals& festivals, const PlacementDoc& placement, double outgrown, double score_ceiling);
  // The most that an ad of this bound can score, rounded up. Not decreasing.
  float operator()(float bound) const;

 private:
  double factor_;
  double squash_;
  double ceiling_part_, rounding_;  // of squashes below 1
};

}  // namespace gavel
