// Target against spend, drawn.
#pragma once

#include <string>
#include <vector>

#include "bench/pacing/experiment.h"

namespace gavel::pacing_sim {

// An SVG picture with a column a contender and a row a curve: the target dashed, the spend solid, from 00:00
// to 24:00 and from nothing to the whole budget. All outcomes are of one scenario. Requires at least one.
std::string plot_svg(const std::vector<const Outcome*>& contenders);

}  // namespace gavel::pacing_sim
