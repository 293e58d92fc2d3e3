// Pacing: what share of its auctions a campaign takes part in, so that its daily budget lasts.
//
// A first simple rule, a pure function of spend and time: a campaign with `even` pacing keeps to the share of the day
// that has gone by. It takes part always while it is at or under target (early in the day, within the slack), and less
// and less in the slack above it: a twentieth of the budget and one expected charge.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "budget/calendar.h"
#include "budget/ids.h"
#include "budget/money.h"
#include "budget/time.h"

namespace gavel {

enum class PacingMode : std::uint8_t { kEven, kAsap };

struct PacingInput {
  PacingMode mode = PacingMode::kEven;
  std::optional<Micros> daily_budget = std::nullopt;  // none: nothing to pace
  std::optional<Timestamp> start = std::nullopt;      // of the campaign's flight
  std::optional<Timestamp> end = std::nullopt;
  Micros used = {};             // spent today (regular budget) and held
  Micros expected_charge = {};  // of one more impression: the slack holds at least one
};

struct PacingDecision {
  Probability participation{kProbabilityOne};
  std::optional<Micros> target;  // what should be spent by now; none where nothing is paced
};

// Thread-safe, no state.
PacingDecision pace(const PacingInput& input, const Calendar& calendar, Timestamp now);

// Whether this campaign takes part in this request: a hash of both against the participation, so that a replay decides
// the same.
bool takes_part(Probability participation, std::string_view request_id, CampaignIx campaign);

}  // namespace gavel
