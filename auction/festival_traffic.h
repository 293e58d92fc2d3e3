// How many times the usual traffic festivals are expected to bring, from what their phases say.
//
// A phase's multiplier is its traffic_multiplier times its curve: straight lines from point to point, level
// before the first and after the last, 1 without a curve. A phase says nothing of the time outside [start,
// end).
//
// Where phases of several festivals run at once, the largest multiplier counts, as the largest boost does.
// Their product would count one crowd several times: people do not come a second time because a second
// festival is on as well.
#pragma once

#include <span>

#include "auction/resources.h"

namespace gavel {

// Phases of any festivals, in any order; not null.
using Phases = std::span<const FestivalPhase* const>;

// 1 outside the phase.
double traffic_multiplier_at(const FestivalPhase& phase, Timestamp t);
// The largest of the phases that run at `t` (it may be below 1); 1 where none does.
double traffic_multiplier_at(Phases phases, Timestamp t);

// The integral of traffic_multiplier_at over [from, to), in seconds: how many seconds of usual traffic the
// span is worth. Exact but for the rounding of doubles. 0 where from >= to.
double traffic_between(const FestivalPhase& phase, Timestamp from, Timestamp to);
double traffic_between(Phases phases, Timestamp from, Timestamp to);

}  // namespace gavel
