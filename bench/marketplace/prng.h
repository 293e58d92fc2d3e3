// The random numbers of the demo marketplace: the same on every machine and compiler, which the standard
// library's distributions do not promise. Integers only.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "budget/money.h"

namespace gavel {

// One step of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): also a
// good mixer of a counter.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

// xoshiro256** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2021). Not thread-safe.
class Prng {
 public:
  // A stream of its own for every seed.
  explicit constexpr Prng(std::uint64_t seed) {
    for (std::uint64_t& word : state_) word = seed = mix64(seed);
  }

  constexpr std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // Uniform in [0, n). Requires n > 0. The bias, below n / 2^64, does not matter here.
  constexpr std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<UInt128>(next()) * n) >> 64);
  }

  // Uniform in [low, high]. Requires low <= high.
  constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }

  // True `per_mille` times of a thousand.
  constexpr bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }

  // A uniform member of a container.
  template <class Container>
  constexpr const auto& pick(const Container& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

  // A rank in [0, n), heavy-tailed: the ranks under `head` share one octave, then each doubling of the rank
  // is as likely as the one before, which is Zipf's law of exponent 1 with a flat head. Requires head, n > 0.
  constexpr std::uint64_t heavy_tailed(std::uint64_t n, std::uint64_t head) {
    if (n <= head) return below(n);
    std::uint64_t octaves = 1;
    for (std::uint64_t edge = head; edge < n; edge *= 2) ++octaves;
    const std::uint64_t octave = below(octaves);
    if (octave == 0) return below(head);
    const std::uint64_t low = head << (octave - 1);
    const std::uint64_t high = low * 2 < n ? low * 2 : n;
    return low + below(high - low);
  }

  // A positive amount around `median`, about log-normal: the product of sixteen independent steps up or down,
  // each of at most `step_per_mille`, and never 0.
  constexpr std::int64_t log_normal(std::int64_t median, std::int64_t step_per_mille) {
    Int128 value = static_cast<Int128>(median) << 16;
    for (int i = 0; i < 16; ++i) {
      const std::int64_t step = between(-step_per_mille, step_per_mille);
      value = step >= 0 ? value * (1000 + step) / 1000 : value * 1000 / (1000 - step);
    }
    const auto amount = static_cast<std::int64_t>(value >> 16);
    return amount > 0 ? amount : 1;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace gavel
