#include "bench/pacing/traffic.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <numeric>

namespace gavel::pacing_sim {
namespace {

constexpr std::string_view kNames[] = {"normal", "festival_midnight", "festival_unforeseen", "half", "double",
                                       "outage"};

// Of our own week: an hour's traffic, in no unit.
constexpr double kOwnHours[24] = {14, 9,  7,  7,  9,  13, 20, 30, 46, 62, 71, 74,
                                  74, 72, 70, 67, 64, 62, 66, 74, 78, 68, 48, 28};
constexpr double kOwnDays[7] = {1.05, 1.08, 1.0, 1.0, 0.97, 0.93, 0.97};

bool is_festival(Scenario scenario) {
  return scenario == Scenario::kFestivalMidnight || scenario == Scenario::kFestivalUnforeseen;
}

// Times the usual traffic.
double festival_factor(int second, double height) {
  const double rise = std::min(1.0, (second + 0.5) / kFestivalRamp_s);
  const double fade = std::exp(-std::max(0, second - kFestivalRamp_s) / kFestivalFade_s);
  return 1 + (height - 1) * rise * fade;
}

}  // namespace

std::string_view name_of(Scenario scenario) {
  return kNames[static_cast<std::size_t>(scenario)];
}

std::optional<Scenario> scenario_of(std::string_view name) {
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Scenario>(found - std::begin(kNames));
}

std::optional<WeekShares> read_week_shares(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.rfind("region_id,dow,hour,traffic_share", 0) != 0)
    return std::nullopt;
  WeekShares week{.regions = {}, .source = path};
  std::map<long, std::size_t> numbers;
  while (std::getline(file, line)) {
    long region = 0;
    int day = 0, hour = 0;
    double share = 0;
    if (std::sscanf(line.c_str(), "%ld,%d,%d,%lf", &region, &day, &hour, &share) != 4 || day < 1 || day > 7 ||
        hour < 0 || hour > 23 || !(share >= 0)) {
      return std::nullopt;
    }
    const auto [number, is_new] = numbers.try_emplace(region, numbers.size());
    if (number->second >= kRegions) continue;
    if (is_new) week.regions.emplace_back();
    week.regions[number->second][static_cast<std::size_t>((day - 1) * 24 + hour)] = share;
  }
  if (week.regions.size() < kRegions) return std::nullopt;
  return week;
}

WeekShares own_week_shares() {
  WeekShares week{.regions = {}, .source = "own curve"};
  for (std::size_t region = 0; region < kRegions; ++region) {
    auto& shares = week.regions.emplace_back();
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const std::size_t local = (i + 168 + region % 3 - 1) % 168;
      shares[i] = kOwnHours[local % 24] * kOwnDays[local / 24];
    }
  }
  return week;
}

double CumulativeTraffic::at(double second) const {
  const double minute = std::clamp(second / 60, 0.0, static_cast<double>(kDayMinutes));
  const auto before = std::min(static_cast<std::size_t>(minute), by_minute_.size() - 2);
  return std::lerp(by_minute_[before], by_minute_[before + 1], minute - static_cast<double>(before));
}

TrafficDay::TrafficDay(const Landscape& landscape, const WeekShares& week, int weekday, double auctions,
                       Scenario scenario, std::uint64_t seed)
    : weekday_(weekday), scenario_(scenario) {
  Draws draws(mix64(seed ^ 0x7261666669));
  for (double& noise : hour_noise_) noise = draws.log_normal(1, kHourNoise);
  if (is_festival(scenario)) festival_height_ = draws.log_normal(kFestivalHeight, kFestivalHeightSigma);
  for (std::size_t region = 0; region < kRegions; ++region) {
    const double* const hours = week.regions[region].data() + weekday * 24;
    const double day = std::accumulate(hours, hours + 24, 0.0);
    auto& rates = hour_rate_.emplace_back();
    for (std::size_t hour = 0; hour < 24; ++hour) {
      rates[hour] = auctions * landscape.region_share[region] * hours[hour] / day / 3'600;
    }
    expected_.push_back(expected_by_minute(region));
  }
}

// Linear between the middles of the hours; level before the first and after the last.
double TrafficDay::usual_rate(std::size_t region, double second) const {
  const auto& rates = hour_rate_[region];
  const double hour = std::clamp(second / 3'600 - 0.5, 0.0, 23.0);
  const auto before = std::min<std::size_t>(static_cast<std::size_t>(hour), 22);
  return std::lerp(rates[before], rates[before + 1], hour - static_cast<double>(before));
}

double TrafficDay::scenario_factor(int second) const {
  if (is_festival(scenario_)) return festival_factor(second, festival_height_);
  if (scenario_ == Scenario::kHalf) return 0.5;
  if (scenario_ == Scenario::kDouble) return 2;
  const bool out = second >= kOutageBegin_s && second < kOutageBegin_s + kOutageLength_s;
  return scenario_ == Scenario::kOutage && out ? 0 : 1;
}

double TrafficDay::forecast_factor(int second) const {
  return scenario_ == Scenario::kFestivalMidnight ? festival_factor(second, kFestivalHeight) : 1;
}

double TrafficDay::rate(std::size_t region, int second) const {
  return usual_rate(region, second + 0.5) * scenario_factor(second) *
         hour_noise_[static_cast<std::size_t>(second / 3'600)];
}

double TrafficDay::usual_hour(std::size_t region, int hour) const {
  double sum = 0;
  for (int second = hour * 3'600; second < (hour + 1) * 3'600; ++second)
    sum += usual_rate(region, second + 0.5);
  return sum;
}

// Straight lines from minute to minute at first, then from five to five.
std::vector<FestivalPhase> TrafficDay::announced(Timestamp begin) const {
  if (scenario_ != Scenario::kFestivalMidnight) return {};
  constexpr int kLength_s = 7'200;
  FestivalPhase phase{.name = "midnight", .start = begin, .end = begin + std::chrono::seconds{kLength_s}};
  for (int second = 0; second < kLength_s; second += second < 600 ? 60 : 300) {
    const double factor = festival_factor(second, kFestivalHeight);
    phase.traffic_curve.push_back(
        {static_cast<std::uint32_t>(second), Factor{static_cast<std::int32_t>(factor * kFactorOne)}});
  }
  return {phase};
}

std::vector<double> TrafficDay::expected_by_minute(std::size_t region) const {
  std::vector<double> sums{0};
  double sum = 0;
  for (int second = 0; second < kDaySeconds; ++second) {
    sum += usual_rate(region, second + 0.5) * forecast_factor(second);
    if (second % 60 == 59) sums.push_back(sum);
  }
  return sums;
}

CumulativeTraffic TrafficDay::forecast(std::uint32_t regions) const {
  std::vector<double> sums(kDayMinutes + 1);
  for (std::size_t region = 0; region < kRegions; ++region) {
    if ((regions >> region & 1) == 0) continue;
    for (std::size_t minute = 0; minute < sums.size(); ++minute) sums[minute] += expected_[region][minute];
  }
  return CumulativeTraffic(std::move(sums));
}

}  // namespace gavel::pacing_sim
