#include "bench/pacing/hindsight.h"

#include <algorithm>

#include "auction/resources.h"
#include "auction/weight.h"

namespace gavel::pacing_sim {
namespace {

double cost_at(const OwnAuction& auction, const OwnTerms& terms, std::size_t position, double multiplier) {
  const double beaten = static_cast<double>(auction.levels[position]) * terms.bid + terms.increment;
  const double price = std::min(std::max(beaten, terms.reserve), multiplier * terms.bid);
  const double seen =
      terms.pricing == Pricing::kCpc ? static_cast<double>(auction.ctr) * kPositionCtr[position] : 0.001;
  return price * seen;
}

double clicks_at(const OwnAuction& auction, std::size_t position) {
  return static_cast<double>(auction.ctr) * kPositionCtr[position];
}

// Where the bid passes a rival or the reserve, and what it then buys more.
struct Gain {
  double multiplier;
  Bought more;
};

// Passing the rival of rank p moves the ad from position p + 1 (or from nowhere) to p.
void add_gains(const OwnAuction& auction, const OwnTerms& terms, std::vector<Gain>& gains) {
  const double floor = terms.reserve / terms.bid;
  Bought before;
  for (std::size_t p = kSlots; p-- > 0;) {
    const double level = std::max(static_cast<double>(auction.levels[p]), floor);
    if (level >= 1) return;
    // Several rivals may lie below the reserve: only the best of these positions is ever taken.
    if (p > 0 && static_cast<double>(auction.levels[p - 1]) <= floor) continue;
    const Bought now{clicks_at(auction, p), cost_at(auction, terms, p, 1)};
    gains.push_back({level, {now.clicks - before.clicks, now.cost - before.cost}});
    before = now;
  }
}

}  // namespace

OwnTerms terms_of(const SimCampaign& campaign) {
  const bool cpc = campaign.pricing == Pricing::kCpc;
  const PlacementDoc defaults;
  return {.pricing = campaign.pricing,
          .bid = static_cast<double>(campaign.bid.value),
          .increment = static_cast<double>((cpc ? defaults.increment_cpc : defaults.increment_cpm).value),
          .reserve = static_cast<double>(cpc ? kReserveCpcMicros : kReserveCpmMicros)};
}

std::vector<OwnAuction> own_auctions(const Landscape& landscape, const std::vector<Arrival>& arrivals,
                                     const std::vector<LoggedAuction>& log, CampaignNumber campaign) {
  const SimCampaign& own = landscape.campaigns[campaign];
  std::vector<OwnAuction> auctions;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (!landscape.wants(campaign, arrivals[i].cell)) continue;
    const Probability pctr = predicted_pctr(landscape, i, campaign);
    const std::uint64_t weight = rank_weight({.pricing = own.pricing, .pctr = pctr});
    const double score = static_cast<double>(own.bid.value) * static_cast<double>(weight) / 1e9;
    OwnAuction auction{.levels = {}, .ctr = static_cast<float>(pctr.nano / 1e9)};
    std::size_t rival = 0;
    for (std::size_t p = 0; p <= log[i].shown && rival < kSlots; ++p) {
      if (p < log[i].shown && log[i].winner[p] == campaign) continue;
      auction.levels[rival++] = static_cast<float>(static_cast<double>(log[i].score[p]) / score);
    }
    auctions.push_back(auction);
  }
  return auctions;
}

Bought bought(const OwnAuction& auction, const OwnTerms& terms, double multiplier) {
  if (multiplier * terms.bid < terms.reserve) return {};
  std::size_t position = 0;
  while (position < kSlots && multiplier <= static_cast<double>(auction.levels[position])) ++position;
  if (position == kSlots) return {};
  return {clicks_at(auction, position), cost_at(auction, terms, position, multiplier)};
}

Bought bought(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double multiplier) {
  Bought sum;
  for (const OwnAuction& auction : auctions) {
    const Bought one = bought(auction, terms, multiplier);
    sum.clicks += one.clicks;
    sum.cost += one.cost;
  }
  return sum;
}

// The increment, which the bid caps, is taken as paid in full: it is a hundredth of a usual bid.
Optimum best_multiplier(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double budget) {
  std::vector<Gain> gains;
  for (const OwnAuction& auction : auctions) add_gains(auction, terms, gains);
  std::sort(gains.begin(), gains.end(),
            [](const Gain& a, const Gain& b) { return a.multiplier < b.multiplier; });
  Optimum best;
  for (std::size_t i = 0; i < gains.size();) {
    const double multiplier = gains[i].multiplier;
    Bought more;  // at this multiplier in all auctions
    for (; i < gains.size() && gains[i].multiplier == multiplier; ++i) {
      more.clicks += gains[i].more.clicks;
      more.cost += gains[i].more.cost;
    }
    const double left = std::max(budget - best.cost, 0.0);
    const double part = more.cost > left ? left / more.cost : 1;
    best.clicks += part * more.clicks;
    best.cost += part * more.cost;
    best.multiplier = multiplier;
    if (part < 1) return best;
  }
  best.multiplier = 1;
  return best;
}

Optimum best_threshold(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double budget) {
  std::vector<Bought> whole;
  for (const OwnAuction& auction : auctions) {
    const Bought one = bought(auction, terms, 1);
    if (one.clicks > 0) whole.push_back(one);
  }
  std::sort(whole.begin(), whole.end(),
            [](const Bought& a, const Bought& b) { return a.cost * b.clicks < b.cost * a.clicks; });
  Optimum best;
  for (const Bought& one : whole) {
    const double left = budget - best.cost;
    const double part = one.cost > left ? std::max(left, 0.0) / one.cost : 1;
    best.clicks += part * one.clicks;
    best.cost += part * one.cost;
    if (part < 1) break;
  }
  return best;
}

}  // namespace gavel::pacing_sim
