#include "budget/traffic_forecast.h"

#include <bit>

#include "budget/big_endian.h"

namespace gavel {
namespace {

// What an older hour still weighs: the mean of the last four, so that a season is followed within a month.
constexpr std::uint8_t kMemory = 4;
// How many sightings of an hour of any day are worth one of this hour of the week, and so on down.
constexpr double kDayWeight = 1.0;
constexpr double kUsualWeight = 0.25;
constexpr std::uint8_t kCellVersion = 2;  // 1 knew no devices

void learn(float& mean, std::uint8_t& seen, double value) {
  if (seen < kMemory) ++seen;
  mean += (static_cast<float>(value) - mean) / static_cast<float>(seen);
}

}  // namespace

const std::array<double, 24> kUsualDay = {0.64, 0.39, 0.25, 0.18, 0.16, 0.21, 0.39, 0.68, 0.95, 1.18, 1.29, 1.28,
                                          1.26, 1.28, 1.28, 1.28, 1.26, 1.20, 1.18, 1.34, 1.63, 1.84, 1.69, 1.16};

std::uint32_t TrafficForecast::cell(PlacementIx placement, std::string_view region, std::string_view device) {
  const auto [entry, made] =
      by_name_.try_emplace({placement.value, std::string(region), std::string(device)},
                           static_cast<std::uint32_t>(cells_.size()));
  if (made) {
    cells_.emplace_back();
    cells_.back().placement = placement;
    cells_.back().region = region;
    cells_.back().device = device;
  }
  return entry->second;
}

void TrafficForecast::record(std::uint32_t cell, int hour_of_week, double auctions) {
  TrafficCell& c = cells_[cell];
  const auto of_week = static_cast<std::size_t>(hour_of_week);
  learn(c.week[of_week], c.week_seen[of_week], auctions);
  learn(c.day[of_week % 24], c.day_seen[of_week % 24], auctions);
}

double TrafficForecast::of_day(const TrafficCell& cell, int hour_of_day) const {
  const auto hour = static_cast<std::size_t>(hour_of_day);
  double seen = 0, usual = 0;
  for (std::size_t h = 0; h < 24; ++h) {
    if (cell.day_seen[h] == 0) continue;
    seen += cell.day[h];
    usual += kUsualDay[h];
  }
  if (usual == 0) return 0;
  const double prior = seen / usual * kUsualDay[hour];
  const double n = cell.day_seen[hour];
  return (n * cell.day[hour] + kUsualWeight * prior) / (n + kUsualWeight);
}

double TrafficForecast::expected(std::uint32_t cell, int hour_of_week) const {
  const TrafficCell& c = cells_[cell];
  const auto of_week = static_cast<std::size_t>(hour_of_week);
  const double n = c.week_seen[of_week];
  return (n * c.week[of_week] + kDayWeight * of_day(c, hour_of_week % 24)) / (n + kDayWeight);
}

std::string TrafficForecast::encode(std::uint32_t cell) const {
  const TrafficCell& c = cells_[cell];
  std::string out(1, static_cast<char>(kCellVersion));
  append_big_endian(out, c.placement.value);
  const auto means = [&out](const auto& values, const auto& seen) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      append_big_endian(out, std::bit_cast<std::uint32_t>(values[i]));
      append_big_endian(out, seen[i]);
    }
  };
  means(c.week, c.week_seen);
  means(c.day, c.day_seen);
  append_big_endian(out, static_cast<std::uint16_t>(c.region.size()));
  return out.append(c.region).append(c.device);
}

bool TrafficForecast::restore(std::string_view bytes) {
  constexpr std::size_t kFixed = 1 + 4 + (kHoursOfWeek + 24) * 5 + 2;
  if (bytes.size() < kFixed || static_cast<std::uint8_t>(bytes[0]) != kCellVersion) return false;
  BigEndianReader in(bytes.substr(1));
  const PlacementIx placement{in.read<std::uint32_t>()};
  const auto region_size = BigEndianReader(bytes.substr(kFixed - 2)).read<std::uint16_t>();
  if (bytes.size() < kFixed + region_size) return false;
  TrafficCell& c = cells_[cell(placement, bytes.substr(kFixed, region_size), bytes.substr(kFixed + region_size))];
  const auto means = [&in](auto& values, auto& seen) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = std::bit_cast<float>(in.read<std::uint32_t>());
      seen[i] = in.read<std::uint8_t>();
    }
  };
  means(c.week, c.week_seen);
  means(c.day, c.day_seen);
  return true;
}

}  // namespace gavel
