#include "bench/pacing/landscape.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gavel::pacing_sim {
namespace {

constexpr std::uint32_t kAllRegions = (1u << kRegions) - 1;
constexpr std::uint64_t kAllCategories = ~std::uint64_t{0};
constexpr std::uint32_t kAllPlacements = (1u << kPlacements) - 1;
static_assert(kCategories == 64 && kRegions < 32);

// Of those campaigns whose reach allows it.
constexpr double kRegionalShare = 0.5;
constexpr double kOnePlacementShare = 0.4;

// Zipf's law, flattened at the head by `head` ranks.
std::vector<double> zipf(std::size_t count, double head) {
  std::vector<double> shares(count);
  for (std::size_t i = 0; i < count; ++i) shares[i] = 1 / (static_cast<double>(i) + head);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
  return shares;
}

double share_of(std::uint64_t set, const std::vector<double>& shares) {
  double sum = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if ((set >> i & 1) != 0) sum += shares[i];
  }
  return sum;
}

// Members in random order until they hold `wanted` of the requests, or all of them.
std::uint64_t random_set(const std::vector<double>& shares, double wanted, Draws& draws) {
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::uint64_t set = 0;
  double sum = 0;
  for (std::size_t left = order.size(); left > 0 && (set == 0 || sum < wanted); --left) {
    const std::size_t pick = draws.below(left);
    set |= std::uint64_t{1} << order[pick];
    sum += shares[order[pick]];
    std::swap(order[pick], order[left - 1]);
  }
  return set;
}

void aim(SimCampaign& campaign, const Landscape& landscape, double reach, Draws& draws) {
  campaign.regions = kAllRegions;
  campaign.placements = kAllPlacements;
  if (draws.uniform() < kOnePlacementShare) {
    const std::size_t placement = draws.below(kPlacements);
    if (reach < landscape.placement_share[placement]) campaign.placements = 1u << placement;
  }
  const double rest = reach / share_of(campaign.placements, landscape.placement_share);
  if (draws.uniform() < kRegionalShare) {
    // Somewhere between none and half of the narrowing in the regions: wide in both would cost each auction
    // many looks at campaigns of other regions.
    const double wanted = std::pow(rest, draws.uniform(0, 0.5));
    campaign.regions = static_cast<std::uint32_t>(random_set(landscape.region_share, wanted, draws));
  }
  const double categories = rest / share_of(campaign.regions, landscape.region_share);
  campaign.categories =
      categories >= 1 ? kAllCategories : random_set(landscape.category_share, categories, draws);
}

SimCampaign random_campaign(const Landscape& landscape, bool everywhere, Draws& draws) {
  SimCampaign campaign;
  aim(campaign, landscape, draws.bounded_pareto(kReachMin, 1, kReachExponent), draws);
  if (everywhere) {
    campaign.regions = kAllRegions;
    campaign.categories = kAllCategories;
    campaign.placements = kAllPlacements;
  }
  campaign.reach = share_of(campaign.regions, landscape.region_share) *
                   share_of(campaign.categories, landscape.category_share) *
                   share_of(campaign.placements, landscape.placement_share);
  campaign.pctr = std::min(draws.log_normal(kPctrMedian, kPctrSigma), kPctrMax);
  double bid = draws.log_normal(kBidMedianMicros, kBidSigma);
  if (draws.uniform() < kCpmShare && !everywhere) {
    campaign.pricing = Pricing::kCpm;
    bid *= 1'000 * campaign.pctr;
  }
  campaign.bid = {std::max<std::int64_t>(std::llround(bid), 1)};
  campaign.budget_share = draws.uniform(kBudgetShareMin, kBudgetShareMax);
  return campaign;
}

}  // namespace

bool Landscape::wants(CampaignNumber campaign, Cell cell) const {
  const SimCampaign& c = campaigns[campaign];
  return (c.regions >> cell.region & 1) != 0 && (c.categories >> cell.category & 1) != 0 &&
         (c.placements >> cell.placement & 1) != 0;
}

Landscape make_landscape(std::uint64_t seed, std::size_t campaigns) {
  Draws draws(mix64(seed));
  Landscape landscape{.seed = seed,
                      .region_share = zipf(kRegions, 2),
                      .category_share = zipf(kCategories, 2),
                      .placement_share = {std::begin(kPlacementShare), std::end(kPlacementShare)},
                      .campaigns = {},
                      .eligible = {}};
  for (std::size_t i = 0; i < campaigns; ++i) {
    landscape.campaigns.push_back(random_campaign(landscape, i == 0, draws));
  }
  landscape.eligible.resize(kCells);
  for (std::uint8_t region = 0; region < kRegions; ++region) {
    for (std::uint8_t category = 0; category < kCategories; ++category) {
      for (std::uint8_t placement = 0; placement < kPlacements; ++placement) {
        const Cell cell{region, category, placement};
        for (CampaignNumber c = 0; c < campaigns; ++c) {
          if (landscape.wants(c, cell)) landscape.eligible[cell.number()].push_back(c);
        }
      }
    }
  }
  return landscape;
}

double request_factor(std::uint64_t seed, std::uint64_t request, CampaignNumber campaign) {
  static const LogNormalNoise kNoise(kRequestPctrSigma);
  return kNoise(seed, request, campaign);
}

Probability predicted_pctr(const Landscape& landscape, std::uint64_t request, CampaignNumber campaign) {
  const double pctr = landscape.campaigns[campaign].pctr * request_factor(landscape.seed, request, campaign);
  return {static_cast<std::int32_t>(std::min(pctr, kPctrMax) * kProbabilityOne)};
}

}  // namespace gavel::pacing_sim
