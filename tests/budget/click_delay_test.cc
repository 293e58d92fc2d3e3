#include "budget/click_delay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "budget/ledger_codec.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

DelayCounts learned(Pricing pricing, Duration delay, std::uint32_t charges) {
  DelayCounts counts;
  for (std::uint32_t i = 0; i < charges; ++i) counts.add(pricing, delay);
  return counts;
}

TEST(DelayCounts, NothingIsConcludedFromFewCharges) {
  const DelayCounts few = learned(Pricing::kCpc, 60s, kDelaysNeeded - 1);
  EXPECT_EQ(few.quantile(Pricing::kCpc, 500), std::nullopt);
  DelayCounts enough = few;
  enough.add(Pricing::kCpc, 60s);
  EXPECT_TRUE(enough.quantile(Pricing::kCpc, 500));
  EXPECT_EQ(enough.quantile(Pricing::kCpm, 500), std::nullopt) << "each pricing learns by itself";
}

TEST(DelayCounts, AQuantileIsAtMostAnEighthTooLong) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 500; ++i) {
    const Duration delay{static_cast<std::int64_t>(random() >> (23 + random() % 40))};
    if (delay > std::chrono::hours{24 * 31}) continue;
    const auto quantile = learned(Pricing::kCpm, delay, kDelaysNeeded).quantile(Pricing::kCpm, 990);
    ASSERT_TRUE(quantile);
    EXPECT_GT(*quantile, delay);
    EXPECT_LE(*quantile, delay + delay / 8 + 132ms);
  }
  EXPECT_TRUE(learned(Pricing::kCpc, Duration{-5}, 300).quantile(Pricing::kCpc, 1));
  EXPECT_TRUE(learned(Pricing::kCpc, Duration::max(), 300).quantile(Pricing::kCpc, 990));
}

