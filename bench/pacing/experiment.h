// One seed of the comparison: a landscape, its budgets, and the same recorded days played by every contender.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/pacing/contenders.h"
#include "bench/pacing/measures.h"
#include "bench/pacing/traffic.h"

namespace gavel::pacing_sim {

struct Experiment {
  std::size_t campaigns = 2'000;
  double auctions = 300'000;  // of a normal day, expected
  std::vector<Scenario> scenarios;
  std::vector<Contender> contenders;
  WeekShares week;
  int pacer_step_s = 1;      // of the service's pacer
  double click_delay_s = 0;  // mean; 0 = kFestivalClickDelay_s on festival days, else kClickDelay_s
};
inline constexpr double kClickDelay_s = 30, kFestivalClickDelay_s = 120;

// Target and spend of one campaign or of several together, by step, as shares of the budget.
struct Curve {
  std::string title;
  std::vector<double> target, charged;
};

struct Outcome {
  Scenario scenario = Scenario::kNormal;
  std::string contender;
  DayMeasures measures;
  std::vector<Curve> curves;  // of the first seed's plots; the same ones for each contender
};

// The outcomes by scenario, then by contender. `played` is called after each day, from this thread. The same
// arguments give the same outcomes.
std::vector<Outcome> run_seed(const Foundation& foundation, const Experiment& experiment, std::uint64_t seed,
                              const std::function<void()>& played);

}  // namespace gavel::pacing_sim
