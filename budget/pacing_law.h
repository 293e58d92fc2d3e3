// What a pacing law is: from what is known of a campaign's money and traffic, how much it takes part.
//
// A law is a pure function of the signals and of what it remembers, so the simulator runs the very code that serves.
#pragma once

#include <array>
#include <cstdint>

namespace gavel {

// How a campaign is slowed down. Throttling lets it into a share of its auctions, bid untouched, so that rank and price
// stay what its advertiser set; shading lets it into all of them with its bid scaled down.
enum class PacingMethod : std::uint8_t { kThrottle, kBidShading };

// What is known of one campaign at one step. Amounts are micros; traffic is in eligible auctions, or whatever unit the
// forecast counts in, the same in all three.
struct PacingSignals {
  double budget = 0;        // what may be spent in this day (or the part of a flight that falls on it); > 0
  double used = 0;          // charged today and held
  double target = 0;        // what should be used by now
  double pace = 0;          // by how much the target rises now, a unit of traffic
  double charge = 1;        // a typical charge: of a click, or of a thousandth of a CPM price; > 0
  double traffic_gone = 0;  // since the day began
  double traffic_left = 0;  // forecast of what is still to come today, >= 0
  double traffic_step = 0;  // since the last step
  double used_step = 0;     // growth of `used` since the last step; below 0 where holds were given back
  double step_s = 1;        // since the last step, seconds; > 0
  double day_left_s = 0;    // until the day's end or the campaign's, whichever is first
};

// What a law remembers from step to step; its own business, kept over a restart. Zeros: nothing yet.
struct PacingMemory {
  std::array<float, 6> value{};
};

struct PacingControl {
  double participation = 1;  // [0, 1]: of its auctions
  double multiplier = 1;     // (0, 1]: of its bids
};

// Immutable: safe to share.
class PacingLaw {
 public:
  virtual ~PacingLaw() = default;
  // The control from now until the next step.
  virtual PacingControl step(const PacingSignals& now, PacingMemory& memory) const = 0;
};

}  // namespace gavel
