// What could have been bought is found exactly, and agrees with what the engine did.
#include "bench/pacing/hindsight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bench/pacing/draws.h"

namespace gavel::pacing_sim {
namespace {

// Without an increment, for which best_multiplier() charges in full even where the bid caps it.
OwnTerms random_terms(Draws& draws) {
  const bool cpc = draws.uniform() < 0.7;
  return {.pricing = cpc ? Pricing::kCpc : Pricing::kCpm,
          .bid = draws.uniform(1e5, 1e6),
          .increment = 0,
          .reserve = draws.uniform() < 0.5 ? 0 : draws.uniform(0, 1.2e5)};
}

std::vector<OwnAuction> random_auctions(std::size_t count, Draws& draws) {
  std::vector<OwnAuction> auctions(count);
  for (OwnAuction& auction : auctions) {
    const std::size_t rivals = draws.below(kSlots + 1);
    for (std::size_t i = 0; i < rivals; ++i) auction.levels[i] = static_cast<float>(draws.uniform(0, 1.5));
    std::sort(auction.levels.begin(), auction.levels.end(), std::greater<>());
    auction.ctr = static_cast<float>(draws.uniform(0.01, 0.1));
  }
  return auctions;
}

// The slow twin of best_multiplier(): every multiplier at which anything changes, and mixtures of neighbours.
Optimum slow_multiplier(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double budget) {
  std::vector<double> multipliers{std::nextafter(terms.reserve / terms.bid, 2), 1};
  for (const OwnAuction& auction : auctions) {
    for (const float level : auction.levels)
      multipliers.push_back(std::nextafter(static_cast<double>(level), 2));
  }
  std::sort(multipliers.begin(), multipliers.end());
  Bought before;
  for (const double multiplier : multipliers) {
    if (multiplier > 1) break;
    const Bought now = bought(auctions, terms, multiplier);
    if (now.cost > budget) {
      const double part = (budget - before.cost) / (now.cost - before.cost);
      return {.clicks = before.clicks + part * (now.clicks - before.clicks), .cost = budget};
    }
    before = now;
  }
  return {.clicks = before.clicks, .cost = before.cost};
}

// The slow twin of best_threshold(): the best whole choice of auctions.
double slow_choice(const std::vector<OwnAuction>& auctions, const OwnTerms& terms, double budget) {
  double best = 0;
  for (std::uint32_t set = 0; set < 1u << auctions.size(); ++set) {
    Bought sum;
    for (std::size_t i = 0; i < auctions.size(); ++i) {
      if ((set >> i & 1) == 0) continue;
      const Bought one = bought(auctions[i], terms, 1);
      sum.clicks += one.clicks;
      sum.cost += one.cost;
    }
    if (sum.cost <= budget) best = std::max(best, sum.clicks);
  }
  return best;
}

TEST(Hindsight, BestMultiplierIsThatOfTheSlowTwin) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Draws draws(seed);
    const OwnTerms terms = random_terms(draws);
    const std::vector<OwnAuction> auctions = random_auctions(1 + draws.below(12), draws);
    const double budget = bought(auctions, terms, 1).cost * draws.uniform(0, 1.2);
    const Optimum fast = best_multiplier(auctions, terms, budget);
    const Optimum slow = slow_multiplier(auctions, terms, budget);
    ASSERT_NEAR(fast.clicks, slow.clicks, 1e-6 * (1 + slow.clicks)) << seed;
    ASSERT_NEAR(fast.cost, slow.cost, 1e-6 * (1 + slow.cost)) << seed;
  }
}

TEST(Hindsight, BestThresholdIsTheBestChoiceWithinOneAuction) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Draws draws(seed);
    const OwnTerms terms = random_terms(draws);
    const std::vector<OwnAuction> auctions = random_auctions(1 + draws.below(10), draws);
    const double budget = bought(auctions, terms, 1).cost * draws.uniform(0, 1.2);
    const double fractional = best_threshold(auctions, terms, budget).clicks;
    const double whole = slow_choice(auctions, terms, budget);
    ASSERT_GE(fractional, whole - 1e-9) << seed;
    ASSERT_LE(fractional, whole + 0.1) << seed;  // the dearest auction of all has at most 0.1 clicks
  }
}

TEST(Hindsight, PositionsAndPricesOfOneAuction) {
  const OwnTerms terms{.pricing = Pricing::kCpc, .bid = 1e6, .increment = 1e4, .reserve = 5e4};
  const OwnAuction auction{.levels = {0.75F, 0.5F, 0.25F, 0.125F}, .ctr = 0.5F};
  EXPECT_EQ(bought(auction, terms, 0.125).clicks, 0);  // an equal score does not pass
  EXPECT_NEAR(bought(auction, terms, 0.2).clicks, 0.5 * 0.35, 1e-9);
  EXPECT_NEAR(bought(auction, terms, 0.2).cost, 0.5 * 0.35 * 135'000, 1e-3);
  EXPECT_NEAR(bought(auction, terms, 1).clicks, 0.5, 1e-9);
  EXPECT_NEAR(bought(auction, terms, 1).cost, 0.5 * 760'000, 1e-3);
  EXPECT_NEAR(bought(auction, terms, 0.755).cost, 0.5 * 755'000, 1e-3);  // never above the bid
  const OwnAuction empty{.levels = {}, .ctr = 0.5F};
  EXPECT_EQ(bought(empty, terms, 0.049).clicks, 0);  // below the reserve
  EXPECT_NEAR(bought(empty, terms, 0.05).cost, 0.5 * 50'000, 1e-3);
}

TEST(Hindsight, TellsWhatTheEngineDidToACampaignThatTookPartAlways) {
  const Foundation foundation;
  const Landscape landscape = make_landscape(4, 200);
  const TrafficDay day(landscape, own_week_shares(), 1, 4'000, Scenario::kNormal, 4);
  const std::vector<Arrival> arrivals = draw_arrivals(landscape, day, 4);
  const DayRecord record = play_day(foundation, landscape, day, arrivals, {}, *contender_of("none"), {});
  int compared = 0;
  for (CampaignNumber c = 0; c < landscape.campaigns.size(); ++c) {
    if (record.campaigns[c].shown < 100) continue;
    const Bought told =
        bought(own_auctions(landscape, arrivals, record.auctions, c), terms_of(landscape.campaigns[c]), 1);
    EXPECT_NEAR(told.clicks, record.campaigns[c].expected_clicks, 1e-3 * told.clicks) << c;
    EXPECT_NEAR(told.cost, record.campaigns[c].expected_cost, 1e-2 * told.cost) << c;
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

}  // namespace
}  // namespace gavel::pacing_sim
