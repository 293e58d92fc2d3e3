#include "auction/pricing.h"

#include <gtest/gtest.h>

#include "auction/weight.h"

namespace gavel {
namespace {

constexpr std::uint64_t kUnit = 1'000'000'000;  // a weight of one

struct Bidder {
  std::uint32_t advertiser;
  std::int64_t bid;
  std::uint64_t weight = kUnit;
  std::int64_t reserve = 0;
  Pricing pricing = Pricing::kCpc;
};

// The prices of the shown ones among bidders that stand in ranking order.
std::vector<std::int64_t> prices_of(const std::vector<Bidder>& bidders, std::size_t slots,
                                    const PlacementDoc& rules) {
  std::vector<Candidate> candidates;
  for (const Bidder& bidder : bidders) {
    Candidate& candidate = candidates.emplace_back();
    candidate.advertiser = {bidder.advertiser};
    candidate.pricing = bidder.pricing;
    candidate.effective_bid = {bidder.bid};
    candidate.reserve = {bidder.reserve};
    candidate.weight = bidder.weight;
    candidate.score = score_of(candidate.effective_bid, candidate.weight);
  }
  std::vector<const Candidate*> ranking;
  for (const Candidate& candidate : candidates) ranking.push_back(&candidate);
  std::vector<Micros> prices;
  price(ranking, std::min(slots, bidders.size()), slots, rules, prices);
  std::vector<std::int64_t> values;
  for (const Micros p : prices) values.push_back(p.value);
  return values;
}

PlacementDoc placement(Mechanism mechanism, std::vector<Probability> position_ctr,
                       std::int64_t increment = 0) {
  PlacementDoc rules;
  rules.mechanism = mechanism;
  rules.position_ctr = std::move(position_ctr);
  rules.increment_cpc = rules.increment_cpm = {increment};
  return rules;
}

using Prices = std::vector<std::int64_t>;

TEST(GspPrice, IsTheNextScoreOverTheOwnWeightRoundedUpPlusTheIncrement) {
  const PlacementDoc rules = placement(Mechanism::kGsp, {{1'000'000'000}, {500'000'000}}, 10);
  EXPECT_EQ(prices_of({{1, 1'000, 3 * kUnit}, {2, 2'000}, {3, 700}}, 2, rules), (Prices{677, 710}));
}

TEST(GspPrice, TheIncrementIsAddedWithoutARivalToo) {
  const PlacementDoc rules = placement(Mechanism::kGsp, {{1'000'000'000}}, 10);
  EXPECT_EQ(prices_of({{1, 1'000}}, 1, rules), Prices{10});
  EXPECT_EQ(prices_of({{1, 7}}, 1, rules), Prices{7});
}

TEST(GspPrice, EachPricingHasItsOwnIncrement) {
  PlacementDoc rules = placement(Mechanism::kGsp, {{1'000'000'000}, {500'000'000}});
  rules.increment_cpc = {1};
  rules.increment_cpm = {100};
  EXPECT_EQ(prices_of({{1, 1'000, kUnit, 0, Pricing::kCpm}, {2, 500, kUnit, 0, Pricing::kCpc}}, 2, rules),
            (Prices{600, 1}));
}

TEST(GspPrice, AdsOfTheSameAdvertiserSetNoPrice) {
  const PlacementDoc rules = placement(Mechanism::kGsp, {{1'000'000'000}, {500'000'000}});
  EXPECT_EQ(prices_of({{1, 1'000}, {1, 900}, {2, 300}}, 2, rules), (Prices{300, 300}));
  EXPECT_EQ(prices_of({{1, 1'000}, {1, 900}}, 2, rules), (Prices{0, 0}));
}

TEST(GspPrice, StaysBetweenReserveAndBid) {
  const PlacementDoc rules = placement(Mechanism::kGsp, {{1'000'000'000}, {500'000'000}}, 50);
  EXPECT_EQ(prices_of({{1, 1'000, kUnit, 400}, {2, 980, kUnit, 400}}, 2, rules), (Prices{1'000, 400}));
}

TEST(FirstPrice, IsTheEffectiveBid) {
  const PlacementDoc rules = placement(Mechanism::kFirstPrice, {{1'000'000'000}, {500'000'000}}, 50);
  EXPECT_EQ(prices_of({{1, 1'000}, {2, 980}}, 2, rules), (Prices{1'000, 980}));
}

TEST(VcgPrice, IsWhatTheOthersLose) {
  // Weights 2 and 1; position_ctr 1, 0.6, 0.2. Scores 2000, 900, 500, 300.
  const PlacementDoc rules = placement(Mechanism::kVcg, {{1'000'000'000}, {600'000'000}, {200'000'000}}, 50);
  // First: (0.4 x 900 + 0.4 x 500 + 0.2 x 300) / 2 = 310. Second: (0.4 x 500 + 0.2 x 300) / 0.6 = 433.3.
  // Third: 300.
  EXPECT_EQ(prices_of({{1, 1'000, 2 * kUnit}, {2, 900}, {3, 500}, {4, 300}}, 3, rules),
            (Prices{310, 434, 300}));
}

TEST(VcgPrice, NothingIsSeenBelowTheLastSlotOfTheRequest) {
  const PlacementDoc rules = placement(Mechanism::kVcg, {{1'000'000'000}, {600'000'000}, {200'000'000}});
  EXPECT_EQ(prices_of({{1, 1'000}, {2, 900}, {3, 500}}, 1, rules), Prices{900});
}

TEST(VcgPrice, TheLastAdOfAThinAuctionPaysTheReserve) {
  const PlacementDoc rules = placement(Mechanism::kVcg, {{1'000'000'000}, {600'000'000}});
  EXPECT_EQ(prices_of({{1, 1'000, kUnit, 20}}, 2, rules), Prices{20});
}

TEST(VcgPrice, AnotherAdOfTheSameAdvertiserCounts) {
  const PlacementDoc rules = placement(Mechanism::kVcg, {{1'000'000'000}});
  EXPECT_EQ(prices_of({{1, 1'000}, {1, 900}}, 1, rules), Prices{900});
}

TEST(VcgPrice, APositionThatNobodySeesCostsTheReserve) {
  const PlacementDoc rules = placement(Mechanism::kVcg, {{1'000'000'000}, {0}});
  EXPECT_EQ(prices_of({{1, 1'000, kUnit, 7}, {2, 900, kUnit, 7}, {3, 800, kUnit, 7}}, 2, rules),
            (Prices{900, 7}));
}

TEST(VcgPrice, TheLargestScoresDoNotOverflow) {
  const PlacementDoc rules = placement(Mechanism::kVcg, {{1'000'000'000}, {1}});
  const std::uint64_t weight = 10'000'000'000'000'000;
  EXPECT_EQ(prices_of({{1, kMaxBid.value, weight}, {2, kMaxBid.value, weight}, {3, kMaxBid.value, weight}}, 2,
                      rules),
            (Prices{kMaxBid.value, kMaxBid.value}));
}

}  // namespace
}  // namespace gavel
