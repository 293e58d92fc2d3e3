// What the pacing simulator draws from: the same numbers on every run with the same seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bench/marketplace/prng.h"

namespace gavel::pacing_sim {

// Not thread-safe.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : prng_(seed) {}

  // Uniform in [0, 1).
  double uniform() { return static_cast<double>(prng_.next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(prng_.below(n)); }
  double normal();
  // Of this median; `sigma` is the standard deviation of its logarithm.
  double log_normal(double median, double sigma);
  double exponential(double mean);
  // Requires mean >= 0.
  std::uint32_t poisson(double mean);
  // Pareto of this exponent, cut to [low, high].
  double bounded_pareto(double low, double high, double exponent);

 private:
  Prng prng_;
};

// The quantile of the standard normal distribution. Requires 0 < p < 1.
double normal_quantile(double p);

// Factors of mean one, log-normal, found by hashing instead of drawing: whoever asks again for the same thing
// gets the same factor, in any order. Immutable.
class LogNormalNoise {
 public:
  explicit LogNormalNoise(double sigma);
  double operator()(std::uint64_t seed, std::uint64_t thing, std::uint64_t of) const {
    return factors_[mix64(mix64(seed ^ thing * 0x9E3779B97F4A7C15) ^ of) % factors_.size()];
  }

 private:
  std::array<double, 4'096> factors_;
};

}  // namespace gavel::pacing_sim
