// Watches the traffic go by: counts it by cell, learns the hours of the week, and keeps today's forecast.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "budget/calendar.h"
#include "budget/scoped_traffic.h"
#include "budget/traffic_counts.h"
#include "budget/traffic_forecast.h"

namespace gavel {

// Not thread-safe: the pacer's own.
class TrafficWatch {
 public:
  // The names of what is counted under a number; not called for kNoRegion and kNoDevice.
  struct Names {
    std::function<std::string_view(std::uint32_t)> region, device;
  };

  // All outlive it.
  TrafficWatch(const Calendar& calendar, const TrafficBooks& books, Names names)
      : calendar_(calendar), books_(books), names_(std::move(names)), scopes_(calendar, forecast_) {}

  // What was counted since the last call belongs to the time since then. An hour that ends is learned if most of it was
  // watched; a jump over hours teaches nothing about those in between.
  void step(Timestamp now);
  // Goes on to `now` without having watched: the machine slept, or the clock was set or stood. What was counted since the
  // last call is forgotten, and the time since then teaches nothing and says nothing about today.
  void skip(Timestamp now);
  void set_multiplier(TrafficMultiplier multiplier);

  ScopedTraffic& scopes() { return scopes_; }
  TrafficForecast& forecast() { return forecast_; }
  // Cells that have learned since the last call, ascending.
  std::vector<std::uint32_t> take_learned();

 private:
  void count();
  void come_to_hour_of(Timestamp now);
  void close_hour();

  const Calendar& calendar_;
  const TrafficBooks& books_;
  Names names_;
  TrafficForecast forecast_;
  ScopedTraffic scopes_;
  TrafficMultiplier multiplier_;

  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> cell_of_place_;  // by its numbers
  std::vector<std::uint64_t> before_, seen_;  // by cell: counted up to the last step, and since then
  std::vector<double> hour_;                  // by cell: since the hour began, festivals taken out
  std::optional<Timestamp> now_;
  Timestamp hour_begin_{};
  double watched_s_ = 0;                      // of this hour
  bool learned_ = true;                       // since the scopes' last step; the first one takes what was restored
  std::vector<std::uint32_t> learned_cells_;
};

}  // namespace gavel
