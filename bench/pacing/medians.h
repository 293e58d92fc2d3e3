// Figures of a comparison as medians over its seeds.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "bench/pacing/report.h"

namespace gavel::pacing_sim {

// Requires at least one value.
double median(std::vector<double> values);
// Of a figure of the outcome in this place.
double median_of(const std::vector<SeedOutcomes>& seeds, std::size_t place,
                 const std::function<double(const DayMeasures&)>& figure);
// Clicks bought per budget, by campaigns with 100 charges, against those of LinkedIn's throttle on the same
// days: 0 = as many, 0.1 = a tenth more. None where LinkedIn's was not played.
std::optional<double> lead_over_linkedin(const std::vector<SeedOutcomes>& seeds, std::size_t place);

}  // namespace gavel::pacing_sim
