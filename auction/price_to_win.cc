#include "auction/price_to_win.h"

#include <algorithm>

namespace gavel {
namespace {

// Of the ads that stand in the ranking without `ad`, the first that closes the door behind it: after it every
// slot is taken, or no more of this advertiser are let in, or the item is shown. nullptr where the door stays
// open.
const Candidate* ad_to_beat(const Candidate& ad, std::span<const Candidate* const> others,
                            const RankingRules& rules, PriceToWinScratch& scratch) {
  scratch.items.clear();
  scratch.ads_of_advertiser.clear();
  std::uint32_t shown = 0;
  for (const Candidate* other : others) {
    if (other == &ad || scratch.items.find(other->item) != nullptr) continue;
    std::uint32_t& of_its_advertiser = scratch.ads_of_advertiser[other->advertiser.value];
    if (of_its_advertiser == rules.max_ads_per_advertiser) continue;
    ++of_its_advertiser;
    scratch.items.insert(other->item);
    const bool last_allowed =
        other->advertiser == ad.advertiser && of_its_advertiser == rules.max_ads_per_advertiser;
    if (++shown == rules.slots || last_allowed || other->item == ad.item) return other;
  }
  return nullptr;
}

}  // namespace

std::optional<Micros> price_to_win(const Candidate& ad, std::span<const Candidate* const> others,
                                   const RankingOrder& before, const RankingRules& rules,
                                   PriceToWinScratch& scratch) {
  if (ad.weight == 0) return std::nullopt;
  UInt128 bid = static_cast<UInt128>(std::max<std::int64_t>(1, ad.reserve.value));
  if (const Candidate* rival = ad_to_beat(ad, others, rules, scratch); rival != nullptr) {
    UInt128 beating = ceil_div(rival->score, ad.weight);
    if (rival->score % ad.weight == 0 && !before.wins_tie(ad, *rival)) beating += 1;
    bid = std::max(bid, beating);
  }
  if (bid > static_cast<UInt128>(kMaxBid.value)) return std::nullopt;
  return Micros{static_cast<std::int64_t>(bid)};
}

}  // namespace gavel
