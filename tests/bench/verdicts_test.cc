// Which figure of which day decides whether a target is reached.
#include "bench/pacing/verdicts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gavel::pacing_sim {
namespace {

Outcome outcome_of(Scenario scenario, const char* contender, double clicks, double distance) {
  Outcome outcome{.scenario = scenario, .contender = contender, .measures = {}, .curves = {}};
  outcome.measures.sizes[0] = {.able_budget = 1e6,
                               .able_charged = 995e3,
                               .able_distance = distance * 1e6,
                               .able_clicks = clicks,
                               .multiplier_clicks = 100};
  return outcome;
}

const Verdict& verdict_of(const std::vector<Verdict>& all, std::string_view contender,
                          std::string_view target) {
  return *std::ranges::find_if(
      all, [&](const Verdict& v) { return v.contender == contender && v.target.starts_with(target); });
}

TEST(Verdicts, TheWorstScenariosMedianDecides) {
  std::vector<SeedOutcomes> seeds;
  for (const double seed : {1.0, 2.0, 9.0}) {
    seeds.push_back({.seed = 1,
                     .outcomes = {outcome_of(Scenario::kNormal, "linkedin", 50, 0),
                                  outcome_of(Scenario::kNormal, "throttle", 50 + seed, 0.01),
                                  outcome_of(Scenario::kNormal, "bid_shading", 95 + seed, 0.01 * seed),
                                  outcome_of(Scenario::kHalf, "linkedin", 50, 0),
                                  outcome_of(Scenario::kHalf, "throttle", 51 - seed, 0.02),
                                  outcome_of(Scenario::kHalf, "bid_shading", 93 + seed, 0.03)}});
  }
  const std::vector<Verdict> all = verdicts(seeds);
  EXPECT_TRUE(verdict_of(all, "all", "charged past").reached());
  EXPECT_TRUE(verdict_of(all, "throttle", "spent").reached());
  const Verdict& multiplier = verdict_of(all, "bid_shading", "clicks");
  EXPECT_EQ(multiplier.scenario, "half");
  EXPECT_DOUBLE_EQ(multiplier.measured, 95);
  EXPECT_TRUE(multiplier.reached());
  const Verdict& lead = verdict_of(all, "throttle", "clicks");
  EXPECT_EQ(lead.scenario, "half");
  EXPECT_NEAR(lead.measured, -2, 1e-9);
  EXPECT_FALSE(lead.reached());
  EXPECT_NEAR(verdict_of(all, "bid_shading", "distance, usual").measured, 2, 1e-9)
      << "the half day has its own";
  EXPECT_NE(verdict_table(all).find("| at least 0 | half | -2.00 | **no** |"), std::string::npos)
      << verdict_table(all);

  seeds[1].outcomes[0].measures.past_budget = 1;
  EXPECT_FALSE(verdicts(seeds)[0].reached()) << "once is too often";
}

TEST(Verdicts, WhatWasNotPlayedHasNone) {
  const std::vector<SeedOutcomes> seeds{
      {.seed = 1, .outcomes = {outcome_of(Scenario::kNormal, "throttle", 1, 0)}}};
  for (const Verdict& v : verdicts(seeds)) {
    EXPECT_NE(v.contender, "bid_shading");
    EXPECT_FALSE(v.target.starts_with("clicks"));
    EXPECT_FALSE(v.target.starts_with("distance, festival"));
  }
}

}  // namespace
}  // namespace gavel::pacing_sim
