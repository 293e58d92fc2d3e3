// Divisions take a short way where everything fits 64 bits: it gives what the long way gives.
#include "budget/money.h"

#include <gtest/gtest.h>

#include <random>

namespace gavel {
namespace {

UInt128 some_number(std::mt19937_64& random) {
  const UInt128 wide = static_cast<UInt128>(random()) << 64 | random();
  return wide >> (2 + random() % 126);
}

TEST(MoneyTest, QuotientsAreExactOnBothSidesOf64Bits) {
  std::mt19937_64 random(1);
  const UInt128 border = static_cast<UInt128>(1) << 64;
  for (int i = 0; i < 100'000; ++i) {
    UInt128 b = some_number(random) + 1;
    UInt128 a = some_number(random);
    if (i % 4 == 0) a = border - 2 + random() % 4;
    if (i % 8 == 0) b = border - 2 + random() % 4;
    if (i % 3 == 0) a -= a % b;
    const UInt128 floor = a / b, rest = a % b;
    ASSERT_TRUE(ceil_div(a, b) == floor + (rest > 0 ? 1 : 0));
    const bool up = rest > b - rest || (rest == b - rest && floor % 2 == 1);
    ASSERT_TRUE(half_even_div(a, b) == floor + (up ? 1 : 0));
  }
}

TEST(MoneyTest, HalvesGoToEven) {
  EXPECT_TRUE(half_even_div(1, 2) == 0);
  EXPECT_TRUE(half_even_div(3, 2) == 2);
  EXPECT_TRUE(half_even_div(5, 2) == 2);
  const UInt128 half = static_cast<UInt128>(1) << 100;
  EXPECT_TRUE(half_even_div(half, 2 * half) == 0);
  EXPECT_TRUE(half_even_div(3 * half, 2 * half) == 2);
}

TEST(MoneyTest, ScalingABidRoundsDownAndIsHeld) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const Micros bid{static_cast<std::int64_t>(random() % (kMaxBid.value >> random() % 40) + 1)};
    const Factor factor{i % 10 == 0 ? kFactorOne : static_cast<std::int32_t>(random() % 2'147'483'647)};
    const Int128 exact = static_cast<Int128>(bid.value) * factor.millionths / kFactorOne;
    const std::int64_t expected = exact > kMaxBid.value ? kMaxBid.value : static_cast<std::int64_t>(exact);
    ASSERT_EQ(scale_bid(bid, factor).value, expected) << bid.value << " x " << factor.millionths;
  }
  EXPECT_EQ(scale_bid(kMaxBid, kMaxMultiplier), kMaxBid);
  EXPECT_EQ(scale_bid(Micros{kMaxBid.value + 1}, Factor{}), kMaxBid);
}

}  // namespace
}  // namespace gavel
