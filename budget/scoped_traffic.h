// A day's traffic as a campaign may meet it: what has gone by and what is forecast to come, by its targeting.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "budget/calendar.h"
#include "budget/ids.h"
#include "budget/traffic_forecast.h"

namespace gavel {

// Minutes of weekdays, by the platform's wall clock.
struct WeekSpan {
  std::uint8_t days = 0;  // bit 0 = Monday .. bit 6 = Sunday
  std::uint16_t from_minute = 0, to_minute = 1'440;
  auto operator<=>(const WeekSpan&) const = default;
};

// What part of all traffic a campaign is for. Many campaigns share one.
struct TrafficScope {
  std::vector<PlacementIx> placements;  // ascending; empty = all
  std::vector<std::string> regions;     // ascending; empty = all; each holds what is under it
  std::vector<std::string> devices;     // ascending; empty = all
  std::vector<WeekSpan> schedule;       // empty = always
  auto operator<=>(const TrafficScope&) const = default;
};
using ScopeIx = Index<struct TrafficScopeTag>;

// How many times the usual traffic is expected on average in [from, to), where from < to.
using TrafficMultiplier = std::function<double(Timestamp from, Timestamp to)>;

// Steps in which a day's forecast is kept. Within one it rises as the multiplier does, minute by minute, and is even within
// a minute.
inline constexpr Duration kTrafficStep = std::chrono::minutes{5};
inline constexpr Duration kMultiplierStep = std::chrono::minutes{1};

// Not thread-safe: the pacer's own. All amounts are auctions. In a step only a few scopes catch up, so that none is
// left behind for long, and the others when they are asked for, as their campaigns do in turns: the work is spread.
class ScopedTraffic {
 public:
  // Both outlive it.
  ScopedTraffic(const Calendar& calendar, const TrafficForecast& forecast)
      : calendar_(calendar), forecast_(forecast) {}

  // The number of this scope. Beyond kScopesMax different ones, scopes keep only their schedule, and beyond twice
  // that share one that holds everything: the share of a day gone by differs little.
  ScopeIx intern(TrafficScope scope);
  static constexpr std::size_t kScopesMax = 32'768;

  // Goes on to `now`; `seen[cell]` were met since the last call. A day that begins in between begins everything anew.
  // Takes the forecast as it stands where `learned` says that it has changed.
  void step(Timestamp now, std::span<const std::uint64_t> seen, bool learned);

  // Goes on to `now` over a time in which nobody counted: it is gone, but says nothing about today.
  void skip(Timestamp now);

  // How many times the usual traffic is expected in a span (festivals); once until it is set.
  void set_multiplier(TrafficMultiplier multiplier);

  // Gone by today. While little was seen it leans on the forecast, so that time alone moves it.
  double gone(ScopeIx scope);
  // Forecast from now until `until` or the day's end, in the light of what today has brought so far.
  double left(ScopeIx scope, Timestamp until);
  // Forecast share of today's traffic in [a, b).
  double share(ScopeIx scope, Timestamp a, Timestamp b);
  // All of `day` in relation to all of today, by weekdays alone.
  double day_ratio(Day day) const;

  // Asks the processor to fetch what gone() and left() read.
  void prefetch(ScopeIx scope) const { __builtin_prefetch(&scopes_[scope.value]); }

  Day today() const { return day_; }
  Timestamp day_begin() const { return begin_; }
  Timestamp day_end() const { return end_; }
  std::size_t size() const { return scopes_.size(); }

 private:
  struct Scope {
    // What every step of a campaign reads, close together.
    std::uint64_t learned_at = 0;      // generation of the forecast in `sums`
    std::uint32_t cells_known = 0;
    bool known = false;                // whether `sums` is in auctions: something was learned
    double seen = 0;                   // today
    double recent_seen = 0, recent_expected = 0;  // fading sums, for today's level
    double sum_now = 0, sum_day = 0;   // forecast from the day's begin until caught_up_at, and of all of it
    Timestamp caught_up_at{};          // what was met and expected until then is counted,
    std::uint64_t caught_up_with = 0;  // and what that step brought
    std::uint64_t met = 0;             // ever, in `cells`

    std::vector<float> sums;           // forecast from the day's begin to each step's; empty = stale
    std::vector<std::uint32_t> cells;  // those that match, of the first `cells_known`
    TrafficScope what;
  };
  void begin_day();
  void tabulate();
  void match_cells(Scope& scope) const;
  void forecast_day(Scope& scope);
  double sum_until(const Scope& scope, Timestamp t) const;
  double multiplied_until(Timestamp t) const;
  double level(const Scope& scope) const;
  Scope& fresh(Scope& scope);
  void catch_up(Scope& scope);
  std::uint64_t met_ever(const Scope& scope) const;
  bool on_schedule(const Scope& scope, std::size_t step) const;

  const Calendar& calendar_;
  const TrafficForecast& forecast_;
  TrafficMultiplier multiplier_;
  std::vector<Scope> scopes_;
  std::map<TrafficScope, std::uint32_t> by_scope_;
  std::vector<std::array<float, kHoursOfWeek>> expected_;  // by cell
  std::array<double, 7> weekday_{};                        // of all cells
  bool tabulated_ = false;
  std::uint64_t generation_ = 1;                           // of the forecast and the multipliers

  std::uint64_t steps_ = 0;
  std::size_t turn_ = 0;               // whose it is to catch up unasked
  Duration faded_over_{};              // what fade_ is for
  double fade_ = 1;
  std::vector<std::uint64_t> met_;     // ever, by cell
  Day day_{};
  Timestamp begin_{}, end_{}, now_{};
  std::vector<LocalTime> step_local_;  // of each step's middle
  std::vector<double> multiplied_;     // from the day's begin to each kMultiplierStep's: sums of the multiplier in minutes
};

}  // namespace gavel
