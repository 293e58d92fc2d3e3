// Pacing, as an auction sees it: whether a campaign takes part in this one. What it goes by is set once a second by the
// Pacer (pacer.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/ids.h"
#include "budget/money.h"
#include "budget/pacing_law.h"
#include "budget/time.h"

namespace gavel {

enum class PacingMode : std::uint8_t { kEven, kAsap };

// What is to last for this day.
struct PacedMoney {
  Micros budget;                        // of the day, that of a festival in force included
  Micros used;                          // charged to it and held
  Micros expected_charge;               // of one more impression
  std::optional<Timestamp> start, end;  // of the campaign's flight
};

// The share of the campaign's day, by the clock alone, that is gone at `now`: a day cut by its flight.
Probability day_gone(std::optional<Timestamp> start, std::optional<Timestamp> end, const Calendar& calendar,
                     Timestamp now);

// Whether so much is used that the campaign must wait, whatever its participation: more than the share of the day
// allows, by a twentieth of the budget and one charge. It bounds what a burst within one step of the pacer can cost, and
// it paces a campaign that the pacer has not met yet. Thread-safe.
bool is_ahead(const PacingControls& controls, const PacedMoney& money, const Calendar& calendar, Timestamp now);

// Whether this campaign takes part in this request: a hash of both against the participation, so that a replay decides
// the same.
bool takes_part(Probability participation, std::string_view request_id, CampaignIx campaign);

}  // namespace gavel
