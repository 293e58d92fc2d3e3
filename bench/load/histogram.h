// A log-linear histogram of times, after G. Tene's HdrHistogram: each power of two is cut into 128 equal
// buckets, so a quantile is at most 1/128 above the true one, in a fixed 58 kB and a few instructions a
// record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gavel {

// Not thread-safe.
class Histogram {
 public:
  Histogram();

  void record(std::uint64_t value);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }
  // The least bucket bound that at least `per_100k` / 100,000 of the values do not pass, never above max():
  // 99,900 is p99.9. 0 where nothing was recorded. Requires per_100k in [0, 100,000].
  std::uint64_t quantile(std::uint64_t per_100k) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace gavel
