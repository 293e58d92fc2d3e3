#include "auction/holding.h"

#include <algorithm>

#include "auction/weight.h"

namespace gavel {

std::optional<std::size_t> hold_all(std::span<Candidate* const> shown, std::span<const Micros> prices,
                                    Day today, const AuctionContext& context) {
  for (std::size_t i = 0; i < shown.size(); ++i) {
    Candidate& ad = *shown[i];
    const Payer payer{ad.advertiser, ad.campaign, ad.festival.account};
    const Funds funds =
        context.accounts.try_hold(payer, today, expected_charge(ad.pricing, ad.pctr, prices[i]));
    if (funds == Funds::kEnough) continue;
    ad.admitted = false;
    ad.reason = funds == Funds::kBalanceExhausted ? Reason::kBalanceExhausted : Reason::kBudgetExhausted;
    for (std::size_t j = 0; j < i; ++j) {
      const Candidate& held = *shown[j];
      context.accounts.release_hold(held.campaign, held.advertiser,
                                    expected_charge(held.pricing, held.pctr, prices[j]));
    }
    return i;
  }
  return std::nullopt;
}

TokenId place_hold(const Candidate& ad, Micros price, const AuctionContext& context) {
  const Duration token_ttl = ad.pricing == Pricing::kCpc ? context.click_ttl : context.impression_ttl;
  return context.holds.place({.campaign = ad.campaign,
                              .advertiser = ad.advertiser,
                              .pricing = ad.pricing,
                              .charged = ad.pricing == Pricing::kCpc ? ad.pctr : Probability{kProbabilityOne},
                              .amount = expected_charge(ad.pricing, ad.pctr, price),
                              .placed_at = context.now,
                              .expires_at = context.now + std::min(context.hold_ttl, token_ttl)});
}

}  // namespace gavel
