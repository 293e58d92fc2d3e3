// What a load test found, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "bench/load/load_client.h"

namespace gavel {

// The rounds of one path. Latencies and rates of the report are medians over the rounds; counts are sums.
struct LoadRounds {
  std::string path;
  std::vector<LoadResult> rounds;  // at least one
};

// `yardstick` is nullptr where there is none.
std::string load_report_text(const LoadRounds& target, const LoadRounds* yardstick);
// One JSON object: {"target": {...}, "yardstick": {...}, "ratio": {...}}; times are nanoseconds.
std::string load_report_json(const LoadRounds& target, const LoadRounds* yardstick);

}  // namespace gavel