TEST(DelayCounts, AgreesWithASortedList) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20; ++round) {
    DelayCounts counts;
    std::vector<Duration> all;
    const int charges = 200 + static_cast<int>(random() % 3'000);
    for (int i = 0; i < charges; ++i) {
      all.push_back(Duration{static_cast<std::int64_t>(random() >> (28 + random() % 20))});
      counts.add(Pricing::kCpc, all.back());
    }
    std::ranges::sort(all);
    for (const std::int64_t permille : {1, 500, 800, 950, 990, 1'000}) {
      const auto at = static_cast<std::size_t>((charges * permille + 999) / 1'000 - 1);
      const Duration exact = all[at];
      const Duration found = *counts.quantile(Pricing::kCpc, permille);
      EXPECT_GT(found, exact);
      EXPECT_LE(found, exact + exact / 8 + 132ms);
    }
  }
}

TEST(DelayCounts, ForgetsWhatWasLongAgo) {
  DelayCounts counts = learned(Pricing::kCpc, 1h, 20'000);
  for (int i = 0; i < 10; ++i) counts.merge(learned(Pricing::kCpc, 10s, kDelaysRemembered / 4));
  EXPECT_LT(*counts.quantile(Pricing::kCpc, 800), 12s);
  EXPECT_GT(*counts.quantile(Pricing::kCpc, 990), 1h) << "not at once";
}

// Halved one by one, a bucket of one charge was lost, and the long delays are in such buckets.
TEST(DelayCounts, ForgettingKeepsTheQuantiles) {
  DelayCounts counts;
  for (int i = 0; i < 1'000; ++i) counts.add(Pricing::kCpc, 10s);
  for (int i = 0; i < 100; ++i) counts.add(Pricing::kCpc, std::chrono::seconds{20 + 60 * i});
  const auto before = counts.quantile(Pricing::kCpc, 950);
  for (int i = 0; i < 8; ++i) counts.merge(counts);
  EXPECT_EQ(counts.quantile(Pricing::kCpc, 500),
            learned(Pricing::kCpc, 10s, 200).quantile(Pricing::kCpc, 500));
  EXPECT_GE(*counts.quantile(Pricing::kCpc, 950), *before * 7 / 8);
  EXPECT_LE(*counts.quantile(Pricing::kCpc, 950), *before * 9 / 8);
  EXPECT_TRUE(counts.quantile(Pricing::kCpc, 990));
}

TEST(DelayCounts, ComesBackAsItWasStored) {
  std::mt19937_64 random(3);
  DelayCounts counts;
  for (int i = 0; i < 1'000; ++i) {
    counts.add(random() % 2 == 0 ? Pricing::kCpc : Pricing::kCpm,
               Duration{static_cast<std::int64_t>(random() >> (23 + random() % 40))});
  }
  EXPECT_EQ(decode_delays(encode(counts)), counts);
  EXPECT_EQ(decode_delays(encode(DelayCounts{})), DelayCounts{});
  EXPECT_EQ(decode_delays("\x07of another version"), DelayCounts{});
}

constexpr Timestamp kBegin{std::chrono::sys_days{std::chrono::year{2026} / 11 / 11}};

TEST(DelayLearning, AChargeCountsOnceItsWindowHasBeenOverForAWindow) {
  DelayLearning learning;
  EXPECT_TRUE(learning.add(Pricing::kCpc, kBegin, kBegin));
  for (std::uint32_t i = 1; i < kDelaysNeeded; ++i)
    EXPECT_FALSE(learning.add(Pricing::kCpc, kBegin, kBegin + 1min));
  learning.add(Pricing::kCpc, kBegin + kDelayWindow, kBegin + kDelayWindow);
  EXPECT_EQ(learning.known, DelayCounts{});
  EXPECT_FALSE(learning.add(Pricing::kCpc, kBegin, kBegin + 2 * kDelayWindow - 1us))
      << "a late one of that window";
  EXPECT_TRUE(learning.add(Pricing::kCpc, kBegin, kBegin + 2 * kDelayWindow));
  EXPECT_TRUE(learning.known.quantile(Pricing::kCpc, 500));
  const DelayCounts until_now = learning.known;
  EXPECT_TRUE(learning.add(Pricing::kCpc, kBegin, kBegin + 24h)) << "both windows are long over";
  EXPECT_NE(learning.known, until_now);
  EXPECT_EQ(learning.current, DelayCounts{});
}

// A minute after a festival's midnight nearly all charges are of its first minute's auctions.
TEST(DelayLearning, APeakDoesNotMakeDelaysShorter) {
  DelayLearning learning;
  std::mt19937_64 random(4);
  std::exponential_distribution<double> delay_s(1.0 / 120);
  std::vector<std::pair<Timestamp, Timestamp>> charges;  // when charged, when auctioned
  const Timestamp midnight = kBegin + 2h;
  for (Timestamp t = kBegin; t < midnight + 8min; t += 100ms) {
    for (int i = 0; i < (t < midnight ? 1 : 20); ++i) {
      const auto delay = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(delay_s(random)));
      charges.emplace_back(t + delay, t);
    }
  }
  std::ranges::sort(charges);
  const double exact_s[] = {83.2, 193.1, 359.5, 552.6};
  for (const auto& [now, auction] : charges) {
    learning.add(Pricing::kCpc, auction, now);
    if (now < midnight || now > midnight + 8min) continue;
    for (std::size_t i = 0; i < kReleaseStages.size(); ++i) {
      const auto delay = learning.known.quantile(Pricing::kCpc, kReleaseStages[i].quantile_permille);
      ASSERT_TRUE(delay);
      const double seconds = std::chrono::duration<double>(*delay).count();
      ASSERT_GT(seconds, exact_s[i] * 0.9);
      ASSERT_LT(seconds, exact_s[i] * 1.25);
    }
  }
}

TEST(ClickDelay, ItsScheduleFollowsWhatIsLearned) {
  ClickDelay delay;
  EXPECT_EQ(delay.schedule(), ReleaseSchedule{});
  DelayLearning learning;
  for (int i = 0; i < 1'000; ++i) learning.known.add(Pricing::kCpc, std::chrono::seconds{i});
  delay.set(learning);
  const auto stages = delay.schedule().after[static_cast<std::size_t>(Pricing::kCpc)];
  const Duration exact[] = {500s, 800s, 950s, 990s};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    EXPECT_GE(stages[i], exact[i]);
    EXPECT_LE(stages[i], exact[i] * 9 / 8 + 1s);
  }
  EXPECT_EQ(delay.schedule().after[static_cast<std::size_t>(Pricing::kCpm)][0], Duration::max());
}

}  // namespace
}  // namespace gavel
