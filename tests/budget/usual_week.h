// The calendar of these tests, a Wednesday in it, and a week of traffic without highs and lows.
#pragma once

#include <chrono>
#include <string_view>

#include "budget/calendar.h"
#include "budget/traffic_forecast.h"

namespace gavel {

inline const Calendar& shanghai() {
  static const Calendar calendar = *Calendar::load("Asia/Shanghai");
  return calendar;
}

// A Wednesday's begin.
inline const Timestamp kMidnight =
    shanghai().day_begin(shanghai().day_of(std::chrono::sys_days{std::chrono::year{2026} / 6 / 17}));

// The number of a cell for which four weeks of so many auctions an hour were seen.
inline std::uint32_t flat_cell(TrafficForecast& forecast, double auctions_an_hour, PlacementIx placement = {0},
                               std::string_view region = "") {
  const std::uint32_t cell = forecast.cell(placement, region);
  for (int week = 0; week < 4; ++week) {
    for (int hour = 0; hour < kHoursOfWeek; ++hour) forecast.record(cell, hour, auctions_an_hour);
  }
  return cell;
}

}  // namespace gavel
