// The greatest of many numbers that come and go, by their powers of two.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace gavel {

// Knows a number by the exponent of its float, so that one that leaves needs not be looked for. Not thread-safe.
class ScorePeaks {
 public:
  using Peak = std::uint8_t;  // 0 = no number

  // Requires value >= 0, be it infinite; of very small ones none is kept.
  static Peak of(float value) { return static_cast<Peak>(std::bit_cast<std::uint32_t>(value) >> 23); }
  void replace(Peak before, Peak now) {
    if (before != 0) --count_[before];
    if (now != 0) ++count_[now];
  }
  // Twice the greatest at most, and more than it; 0 where there is none.
  double ceiling() const {
    for (std::size_t peak = count_.size() - 1; peak > 0; --peak) {
      if (count_[peak] != 0) return std::ldexp(1.0, static_cast<int>(peak) - 126);
    }
    return 0;
  }

 private:
  std::array<std::uint32_t, 256> count_{};  // by Peak
};

}  // namespace gavel
