#include "auction/pricing.h"

#include <algorithm>

namespace gavel {
namespace {

using Ranking = std::span<const Candidate* const>;

// Only prices that are no larger than the effective bid, give or take an increment, come here.
Micros to_micros(UInt128 amount) {
  return {static_cast<std::int64_t>(amount)};
}

Micros gsp_price(Ranking ranking, std::size_t own, const PlacementDoc& rules) {
  const Candidate& ad = *ranking[own];
  const auto other = [&ad](const Candidate* next) { return next->advertiser != ad.advertiser; };
  const auto next =
      std::find_if(ranking.begin() + static_cast<std::ptrdiff_t>(own) + 1, ranking.end(), other);
  const Score score = next == ranking.end() ? 0 : (*next)->score;
  const Micros increment = ad.pricing == Pricing::kCpc ? rules.increment_cpc : rules.increment_cpm;
  return to_micros(ceil_div(score, ad.weight)) + increment;
}

// The examination after the last slot of the request is 0.
UInt128 examination(const PlacementDoc& rules, std::size_t position, std::size_t slots) {
  return position < slots ? static_cast<UInt128>(rules.position_ctr[position].nano) : 0;
}

// The sum telescopes below position_ctr[own] x own score, so 1e9 x 1e28 bounds it.
Micros vcg_price(Ranking ranking, std::size_t own, std::size_t shown, std::size_t slots,
                 const PlacementDoc& rules) {
  UInt128 harm = 0;  // what the others would gain if this ad were not there
  for (std::size_t j = own; j < shown && j + 1 < ranking.size(); ++j) {
    harm += (examination(rules, j, slots) - examination(rules, j + 1, slots)) * ranking[j + 1]->score;
  }
  const UInt128 seen = examination(rules, own, slots);
  return seen == 0 ? Micros{0} : to_micros(ceil_div(harm, seen * ranking[own]->weight));
}

}  // namespace

void price(Ranking ranking, std::size_t shown, std::size_t slots, const PlacementDoc& rules,
           std::vector<Micros>& prices) {
  prices.clear();
  for (std::size_t own = 0; own < shown; ++own) {
    const Candidate& ad = *ranking[own];
    Micros price = ad.effective_bid;
    if (rules.mechanism == Mechanism::kGsp) price = gsp_price(ranking, own, rules);
    if (rules.mechanism == Mechanism::kVcg) price = vcg_price(ranking, own, shown, slots, rules);
    prices.push_back(std::min(std::max(price, ad.reserve), ad.effective_bid));
  }
}

}  // namespace gavel
