// Money and fixed-point numbers: exact integers, each its own type, with rounding always named.
#pragma once

#include <compare>
#include <cstdint>

namespace gavel {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

// An amount in micros of the platform's one currency (1 yuan = 1,000,000). Additions of amounts that come from
// requests cannot overflow: every accepted amount is at most kMaxAmount, and the ledger refuses to pass kMaxTotal.
struct Micros {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Micros&) const = default;
  constexpr Micros& operator+=(Micros o) { value += o.value; return *this; }
  constexpr Micros& operator-=(Micros o) { value -= o.value; return *this; }
  friend constexpr Micros operator+(Micros a, Micros b) { return {a.value + b.value}; }
  friend constexpr Micros operator-(Micros a, Micros b) { return {a.value - b.value}; }
};

inline constexpr Micros kMaxBid{1'000'000'000'000};             // bids, effective bids, reserves, increments
inline constexpr Micros kMaxAmount{1'000'000'000'000'000};  // budgets, balances, deposits, conversion values

// What the sum of all charges or of all deposits of one advertiser can reach: far from the end of the integer, so that
// sums of a few such totals and amounts cannot overflow.
inline constexpr Micros kMaxTotal{4'000'000'000'000'000'000};

// A probability (or a position's click-through rate relative to the first) at 1e-9: 0 .. 1,000,000,000.
struct Probability {
  std::int32_t nano = 0;
  constexpr auto operator<=>(const Probability&) const = default;
};
inline constexpr std::int32_t kProbabilityOne = 1'000'000'000;

// A multiplier, quality, shop score, boost or squash at 1e-6: 1,000,000 is one.
struct Factor {
  std::int32_t millionths = 1'000'000;
  constexpr auto operator<=>(const Factor&) const = default;
};
inline constexpr std::int32_t kFactorOne = 1'000'000;
inline constexpr Factor kMinMultiplier{100'000};     // 0.1
inline constexpr Factor kMaxMultiplier{10'000'000};  // 10

// Whether both fit 64 bits: dividing 128 by 128 is a call of a library, and most amounts are small.
constexpr bool are_small(UInt128 a, UInt128 b) { return ((a | b) >> 64) == 0; }

// a / b rounded down. Requires b > 0.
constexpr UInt128 floor_div(UInt128 a, UInt128 b) {
  if (!are_small(a, b)) return a / b;
  return static_cast<std::uint64_t>(a) / static_cast<std::uint64_t>(b);
}

// a / b rounded up. Requires b > 0.
constexpr UInt128 ceil_div(UInt128 a, UInt128 b) {
  const UInt128 q = floor_div(a, b);
  return q + (q * b != a ? 1 : 0);
}

// a / b rounded to the nearest, halves to even. Requires b > 0.
constexpr UInt128 half_even_div(UInt128 a, UInt128 b) {
  const UInt128 q = floor_div(a, b);
  const UInt128 twice = 2 * (a - q * b);
  return q + (twice > b || (twice == b && (q & 1) != 0) ? 1 : 0);
}

// bid x factor, neither of them negative, rounded down to the micro and held at kMaxBid: one step of an effective bid.
constexpr Micros scale_bid(Micros bid, Factor factor) {
  if (factor.millionths == kFactorOne && bid <= kMaxBid) return bid;
  const UInt128 product = static_cast<UInt128>(bid.value) * static_cast<UInt128>(factor.millionths);
  const UInt128 scaled = floor_div(product, kFactorOne);
  return scaled > static_cast<UInt128>(kMaxBid.value) ? kMaxBid : Micros{static_cast<std::int64_t>(scaled)};
}

}  // namespace gavel
