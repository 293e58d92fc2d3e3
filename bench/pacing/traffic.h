// When requests come: a day's expected traffic by region and second, what may go otherwise than expected, and
// arrivals.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auction/resources.h"
#include "bench/pacing/draws.h"
#include "bench/pacing/landscape.h"

namespace gavel::pacing_sim {

inline constexpr int kDaySeconds = 86'400;
inline constexpr int kDayMinutes = 1'440;

enum class Scenario : std::uint8_t {
  kNormal,            // as forecast, but for Poisson arrivals and kHourNoise
  kFestivalMidnight,  // twenty times the traffic within the first minute, fading over an hour; forecast from
                      // one past festival, whose height was another
  kFestivalUnforeseen,  // the same, and the forecast knows nothing of it
  kHalf,                // half of the forecast, all day
  kDouble,              // twice the forecast
  kOutage,              // ten minutes without a request, from kOutageBegin
};
inline constexpr Scenario kScenarios[] = {
    Scenario::kNormal, Scenario::kFestivalMidnight, Scenario::kFestivalUnforeseen,
    Scenario::kHalf,   Scenario::kDouble,           Scenario::kOutage};
std::string_view name_of(Scenario scenario);
std::optional<Scenario> scenario_of(std::string_view name);

inline constexpr double kFestivalHeight = 20;        // times the traffic of an ordinary minute
inline constexpr double kFestivalHeightSigma = 0.2;  // of the logarithm: this year's against the one past
inline constexpr int kFestivalRamp_s = 60;
inline constexpr double kFestivalFade_s = 900;  // falls to 1/e: after an hour little is left
inline constexpr double kHourNoise = 0.1;       // of the logarithm: an hour of a day against the usual one
inline constexpr int kOutageBegin_s = 14 * 3'600, kOutageLength_s = 600;

// Shares of a week's traffic by region: 168 hours, the first of them Monday's.
struct WeekShares {
  std::vector<std::array<double, 168>> regions;  // kRegions of them
  std::string source;                            // for the report: where they are from
};
// From a file with lines `region_id,dow,hour,traffic_share` below a header; none where it is not there or not
// like that.
std::optional<WeekShares> read_week_shares(const std::string& path);
// Our own: two humps, quiet nights, regions up to two hours apart.
WeekShares own_week_shares();

// One region's or one set of regions' expected requests since midnight, by minute: 1,441 of them, linear in
// between.
class CumulativeTraffic {
 public:
  explicit CumulativeTraffic(std::vector<double> by_minute) : by_minute_(std::move(by_minute)) {}
  double at(double second) const;
  double total() const { return by_minute_.back(); }

 private:
  std::vector<double> by_minute_;
};

// One day of requests. Immutable.
class TrafficDay {
 public:
  // `auctions`: expected on a normal day. `weekday` 0 = Monday. The seed decides what is not as expected.
  TrafficDay(const Landscape& landscape, const WeekShares& week, int weekday, double auctions,
             Scenario scenario, std::uint64_t seed);

  // Requests of a region in this second, on average: what really comes.
  double rate(std::size_t region, int second) const;
  // What was expected: of all requests of these regions (a bit each).
  CumulativeTraffic forecast(std::uint32_t regions) const;

  // What of it an ordinary day brings in this hour: of all requests of the region.
  double usual_hour(std::size_t region, int hour) const;
  // What a platform announces of a festival that it expects; empty where it expects none. The day begins at
  // `begin`.
  std::vector<FestivalPhase> announced(Timestamp begin) const;

  int weekday() const { return weekday_; }
  Scenario scenario() const { return scenario_; }

 private:
  std::vector<double> expected_by_minute(std::size_t region) const;
  double usual_rate(std::size_t region, double second) const;
  double scenario_factor(int second) const;
  double forecast_factor(int second) const;
  std::vector<std::array<double, 24>> hour_rate_;  // by region: requests a second, on average over the hour
  std::vector<std::vector<double>> expected_;      // by region: as in CumulativeTraffic
  std::array<double, 24> hour_noise_{};
  int weekday_;
  Scenario scenario_;
  double festival_height_ = kFestivalHeight;
};

}  // namespace gavel::pacing_sim
