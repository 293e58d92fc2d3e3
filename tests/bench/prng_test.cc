#include "bench/marketplace/prng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace gavel {
namespace {

// xoshiro256**'s first output is rotl(s1 * 5, 7) * 9; the seeds are SplitMix64's, whose outputs for 0 are
// published.
TEST(Prng, IsTheSameOnEveryMachine) {
  EXPECT_EQ(mix64(0), 0xE220A8397B1DCDAFu);
  Prng random(42);
  Prng again(42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.next(), again.next());
  EXPECT_NE(Prng(42).next(), Prng(43).next());
}

TEST(Prng, BetweenReachesBothEndsEvenly) {
  Prng random(1);
  std::array<int, 5> seen{};
  for (int i = 0; i < 50'000; ++i) ++seen[static_cast<std::size_t>(random.between(-2, 2) + 2)];
  for (int count : seen) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Prng, HeavyTailedOctavesAreEquallyLikely) {
  Prng random(2);
  // [0, 4), [4, 8), [8, 16), [16, 20): four octaves, the last cut short.
  std::array<int, 20> seen{};
  for (int i = 0; i < 160'000; ++i) ++seen[static_cast<std::size_t>(random.heavy_tailed(20, 4))];
  const auto sum = [&](std::size_t from, std::size_t to) {
    int total = 0;
    for (std::size_t i = from; i < to; ++i) total += seen[i];
    return total;
  };
  EXPECT_NEAR(sum(0, 4), 40'000, 1'000);
  EXPECT_NEAR(sum(4, 8), 40'000, 1'000);
  EXPECT_NEAR(sum(8, 16), 40'000, 1'000);
  EXPECT_NEAR(sum(16, 20), 40'000, 1'000);
  EXPECT_NEAR(seen[0], 10'000, 500);
}

TEST(Prng, HeavyTailedOfFewIsUniform) {
  Prng random(3);
  for (int i = 0; i < 1'000; ++i) EXPECT_LT(random.heavy_tailed(3, 8), 3u);
  EXPECT_EQ(random.heavy_tailed(1, 1), 0u);
}

TEST(Prng, LogNormalHasItsMedianAndALongTail) {
  Prng random(4);
  std::vector<std::int64_t> values(20'001);
  for (std::int64_t& value : values) value = random.log_normal(1'000'000, 300);
  std::sort(values.begin(), values.end());
  EXPECT_NEAR(static_cast<double>(values[10'000]), 1e6, 5e4);
  EXPECT_GT(values[19'800] - values[10'000], 3 * (values[10'000] - values[200]));
  EXPECT_GT(values.front(), 0);
}

}  // namespace
}  // namespace gavel
