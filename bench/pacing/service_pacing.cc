#include "bench/pacing/service_pacing.h"

#include <string>

namespace gavel::pacing_sim {
namespace {

// Weeks that the forecast has seen.
constexpr int kWeeksWatched = 4;

}  // namespace

ServicePacing::ServicePacing(Market& market, const TrafficDay& day, int step_s)
    : market_(market),
      step_s_(step_s),
      watch_(market.calendar(), market.traffic(),
             {.region = [&market](std::uint32_t region) { return market.catalog().symbols().regions.at(region); },
              .device = [&market](std::uint32_t device) { return market.catalog().symbols().devices.at(device); }}),
      pacer_(market.accounts(), market.calendar(), watch_.scopes(), throttle_, shading_),
      planner_(pacer_, watch_, market.calendar()) {
  learn(day);
}

void ServicePacing::learn(const TrafficDay& day) {
  for (std::uint32_t placement = 0; placement < kPlacements; ++placement) {
    for (std::size_t region = 0; region < kRegions; ++region) {
      const std::uint32_t cell = watch_.forecast().cell(PlacementIx{placement}, "r" + std::to_string(region));
      for (int hour = 0; hour < 24; ++hour) {
        const double auctions = day.usual_hour(region, hour) * kPlacementShare[placement];
        for (int week = 0; week < kWeeksWatched; ++week) {
          watch_.forecast().record(cell, day.weekday() * 24 + hour, auctions);
        }
      }
    }
  }
}

void ServicePacing::tick(int second, Timestamp now) {
  if (second % step_s_ != 0) return;
  watch_.step(now);
  if (second == 0) planner_.update(market_.catalog(), now);
  pacer_.step(now);
}

}  // namespace gavel::pacing_sim
