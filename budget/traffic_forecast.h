// How much traffic each hour of the week brings, by placement, region and device: learned from what was seen.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "budget/ids.h"

namespace gavel {

inline constexpr int kHoursOfWeek = 168;  // 0 = Monday, 00:00 to 01:00 by the platform's wall clock

// Auctions of one placement, region and device ("" = a request that names none that a campaign names), in whole hours.
struct TrafficCell {
  PlacementIx placement;
  std::string region, device;
  std::array<float, kHoursOfWeek> week{};      // mean of the hour of the week, where `week_seen`
  std::array<std::uint8_t, kHoursOfWeek> week_seen{};  // how often it was seen whole, up to a memory of a month
  std::array<float, 24> day{};                 // the same of the hour of any day
  std::array<std::uint8_t, 24> day_seen{};
};

// An hour's expectation is the mean of that hour of the week; while that was seen but once or never it leans on the
// same hour of other days, and that on the usual day of a marketplace (kUsualDay) at the level seen so far. So it is
// usable from the first hour on. Festivals are taken out before learning: record() is given what a usual day would have
// had. Not thread-safe.
class TrafficForecast {
 public:
  // The number of the cell, which is made where there is none.
  std::uint32_t cell(PlacementIx placement, std::string_view region, std::string_view device = {});
  std::uint32_t cell_count() const { return static_cast<std::uint32_t>(cells_.size()); }
  const TrafficCell& operator[](std::uint32_t cell) const { return cells_[cell]; }

  // One whole hour of the week has been seen with that many auctions.
  void record(std::uint32_t cell, int hour_of_week, double auctions);
  // Auctions in that hour; 0 where the cell was never seen.
  double expected(std::uint32_t cell, int hour_of_week) const;

  // A cell as bytes, for the disk, and back. False where the bytes are not a cell of this version.
  std::string encode(std::uint32_t cell) const;
  bool restore(std::string_view bytes);

 private:
  double of_day(const TrafficCell& cell, int hour_of_day) const;
  std::vector<TrafficCell> cells_;
  std::map<std::tuple<std::uint32_t, std::string, std::string>, std::uint32_t> by_name_;
};

// The share of an hour of the day in a usual day, times 24: quiet nights, a peak after lunch and a higher one in the
// evening, as online shops in China see it. A start for a service that has seen nothing yet.
extern const std::array<double, 24> kUsualDay;

}  // namespace gavel
