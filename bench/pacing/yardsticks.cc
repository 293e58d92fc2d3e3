#include "bench/pacing/yardsticks.h"

#include <algorithm>
#include <cmath>

namespace gavel::pacing_sim {
namespace {

constexpr double kLinkedInStart = 0.1, kLinkedInRate = 0.1, kLinkedInStep_s = 60;
constexpr double kLinkedInFloor = 1e-6;  // so that a product can recover

// By the part of the budget that target and spend lie apart. Integral and derivative are over the day's
// traffic.
constexpr double kProportional = 60, kIntegral = 400, kDerivative = 0.05, kPidStart = 0.1;
constexpr double kLogFloor = -7;

double steps_of_one_over_root(const PacingSignals& now) {
  return 1 / std::sqrt(std::max(now.budget / now.charge, 1.0));
}

}  // namespace

// Memory: participation + 1 (0 = none yet), seconds since it was last changed.
PacingControl LinkedInThrottle::step(const PacingSignals& now, PacingMemory& memory) const {
  double share = memory.value[0] == 0 ? kLinkedInStart : static_cast<double>(memory.value[0]);
  double waited = static_cast<double>(memory.value[1]) + now.step_s;
  for (; waited >= kLinkedInStep_s; waited -= kLinkedInStep_s) {
    share *= now.used > now.target ? 1 - kLinkedInRate : 1 + kLinkedInRate;
    share = std::clamp(share, kLinkedInFloor, 1.0);
  }
  memory.value[0] = static_cast<float>(share);
  memory.value[1] = static_cast<float>(waited);
  return {.participation = share};
}

// Memory: integral, last error, whether there was one, smoothed derivative.
PacingControl PidThrottle::step(const PacingSignals& now, PacingMemory& memory) const {
  const double error = (now.target - now.used) / now.budget;
  const double day = now.traffic_gone + now.traffic_left;
  const double gone = day > 0 ? now.traffic_step / day : 0;
  double integral = static_cast<double>(memory.value[0]) + error * gone;
  const double start = std::log(kPidStart);
  const double slope = gone > 0 && memory.value[2] > 0 ? (error - static_cast<double>(memory.value[1])) : 0;
  const double wanted = start + kProportional * error + kIntegral * integral + kDerivative * slope;
  // Against wind-up: the integral holds still where the actuator is at its end.
  if ((wanted > 0 && error > 0) || (wanted < kLogFloor && error < 0)) {
    integral = static_cast<double>(memory.value[0]);
  }
  memory.value = {static_cast<float>(integral), static_cast<float>(error), 1};
  return {.participation = std::exp(std::clamp(wanted, kLogFloor, 0.0))};
}

// Memory: mu.
PacingControl AdaptivePacing::step(const PacingSignals& now, PacingMemory& memory) const {
  const double rate = now.budget / std::max(now.traffic_gone + now.traffic_left, 1.0);
  const double excess = (now.used_step - rate * now.traffic_step) / now.charge;
  const double mu =
      std::clamp(static_cast<double>(memory.value[0]) + steps_of_one_over_root(now) * excess, 0.0, kMuMax);
  memory.value[0] = static_cast<float>(mu);
  return {.multiplier = 1 / (1 + mu)};
}

PacingControl DualFtrl::step(const PacingSignals& now, PacingMemory&) const {
  const double ahead = (now.used - now.target) / now.charge;
  const double mu = std::clamp(steps_of_one_over_root(now) * ahead, 0.0, kMuMax);
  return {.multiplier = 1 / (1 + mu)};
}

}  // namespace gavel::pacing_sim
