// What a bid is multiplied with to rank it, and what an ad is expected to cost.
#pragma once

#include "auction/result.h"
#include "budget/money.h"

namespace gavel {

struct WeightInputs {
  Pricing pricing = Pricing::kCpc;
  Probability pctr{};
  Factor squash{}, quality{}, shop_score{}, boost{};
};

// pctr ^ squash (Lahaie and Pennock, EC 2007): one where squash is 0, pctr where it is 1, 0 where pctr is 0
// otherwise; else in double precision, rounded to 1e-9.
Probability squashed(Probability pctr, Factor squash);

// CPC: 1000 x pctr^squash x quality x shop_score x boost, which brings a bid a click to the scale of one per
// 1,000 impressions; CPM: quality x shop_score x boost. In units of 1e-9, worked out exactly, rounded half to
// even; at most 1e16.
std::uint64_t rank_weight(const WeightInputs& inputs);

// Effective bid x weight, exact: at most 1e28.
constexpr Score score_of(Micros effective_bid, std::uint64_t weight) {
  return static_cast<Score>(effective_bid.value) * weight;
}

// What one impression at this bid or price is expected to cost: CPC ceil(pctr x price), CPM ceil(price /
// 1000).
Micros expected_charge(Pricing pricing, Probability pctr, Micros price);

}  // namespace gavel
