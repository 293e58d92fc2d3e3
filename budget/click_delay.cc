#include "budget/click_delay.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "budget/money.h"

namespace gavel {
namespace {

using PricingCounts = std::array<std::uint32_t, kDelayBuckets>;

constexpr int kUnitBits = 17;  // the unit of the buckets is 2^17 us
constexpr int kStepBits = 3;   // eight buckets from one power of two to the next
constexpr std::uint64_t kSteps = 1u << kStepBits;

// Units below 16 have a bucket each; above, one holds what agrees in its four leading bits.
std::size_t bucket_of(Duration delay) {
  const std::uint64_t units = static_cast<std::uint64_t>(std::max(delay, Duration{0}).count()) >> kUnitBits;
  const int shift = std::max(static_cast<int>(std::bit_width(units)) - kStepBits - 1, 0);
  const std::uint64_t bucket = static_cast<std::uint64_t>(shift) * kSteps + (units >> shift);
  return std::min<std::size_t>(bucket, kDelayBuckets - 1);
}

Duration end_of(std::size_t bucket) {
  const std::uint64_t shift = bucket < 2 * kSteps ? 0 : bucket / kSteps - 1;
  return Duration{static_cast<std::int64_t>((bucket - shift * kSteps + 1) << shift << kUnitBits)};
}

std::uint64_t sum_of(const PricingCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint32_t saturated(std::uint64_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

// What is lost of one bucket goes to the next, so that the sums up to each bucket are halved, and the
// quantiles stay: halved one by one, the few charges of the long delays would vanish first.
void halve(PricingCounts& counts) {
  std::uint32_t rest = 0;
  for (std::uint32_t& count : counts) {
    const std::uint64_t whole = std::uint64_t{count} + rest;
    count = static_cast<std::uint32_t>(whole / 2);
    rest = static_cast<std::uint32_t>(whole % 2);
  }
}

}  // namespace

void DelayCounts::add(Pricing pricing, Duration delay) {
  std::uint32_t& count = counts[static_cast<std::size_t>(pricing)][bucket_of(delay)];
  count = saturated(std::uint64_t{count} + 1);
}

void DelayCounts::merge(const DelayCounts& other) {
  for (std::size_t pricing = 0; pricing < kPricings; ++pricing) {
    PricingCounts& own = counts[pricing];
    for (std::size_t bucket = 0; bucket < kDelayBuckets; ++bucket) {
      own[bucket] = saturated(std::uint64_t{own[bucket]} + other.counts[pricing][bucket]);
    }
    while (sum_of(own) > kDelaysRemembered) halve(own);
  }
}

std::optional<Duration> DelayCounts::quantile(Pricing pricing, std::int64_t permille) const {
  const PricingCounts& of_pricing = counts[static_cast<std::size_t>(pricing)];
  const std::uint64_t sum = sum_of(of_pricing);
  if (sum < kDelaysNeeded) return std::nullopt;
  const auto wanted =
      static_cast<std::uint64_t>(ceil_div(UInt128{sum} * static_cast<std::uint64_t>(permille), 1'000));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kDelayBuckets; ++bucket) {
    seen += of_pricing[bucket];
    if (seen >= wanted) return end_of(bucket);
  }
  return end_of(kDelayBuckets - 1);
}

ReleaseSchedule DelayCounts::schedule() const {
  ReleaseSchedule schedule;
  for (const Pricing pricing : {Pricing::kCpc, Pricing::kCpm}) {
    for (std::size_t stage = 0; stage < kReleaseStages.size(); ++stage) {
      const auto delay = quantile(pricing, kReleaseStages[stage].quantile_permille);
      if (delay) schedule.after[static_cast<std::size_t>(pricing)][stage] = *delay;
    }
  }
  return schedule;
}

bool DelayLearning::add(Pricing pricing, Timestamp auction, Timestamp now) {
  const bool changed = enter(to_micros(now) / kDelayWindow.count());
  const bool is_current = to_micros(auction) / kDelayWindow.count() == window;
  (is_current ? current : before).add(pricing, now - auction);
  return changed;
}

bool DelayLearning::enter(std::int64_t next_window) {
  if (next_window <= window) return false;
  known.merge(before);
  before = current;
  if (next_window > window + 1) {
    known.merge(before);
    before = {};
  }
  current = {};
  window = next_window;
  return true;
}

DelayLearning ClickDelay::get() const {
  const std::lock_guard lock(mutex_);
  return learning_;
}

void ClickDelay::set(const DelayLearning& learning) {
  const ReleaseSchedule schedule = learning.known.schedule();
  const std::lock_guard lock(mutex_);
  learning_ = learning;
  schedule_ = schedule;
}

ReleaseSchedule ClickDelay::schedule() const {
  const std::lock_guard lock(mutex_);
  return schedule_;
}

}  // namespace gavel
