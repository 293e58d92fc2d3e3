#include "auction/weight.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gavel {
namespace {

constexpr Factor kOne{};
constexpr Factor millionths(std::int32_t value) {
  return {value};
}
constexpr Probability nano(std::int32_t value) {
  return {value};
}

TEST(Weight, CpcIsAThousandTimesTheClickRate) {
  const WeightInputs inputs{.pricing = Pricing::kCpc, .pctr = nano(20'000'000)};
  EXPECT_EQ(rank_weight(inputs), 20'000'000'000u);  // 1000 x 0.02 = 20
}

TEST(Weight, CpmDoesNotLookAtTheClickRate) {
  const WeightInputs inputs{.pricing = Pricing::kCpm,
                            .pctr = nano(20'000'000),
                            .squash = millionths(2'000'000),
                            .quality = millionths(1'500'000),
                            .shop_score = millionths(2'000'000),
                            .boost = millionths(1'200'000)};
  EXPECT_EQ(rank_weight(inputs), 3'600'000'000u);
}

TEST(Weight, LargestFactorsFit) {
  const WeightInputs inputs{.pricing = Pricing::kCpc,
                            .pctr = {kProbabilityOne},
                            .quality = millionths(100'000'000),
                            .shop_score = millionths(10'000'000),
                            .boost = millionths(10'000'000)};
  EXPECT_EQ(rank_weight(inputs), 10'000'000'000'000'000u);  // 1e7, the bound
  const Score score = score_of(kMaxBid, rank_weight(inputs));
  EXPECT_EQ(static_cast<std::uint64_t>(score / 1'000'000'000'000u), 10'000'000'000'000'000u);
  EXPECT_EQ(static_cast<std::uint64_t>(score % 1'000'000'000'000u), 0u);
}

TEST(Weight, HalvesGoToTheEvenNeighbour) {
  // quality x shop score x boost at 1e-18, to be rounded at 1e-9.
  const auto cpm = [](std::int32_t quality, std::int32_t shop_score) {
    return rank_weight({.pricing = Pricing::kCpm,
                        .pctr = {},
                        .squash = kOne,
                        .quality = millionths(quality),
                        .shop_score = millionths(shop_score),
                        .boost = kOne});
  };
  EXPECT_EQ(cpm(1, 500), 0u);    // 0.5 units
  EXPECT_EQ(cpm(1, 1'500), 2u);  // 1.5
  EXPECT_EQ(cpm(1, 2'500), 2u);  // 2.5
  EXPECT_EQ(cpm(1, 2'501), 3u);
  EXPECT_EQ(cpm(1, 2'499), 2u);
}

TEST(Squash, ZeroAndOneAreExact) {
  EXPECT_EQ(squashed(nano(123'456'789), millionths(0)).nano, kProbabilityOne);
  EXPECT_EQ(squashed(nano(0), millionths(0)).nano, kProbabilityOne);
  EXPECT_EQ(squashed(nano(123'456'789), kOne), nano(123'456'789));
  EXPECT_EQ(squashed(nano(0), kOne).nano, 0);
}

TEST(Squash, OthersAreThePowerRoundedToANano) {
  EXPECT_EQ(squashed(nano(40'000'000), millionths(500'000)), nano(200'000'000));  // sqrt(0.04)
  EXPECT_EQ(squashed(nano(20'000'000), millionths(2'000'000)), nano(400'000));    // 0.02 squared
  EXPECT_EQ(squashed(nano(20'000'000), millionths(500'000)), nano(141'421'356));  // 0.14142135623...
  EXPECT_EQ(squashed(nano(0), millionths(500'000)).nano, 0);
  EXPECT_EQ(squashed(nano(kProbabilityOne), millionths(1'700'000)).nano, kProbabilityOne);
}

TEST(ExpectedCharge, IsRoundedUp) {
  EXPECT_EQ(expected_charge(Pricing::kCpc, nano(20'000'000), {1'000'000}), Micros{20'000});
  EXPECT_EQ(expected_charge(Pricing::kCpc, nano(20'000'000), {1'000'001}), Micros{20'001});
  EXPECT_EQ(expected_charge(Pricing::kCpc, nano(0), {1'000'000}), Micros{0});
  EXPECT_EQ(expected_charge(Pricing::kCpm, nano(0), {30'000'000}), Micros{30'000});
  EXPECT_EQ(expected_charge(Pricing::kCpm, nano(0), {30'000'001}), Micros{30'001});
  EXPECT_EQ(expected_charge(Pricing::kCpc, nano(kProbabilityOne), kMaxBid), kMaxBid);
}

}  // namespace
}  // namespace gavel
