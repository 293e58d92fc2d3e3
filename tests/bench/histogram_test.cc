#include "bench/load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bench/marketplace/prng.h"

namespace gavel {
namespace {

TEST(Histogram, NothingRecordedIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.quantile(99'000), 0u);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0), 1u);
  EXPECT_EQ(histogram.quantile(50'000), 50u);
  EXPECT_EQ(histogram.quantile(99'000), 99u);
  EXPECT_EQ(histogram.quantile(99'001), 100u);
  EXPECT_EQ(histogram.max(), 100u);
}

TEST(Histogram, TakesTheWholeRange) {
  Histogram histogram;
  histogram.record(0);
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.quantile(50'000), 0u);
  EXPECT_EQ(histogram.quantile(100'000), ~std::uint64_t{0});
}

// Against a sorted list of the values: never under the true quantile, at most 1/128 above.
TEST(Histogram, QuantilesAreCloseAboveTheTrueOnes) {
  Prng random(7);
  for (int round = 0; round < 50; ++round) {
    Histogram histogram;
    std::vector<std::uint64_t> values(static_cast<std::size_t>(random.between(1, 3'000)));
    for (std::uint64_t& value : values) {
      value = random.next() >> random.below(64);
      histogram.record(value);
    }
    std::sort(values.begin(), values.end());
    for (std::uint64_t q : {0ull, 1'000ull, 50'000ull, 90'000ull, 99'000ull, 99'900ull, 100'000ull}) {
      const std::uint64_t rank = std::max<std::uint64_t>((values.size() * q + 99'999) / 100'000, 1);
      const std::uint64_t truth = values[rank - 1];
      EXPECT_GE(histogram.quantile(q), truth);
      EXPECT_LE(histogram.quantile(q) - truth, truth / 128);
    }
  }
}

TEST(Histogram, MergedIsAsRecordedTogether) {
  Prng random(8);
  Histogram one, two, both;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t value = random.below(1'000'000);
    (i % 3 == 0 ? one : two).record(value);
    both.record(value);
  }
  one.merge(two);
  EXPECT_EQ(one.count(), both.count());
  EXPECT_EQ(one.max(), both.max());
  for (std::uint64_t q = 0; q <= 100'000; q += 5'000) EXPECT_EQ(one.quantile(q), both.quantile(q));
}

}  // namespace
}  // namespace gavel
