// What the comparison found, for people and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/pacing/experiment.h"

namespace gavel::pacing_sim {

struct SeedOutcomes {
  std::uint64_t seed = 0;
  std::vector<Outcome> outcomes;  // by scenario, then contender: the same ones for every seed
};

struct ReportHead {
  std::string command;
  std::string traffic_source;
};

// In Markdown: the verdicts, and a table of medians over the seeds, one row a scenario and contender.
// Requires at least one seed.
std::string report_table(const ReportHead& head, const std::vector<SeedOutcomes>& seeds);
// One JSON object with the figures of every seed. Shares are at 1e-6.
std::string report_json(const ReportHead& head, const std::vector<SeedOutcomes>& seeds);

}  // namespace gavel::pacing_sim
