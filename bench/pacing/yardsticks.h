// Pacing laws from the literature, to hold the service's own against.
#pragma once

#include "budget/pacing_law.h"

namespace gavel::pacing_sim {

// Agarwal, Ghosh, Wei and You, "Budget pacing for targeted online advertisements at LinkedIn" (KDD 2014),
// section 3: once a minute participation is cut by a tenth where spend is ahead of the forecast's share, else
// raised by a tenth; it begins at a tenth.
class LinkedInThrottle final : public PacingLaw {
 public:
  PacingControl step(const PacingSignals& now, PacingMemory& memory) const override;
};

// Proportional, integral and derivative control of participation by the distance to target (Zhang et al.,
// "Feedback control of real-time display advertising", WSDM 2016), in traffic time: the day's traffic is one
// unit of time. The actuator is their exponential one.
class PidThrottle final : public PacingLaw {
 public:
  PacingControl step(const PacingSignals& now, PacingMemory& memory) const override;
};

// Balseiro and Gur, "Learning in repeated auctions with budgets" (Management Science 2019), adaptive pacing:
// bids v / (1 + mu), where mu moves against the distance of each auction's spend from budget / auctions.
// Money is counted in charges, the step is 1 / sqrt(budget in charges).
class AdaptivePacing final : public PacingLaw {
 public:
  static constexpr double kMuMax = 50;
  PacingControl step(const PacingSignals& now, PacingMemory& memory) const override;
};

// Balseiro, Kumar, Mirrokni, Sivan and Wang, "Robust budget pacing with a single sample" (ICML 2023), dual
// follow the regularised leader: mu is the clipped sum of all distances between spend and a target sequence
// from a past trace, here the forecast.
class DualFtrl final : public PacingLaw {
 public:
  static constexpr double kMuMax = 50;
  PacingControl step(const PacingSignals& now, PacingMemory& memory) const override;
};

}  // namespace gavel::pacing_sim
