// How long after their auction ads are charged: learned, so that what is held for those that will not be is
// given back.
//
// A hold is the expected charge of one impression shown, and most clicks come soon: once half of those that
// come have come, half of what was held for all of them is enough.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "budget/ids.h"
#include "budget/time.h"

namespace gavel {

inline constexpr std::size_t kPricings = 2;
// From 131 ms in steps of an eighth to more than a token lives.
inline constexpr std::size_t kDelayBuckets = 184;
inline constexpr std::uint32_t kDelaysNeeded = 200;  // charges of a pricing below which nothing is concluded
// Beyond so many charges of a pricing all counts are halved: what came before weighs half, a quarter, an
// eighth.
inline constexpr std::uint32_t kDelaysRemembered = 16'384;
inline constexpr Duration kDelayWindow = std::chrono::minutes{10};

// When a hold shrinks: the share of the charges that are still to come after each stage, in thousandths, and
// that quantile of the delays.
struct ReleaseStage {
  std::int64_t quantile_permille, left_permille;
};
inline constexpr std::array<ReleaseStage, 4> kReleaseStages{{{500, 500}, {800, 200}, {950, 50}, {990, 0}}};

// How long after its auction a hold enters each stage, by pricing. Never, where not enough is known.
struct ReleaseSchedule {
  std::array<std::array<Duration, kReleaseStages.size()>, kPricings> after = [] {
    std::array<std::array<Duration, kReleaseStages.size()>, kPricings> never{};
    for (auto& stages : never) stages.fill(Duration::max());
    return never;
  }();
  bool operator==(const ReleaseSchedule&) const = default;
};

// A distribution of delays between auction and charge, by pricing. A plain value.
struct DelayCounts {
  std::array<std::array<std::uint32_t, kDelayBuckets>, kPricings> counts{};

  void add(Pricing pricing, Duration delay);
  // Adds the other's counts, then halves until no more than kDelaysRemembered are left of either pricing.
  void merge(const DelayCounts& other);
  // The least bucket's end that at least so many thousandths of the charges did not pass. Nothing where fewer
  // than kDelaysNeeded are known.
  std::optional<Duration> quantile(Pricing pricing, std::int64_t permille) const;
  ReleaseSchedule schedule() const;
  bool operator==(const DelayCounts&) const = default;
};

// What is known, and what is being learned. A charge counts once the window of time of its auction has been
// over for as long as a window lasts: of the last minutes' auctions only those charges are there that came
// early, and where traffic has just multiplied they would outnumber all others. A plain value.
struct DelayLearning {
  DelayCounts known{};
  DelayCounts before{}, current{};  // of auctions until the current window, and in it
  std::int64_t window = 0;          // the current one's number

  // A charge that was committed at `now`. True where `known` has changed: other charges than this one were
  // due.
  bool add(Pricing pricing, Timestamp auction, Timestamp now);

 private:
  bool enter(std::int64_t next_window);
};

// What has been learned so far. Thread-safe.
class ClickDelay {
 public:
  DelayLearning get() const;
  void set(const DelayLearning& learning);  // the ledger's alone, once what is known is durable
  ReleaseSchedule schedule() const;

 private:
  mutable std::mutex mutex_;
  DelayLearning learning_;    // guarded by mutex_
  ReleaseSchedule schedule_;  // that follows from it; guarded by mutex_
};

}  // namespace gavel
