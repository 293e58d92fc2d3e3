// What one campaign could have bought, had it known the whole day: against the competition as it was
// recorded.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bench/pacing/arrivals.h"
#include "bench/pacing/day.h"
#include "bench/pacing/landscape.h"

namespace gavel::pacing_sim {

// One auction as one campaign meets it, its bid being the unit: at multiplier m of its bid it stands above
// the rival of level x where m > x. Levels are descending, 0 where there is no rival; the price of a click
// (or of 1,000 impressions) at position p is levels[p] of the bid, plus the increment, within reserve and
// bid.
struct OwnAuction {
  std::array<float, kSlots> levels{};
  float ctr = 0;  // at the first position
};

// A campaign's terms, the same in all of its auctions; micros.
struct OwnTerms {
  Pricing pricing = Pricing::kCpc;
  double bid = 0;
  double increment = 0, reserve = 0;
};

// What is expected of one auction, or of many.
struct Bought {
  double clicks = 0;
  double cost = 0;  // micros
};

OwnTerms terms_of(const SimCampaign& campaign);
// The auctions that the campaign was eligible for, whether or not it took part: the others' scores are as
// they were.
std::vector<OwnAuction> own_auctions(const Landscape& landscape, const std::vector<Arrival>& arrivals,
                                     const std::vector<LoggedAuction>& log, CampaignNumber campaign);

// At this multiplier of the bid; nothing where it is below the reserve or below everybody shown.
Bought bought(const OwnAuction& auction, const OwnTerms& terms, double multiplier);
Bought bought(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double multiplier);

struct Optimum {
  double clicks = 0;
  double cost = 0;
  double multiplier = 1;  // best_multiplier() only
};
// The largest multiplier in (0, 1] whose expected cost is within the budget, found exactly: expected cost and
// clicks change only where the bid passes a rival. What is left of the budget buys that part of the next step
// (a campaign may mix two multipliers).
Optimum best_multiplier(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double budget);
// The best choice of auctions to take part in at full bid: those with the cheapest clicks, up to a threshold
// (the fractional knapsack).
Optimum best_threshold(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double budget);

}  // namespace gavel::pacing_sim
