#include "budget/pacing_laws.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gavel {
namespace {

// Widths of the bands around the target, in charges: narrow enough to stay near it, wide enough not to chase single
// clicks. Where a budget is large the band is at least what is spent in kBandSeconds, so that steps of a second stay
// small against it, and where it is small at most a share of the budget.
constexpr double kThrottleCharges = 8;
constexpr double kShadingCharges = 16;
constexpr double kBandSeconds = 120;
constexpr double kBandShareMax = 0.1;
// What a campaign's traffic costs is learned over about so many charges.
constexpr double kYieldCharges = 40;
// Below so many charges' evidence nothing is known of it.
constexpr double kEvidenceMin = 2;
constexpr double kMultiplierMin = 0.02;
// Where a campaign begins that has never been paced: at half of its bids, or it would buy the dearest clicks
// of its first hours. A budget of few charges is gone before anything is learned; it begins nearer to its
// bids.
constexpr double kLogStart = -std::numbers::ln2;
constexpr double kStartCharges = 100;
// The integral part acts this many times slower than the proportional one.
constexpr double kIntegralBands = 3;

double band_of(const PacingSignals& now, double charges) {
  const double by_charges = std::min(charges * now.charge, kBandShareMax * now.budget);
  const double by_time = now.pace * now.traffic_step / now.step_s * kBandSeconds;
  return std::max({by_charges, by_time, 1.0});
}

}  // namespace

PacingControl ThrottleLaw::step(const PacingSignals& now, PacingMemory& memory) const {
  // What full participation costs a unit of traffic: spend over traffic taken part in, both fading.
  float& spent = memory.value[0];
  float& joined = memory.value[1];
  float& participation = memory.value[2];
  float& begun = memory.value[3];
  if (begun == 0) participation = begun = 1;
  spent += static_cast<float>(now.used_step);
  joined += static_cast<float>(now.traffic_step) * participation;
  const double charges = static_cast<double>(spent) / now.charge;
  if (charges > kYieldCharges) {
    const auto fade = static_cast<float>(kYieldCharges / charges);
    spent *= fade;
    joined *= fade;
  }
  const double distance = now.target - now.used;
  const double correction = 1 + distance / band_of(now, kThrottleCharges);
  double wanted = correction;
  if (charges >= kEvidenceMin && joined > 0) {
    const double yield = static_cast<double>(spent) / static_cast<double>(joined);
    wanted = now.pace / yield * correction;
    // Late in the day what is missing must fit into what is left.
    if (distance > 0 && now.traffic_left > 0)
      wanted = std::max(wanted, (now.budget - now.used) / (yield * now.traffic_left));
  }
  participation = static_cast<float>(std::clamp(wanted, 0.0, 1.0));
  return {.participation = static_cast<double>(participation), .multiplier = 1};
}

PacingMemory ThrottleLaw::begin_at(double participation, const PacingSignals& now) {
  if (now.pace <= 0) return {};
  const double spent = kEvidenceMin * now.charge;
  const double joined = spent * participation / now.pace;
  return {{static_cast<float>(spent), static_cast<float>(joined), static_cast<float>(participation), 1}};
}

PacingMemory ShadingLaw::begin_at(double multiplier) {
  return {{static_cast<float>(std::log(std::max(multiplier, kMultiplierMin))), 1}};
}

PacingControl ShadingLaw::step(const PacingSignals& now, PacingMemory& memory) const {
  float& centre = memory.value[0];  // logarithm of the multiplier that has kept to the target so far
  float& begun = memory.value[1];
  if (begun == 0 && centre == 0)
    centre = static_cast<float>(kLogStart * std::min(now.budget / now.charge / kStartCharges, 1.0));
  begun = 1;
  const double band = band_of(now, kShadingCharges);
  const double distance = std::clamp((now.target - now.used) / band, -1.0, 1.0);
  const double moved = now.pace * now.traffic_step / (band * kIntegralBands);
  centre += static_cast<float>(distance * std::min(moved, 1.0) / kBidElasticity);
  centre = std::clamp(centre, static_cast<float>(std::log(kMultiplierMin)), 0.0F);
  const double swing = std::log(std::max(1 + distance, 0.1)) / kBidElasticity;
  const double multiplier = std::exp(static_cast<double>(centre) + swing);
  // So far ahead that no bid is low enough: wait.
  const bool wait = now.used - now.target > 2 * band;
  return {.participation = wait ? 0.0 : 1.0, .multiplier = std::clamp(multiplier, kMultiplierMin, 1.0)};
}

}  // namespace gavel
