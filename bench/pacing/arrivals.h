// A recorded day: every request, when and from where. All laws that are compared play the same one.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/pacing/landscape.h"
#include "bench/pacing/traffic.h"

namespace gavel::pacing_sim {

// 15-minute steps, in which target and spend are compared.
inline constexpr int kStepSeconds = 900;
inline constexpr int kSteps = kDaySeconds / kStepSeconds;

struct Arrival {
  std::uint32_t second = 0;
  Cell cell;
};

// By time, ascending: in each second a Poisson number from each region, with category and placement by their
// shares.
std::vector<Arrival> draw_arrivals(const Landscape& landscape, const TrafficDay& day, std::uint64_t seed);

// How many requests each campaign was eligible for until the end of each step; [campaign * kSteps + step].
std::vector<std::uint32_t> eligible_traffic(const Landscape& landscape, const std::vector<Arrival>& arrivals);

}  // namespace gavel::pacing_sim
