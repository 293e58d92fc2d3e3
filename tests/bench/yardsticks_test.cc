// The yardstick laws are what their papers say.
#include "bench/pacing/yardsticks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bench/pacing/draws.h"

namespace gavel::pacing_sim {
namespace {

struct NoPacing final : PacingLaw {
  PacingControl step(const PacingSignals&, PacingMemory&) const override { return {}; }
};

TEST(LinkedInThrottle, BeginsAtATenthAndMovesByATenthAMinute) {
  const LinkedInThrottle law;
  PacingMemory memory;
  PacingSignals behind{.budget = 100, .used = 1, .target = 2, .step_s = 1};
  EXPECT_NEAR(law.step(behind, memory).participation, 0.1, 1e-6);
  behind.step_s = 59;
  EXPECT_NEAR(law.step(behind, memory).participation, 0.11, 1e-6);
  PacingSignals ahead{.budget = 100, .used = 3, .target = 2, .step_s = 60};
  EXPECT_NEAR(law.step(ahead, memory).participation, 0.099, 1e-6);
  behind.step_s = 3'600;
  EXPECT_EQ(law.step(behind, memory).participation, 1);
}

TEST(PidThrottle, TakesPartMoreTheFurtherItIsBehind) {
  const PidThrottle law;
  double before = -1;
  for (const double used : {90.0, 55.0, 50.0, 45.0, 10.0}) {
    PacingMemory memory;
    const double share =
        law.step({.budget = 100, .used = used, .target = 50, .traffic_gone = 50, .traffic_left = 50}, memory)
            .participation;
    EXPECT_GE(share, before);
    before = share;
  }
  EXPECT_EQ(before, 1);
}

TEST(DualFtrl, BidsInFullUntilItIsAheadAndHalfWhenOneRootOfTheBudgetAhead) {
  const DualFtrl law;
  PacingMemory memory;
  EXPECT_EQ(law.step({.budget = 100, .used = 20, .target = 20}, memory).multiplier, 1);
  EXPECT_DOUBLE_EQ(law.step({.budget = 100, .used = 30, .target = 20}, memory).multiplier, 0.5);
}

// One campaign in second-price auctions, as in Balseiro and Gur's model: values and rivals' bids come as they
// like, and it stops when one more payment might not fit.
struct SecondPriceMarket {
  double budget = 0;  // values are at most 1
  int auctions = 0;
  std::uint64_t seed = 0;
  // In which part of the day there are hardly any rivals, and how dear they are otherwise.
  double cheap_from = 0, cheap_until = 0, rivals = 1;

  // How many auctions were still to come when the money was gone; 0 where it lasted.
  int left_when_stopped(const PacingLaw& law) const {
    Draws draws(seed);
    PacingMemory memory;
    double used = 0, multiplier = 1;
    for (int t = 0; t < auctions; ++t) {
      if (budget - used < 1) return auctions - t;
      const double value = draws.uniform(), gone = static_cast<double>(t) / auctions;
      const bool cheap = gone >= cheap_from && gone < cheap_until;
      const double rival = draws.uniform() * (cheap ? 0.5 : rivals);
      const double paid = value * multiplier > rival ? rival : 0;
      used += paid;
      multiplier = law.step({.budget = budget,
                             .used = used,
                             .target = budget * (t + 1) / auctions,
                             .charge = 1,
                             .traffic_gone = t + 1.0,
                             .traffic_left = auctions - t - 1.0,
                             .traffic_step = 1,
                             .used_step = paid},
                            memory)
                       .multiplier;
    }
    return 0;
  }
  // T - tau <= mu_max / (epsilon rho) + v_max / rho, with epsilon = 1 / sqrt(budget).
  double bound() const {
    const double rate = budget / auctions;
    return AdaptivePacing::kMuMax * std::sqrt(budget) / rate + 1 / rate;
  }
};

SecondPriceMarket random_market(std::uint64_t seed) {
  Draws draws(seed);
  SecondPriceMarket market{.seed = seed};
  market.auctions = 100'000 + static_cast<int>(draws.below(100'000));
  market.budget = market.auctions * draws.uniform(0.03, 0.3);  // mu_max >= v_max / rho - 1, as the bound asks
  market.cheap_from = draws.uniform();
  market.cheap_until = market.cheap_from + draws.uniform();
  market.rivals = draws.uniform(0.3, 2);
  return market;
}

TEST(AdaptivePacing, StopsNoEarlierThanTheBoundOfBalseiroAndGur) {
  const AdaptivePacing law;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const SecondPriceMarket market = random_market(seed);
    EXPECT_LE(market.left_when_stopped(law), market.bound()) << seed;
  }
}

// So that the test above cannot pass because the bound says nothing.
TEST(AdaptivePacing, TheBoundIsBrokenWithoutPacing) {
  const SecondPriceMarket market{.budget = 30'000, .auctions = 400'000, .seed = 1, .rivals = 1};
  EXPECT_LE(market.left_when_stopped(AdaptivePacing{}), market.bound());
  EXPECT_GT(market.left_when_stopped(NoPacing{}), market.bound());
}

}  // namespace
}  // namespace gavel::pacing_sim
