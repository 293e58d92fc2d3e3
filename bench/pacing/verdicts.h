// What the service's pacing is to reach, and whether it does.
#pragma once

#include <string>
#include <vector>

#include "bench/pacing/report.h"

namespace gavel::pacing_sim {

// One target: the worst of the scenarios that it is for, medians over the seeds, against its bound.
struct Verdict {
  std::string target;
  std::string contender;
  std::string scenario;  // the worst one
  double bound = 0;      // per cent; of charges past a budget: micros
  double measured = 0;
  bool at_least = false;  // the bound is the least allowed, not the most
  bool reached() const { return at_least ? measured >= bound : measured <= bound; }
};

// Of `throttle` and `bid_shading`, as far as they were played, by campaigns whose budget buys 100 charges or
// more. Charges past a budget are of every contender, campaign and seed. Requires at least one seed.
std::vector<Verdict> verdicts(const std::vector<SeedOutcomes>& seeds);
// As a table in Markdown.
std::string verdict_table(const std::vector<Verdict>& verdicts);

}  // namespace gavel::pacing_sim
