// The service's own pacing laws: one a method. The yardsticks that they were chosen against live in bench/pacing.
#pragma once

#include "budget/pacing_law.h"

namespace gavel {

// By what power spend follows the bid, about: how quickly a multiplier is corrected, and what it is worth as a participation.
inline constexpr double kBidElasticity = 2;

// Throttling. Feed forward and feed back: the participation at which the campaign would spend as its target rises,
// worked out from what its traffic has been seen to cost (Agarwal et al., KDD 2014, and Xu et al., KDD 2015, adjust
// blindly instead), times a correction that is linear in the distance from the target over a band of a few charges.
class ThrottleLaw : public PacingLaw {
 public:
  PacingControl step(const PacingSignals& now, PacingMemory& memory) const override;
  // What it would remember had it kept to the target with this participation, in (0, 1].
  static PacingMemory begin_at(double participation, const PacingSignals& now);
};

// Bid shading. A multiplier of the bid whose logarithm follows the distance from the target: the online dual descent of
// adaptive pacing (Balseiro and Gur, 2019) on a target sequence (Balseiro et al., ICML 2023), in a logarithmic step so
// that it is as quick for deep shading as for light, with a proportional part that damps it.
class ShadingLaw : public PacingLaw {
 public:
  PacingControl step(const PacingSignals& now, PacingMemory& memory) const override;
  // What it would remember had it kept to the target with this multiplier, in (0, 1].
  static PacingMemory begin_at(double multiplier);
};

}  // namespace gavel
