#include "bench/pacing/verdicts.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "bench/pacing/medians.h"

namespace gavel::pacing_sim {
namespace {

// Of the outcome in one place; none where there is nothing to say.
using Figure = std::function<std::optional<double>(std::size_t place)>;

struct Target {
  std::string_view name;
  std::string_view contender;
  std::initializer_list<Scenario> scenarios;
  double bound;
  bool at_least;
};

constexpr auto kEvery = {Scenario::kNormal, Scenario::kFestivalMidnight, Scenario::kFestivalUnforeseen,
                         Scenario::kHalf,   Scenario::kDouble,           Scenario::kOutage};
constexpr auto kUsual = {Scenario::kNormal, Scenario::kOutage};
constexpr auto kFestivals = {Scenario::kFestivalMidnight, Scenario::kFestivalUnforeseen};
constexpr auto kLevels = {Scenario::kHalf, Scenario::kDouble};

void judge(const std::vector<SeedOutcomes>& seeds, const Target& target, const Figure& figure,
           std::vector<Verdict>& out) {
  std::optional<Verdict> worst;
  const std::vector<Outcome>& outcomes = seeds[0].outcomes;
  for (std::size_t place = 0; place < outcomes.size(); ++place) {
    const Outcome& outcome = outcomes[place];
    if (outcome.contender != target.contender) continue;
    if (std::ranges::find(target.scenarios, outcome.scenario) == target.scenarios.end()) continue;
    const std::optional<double> measured = figure(place);
    if (!measured) continue;
    const bool is_worse =
        !worst || (target.at_least ? *measured < worst->measured : *measured > worst->measured);
    if (!is_worse) continue;
    worst = Verdict{.target = std::string(target.name),
                    .contender = outcome.contender,
                    .scenario = std::string(name_of(outcome.scenario)),
                    .bound = target.bound,
                    .measured = *measured,
                    .at_least = target.at_least};
  }
  if (worst) out.push_back(*std::move(worst));
}

Verdict past_budgets(const std::vector<SeedOutcomes>& seeds) {
  Verdict worst{.target = "charged past a budget, micros", .contender = "all", .scenario = "all"};
  for (const SeedOutcomes& seed : seeds) {
    for (const Outcome& outcome : seed.outcomes)
      worst.measured += static_cast<double>(outcome.measures.past_budget);
  }
  return worst;
}

}  // namespace

std::vector<Verdict> verdicts(const std::vector<SeedOutcomes>& seeds) {
  const auto share = [&seeds](double (SizeMeasures::*figure)() const) -> Figure {
    return [&seeds, figure](std::size_t place) {
      return 100 * median_of(seeds, place, [=](const DayMeasures& m) { return (m.sizes[0].*figure)(); });
    };
  };
  const Figure lead = [&seeds](std::size_t place) {
    const std::optional<double> ahead = lead_over_linkedin(seeds, place);
    return ahead ? std::optional(100 * *ahead) : std::nullopt;
  };
  std::vector<Verdict> out{past_budgets(seeds)};
  for (const std::string_view contender : {"throttle", "bid_shading", "advertiser_throttle", "advertiser_shading"}) {
    judge(seeds, {"spent, %", contender, kEvery, 99, true}, share(&SizeMeasures::spent_share), out);
    const Figure distance = share(&SizeMeasures::distance_share);
    judge(seeds, {"distance, usual traffic, % of budget", contender, kUsual, 3, false}, distance, out);
    judge(seeds, {"distance, festival midnight, % of budget", contender, kFestivals, 5, false}, distance,
          out);
    judge(seeds, {"distance, traffic half or double, % of budget", contender, kLevels, 8, false}, distance,
          out);
    judge(seeds, {"given away, % of spend", contender, kEvery, 0.5, false}, share(&SizeMeasures::given_away),
          out);
  }
  judge(seeds, {"clicks, of the best multiplier in hindsight, %", "bid_shading", kEvery, 95, true},
        share(&SizeMeasures::of_multiplier), out);
  judge(seeds, {"clicks, against LinkedIn's throttle, %", "throttle", kEvery, 0, true}, lead, out);
  return out;
}

std::string verdict_table(const std::vector<Verdict>& verdicts) {
  std::string out =
      "| target | pacing | bound | worst scenario | there | reached |\n|---|---|---|---|---|---|\n";
  for (const Verdict& v : verdicts) {
    std::array<char, 256> line{};
    std::snprintf(line.data(), line.size(), "| %s | %s | at %s %g | %s | %.2f | %s |\n", v.target.c_str(),
                  v.contender.c_str(), v.at_least ? "least" : "most", v.bound, v.scenario.c_str(), v.measured,
                  v.reached() ? "yes" : "**no**");
    out += line.data();
  }
  return out;
}

}  // namespace gavel::pacing_sim
