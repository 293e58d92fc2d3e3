#include "bench/load/histogram.h"

#include <algorithm>
#include <bit>

#include "budget/money.h"

namespace gavel {
namespace {

// Values below 2^(kBits + 1) have a bucket each; above, a bucket spans 2^shift values.
constexpr unsigned kBits = 7;
constexpr std::size_t kPerOctave = std::size_t{1} << kBits;
constexpr std::size_t kBuckets = (64 - kBits + 1) * kPerOctave;

std::size_t bucket_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > kBits + 1 ? width - kBits - 1 : 0;
  return shift * kPerOctave + static_cast<std::size_t>(value >> shift);
}

std::uint64_t highest_in(std::size_t bucket) {
  if (bucket < 2 * kPerOctave) return bucket;
  const std::size_t shift = bucket / kPerOctave - 1;
  return ((static_cast<std::uint64_t>(bucket - shift * kPerOctave) + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : counts_(kBuckets) {}

void Histogram::record(std::uint64_t value) {
  ++counts_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::quantile(std::uint64_t per_100k) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(ceil_div(static_cast<UInt128>(count_) * per_100k, 100'000));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted && seen > 0) return std::min(highest_in(i), max_);
  }
  return max_;
}

}  // namespace gavel
