#include "bench/pacing/medians.h"

#include <algorithm>

namespace gavel::pacing_sim {
namespace {

// The place of LinkedIn's throttle in the same scenario.
std::optional<std::size_t> linkedin_beside(const std::vector<Outcome>& outcomes, std::size_t place) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].scenario == outcomes[place].scenario && outcomes[i].contender == "linkedin") return i;
  }
  return std::nullopt;
}

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double median_of(const std::vector<SeedOutcomes>& seeds, std::size_t place,
                 const std::function<double(const DayMeasures&)>& figure) {
  std::vector<double> values;
  for (const SeedOutcomes& seed : seeds) values.push_back(figure(seed.outcomes[place].measures));
  return median(std::move(values));
}

std::optional<double> lead_over_linkedin(const std::vector<SeedOutcomes>& seeds, std::size_t place) {
  const std::optional<std::size_t> other = linkedin_beside(seeds[0].outcomes, place);
  if (!other) return std::nullopt;
  std::vector<double> leads;
  for (const SeedOutcomes& seed : seeds) {
    const double theirs = seed.outcomes[*other].measures.sizes[0].clicks_per_budget();
    const double own = seed.outcomes[place].measures.sizes[0].clicks_per_budget();
    leads.push_back(theirs > 0 ? own / theirs - 1 : 0);
  }
  return median(std::move(leads));
}

}  // namespace gavel::pacing_sim
