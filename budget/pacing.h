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

// How well an auction suits who is held back: the square of how many times likelier a click is than the placement takes
// for granted, at 1e-6 and at most 1e12; 1 where nothing is known but that default.
std::uint64_t response_of(Probability pctr, Probability default_pctr);

// A campaign's participation in one auction: more of it where the auction's response is above what the campaign usually
// meets, less below, so that what may be spent buys the clicks that are likelier, and with them cheaper (Xu et al., KDD
// 2015, hold back layers of responses one after the other; this tilts the odds smoothly). On average over a campaign's ads about
// `participation`; just that where the response is the usual one or the usual one is not known, and where it is 0 or 1.
Probability participation_at(std::uint64_t response, float usual_response, Probability participation);

// Whether this campaign takes part in this request: a hash of both against the participation, so that a replay decides
// the same.
bool takes_part(Probability participation, std::string_view request_id, CampaignIx campaign);

}  // namespace gavel
