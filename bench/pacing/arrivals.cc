#include "bench/pacing/arrivals.h"

#include <algorithm>
#include <numeric>

namespace gavel::pacing_sim {
namespace {

// Draws from a few shares by their running sums.
class Wheel {
 public:
  explicit Wheel(const std::vector<double>& shares) : sums_(shares.size()) {
    std::partial_sum(shares.begin(), shares.end(), sums_.begin());
  }
  std::uint8_t draw(Draws& draws) const {
    const double at = draws.uniform() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end() - 1, at);
    return static_cast<std::uint8_t>(found - sums_.begin());
  }
  double total() const { return sums_.back(); }

 private:
  std::vector<double> sums_;
};

}  // namespace

std::vector<Arrival> draw_arrivals(const Landscape& landscape, const TrafficDay& day, std::uint64_t seed) {
  Draws draws(mix64(seed ^ 0x61727276616C73));
  const Wheel categories(landscape.category_share), placements(landscape.placement_share);
  std::vector<Arrival> arrivals;
  std::vector<double> rates(kRegions);
  for (int second = 0; second < kDaySeconds; ++second) {
    for (std::size_t region = 0; region < kRegions; ++region) rates[region] = day.rate(region, second);
    const Wheel regions(rates);
    for (std::uint32_t left = draws.poisson(regions.total()); left > 0; --left) {
      const std::uint8_t region = regions.draw(draws), category = categories.draw(draws);
      arrivals.push_back({static_cast<std::uint32_t>(second), {region, category, placements.draw(draws)}});
    }
  }
  return arrivals;
}

std::vector<std::uint32_t> eligible_traffic(const Landscape& landscape,
                                            const std::vector<Arrival>& arrivals) {
  std::vector<std::uint32_t> by_step(landscape.campaigns.size() * kSteps);
  for (const Arrival& arrival : arrivals) {
    for (const CampaignNumber c : landscape.eligible[arrival.cell.number()])
      ++by_step[c * kSteps + arrival.second / kStepSeconds];
  }
  for (std::size_t i = 0; i < by_step.size(); ++i) {
    if (i % kSteps != 0) by_step[i] += by_step[i - 1];
  }
  return by_step;
}

}  // namespace gavel::pacing_sim
