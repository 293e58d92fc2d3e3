// Pacing, as an auction sees it: whether a campaign takes part in this one. What it goes by is set once a second by the
// Pacer (pacer.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/ids.h"
#include "budget/mix.h"
#include "budget/money.h"
#include "budget/pacing_law.h"
#include "budget/time.h"

namespace gavel {

enum class PacingMode : std::uint8_t { kEven, kAsap };

// What is to last for this day of a campaign.
struct PacedMoney {
  Micros budget;                        // of the day, that of a festival in force included
  Micros used;                          // charged to it and held
  std::optional<Timestamp> start, end;  // of the campaign's flight
};

// The share of the campaign's day, by the clock alone, that is gone at `now`: a day cut by its flight.
Probability day_gone(std::optional<Timestamp> start, std::optional<Timestamp> end, const Calendar& calendar,
                     Timestamp now);

// The campaign's own money of `today`, whatever its flight; none where it has no budget of its own. Thread-safe.
std::optional<PacedMoney> paced_money(const CampaignAccount& account, Day today);

// Whether so much is used that the campaign must wait, whatever its participation: more than the share of the day
// allows, by a twentieth of the budget. With the one charge that may come on top it bounds what a burst within one step of the
// pacer can cost, and it paces a campaign that the pacer has not met yet. Thread-safe.
bool is_ahead(const PacingControls& controls, const PacedMoney& money, const Calendar& calendar, Timestamp now);

// Whether none of the campaign's ads can take part, whatever their response, told by its account alone: for a campaign that
// is `even`, for which no festival's budget is in force. May say no of some who cannot. Thread-safe.
bool must_wait(const CampaignAccount& account, Day today, Probability draw);

// The numbers that campaigns draw in one request, from 0 up to 1: hashes of both, so that a replay decides the same and
// campaigns are drawn independently.
class PacingDraws {
 public:
  PacingDraws() = default;
  explicit PacingDraws(std::string_view request_id);
  Probability of(CampaignIx campaign) const {
    return {static_cast<std::int32_t>((mix(request_ ^ mix(campaign.value)) >> 32) * kProbabilityOne >> 32)};
  }

 private:
  std::uint64_t request_ = 0;
};

// How well an auction suits who is held back: the square of how many times likelier a click is than the placement takes
// for granted, at 1e-6 and at most 1e12; 1 where nothing is known but that default.
std::uint64_t response_of(Probability pctr, Probability default_pctr);

// A campaign's participation in one auction: more of it where the auction's response is above what the campaign usually
// meets, less below, so that what may be spent buys the clicks that are likelier, and with them cheaper (Xu et al., KDD
// 2015, hold back layers of responses one after the other; this tilts the odds smoothly). On average over a campaign's ads about
// `participation`; just that where the response is the usual one or the usual one is not known, and where it is 0 or 1.
Probability participation_at(std::uint64_t response, float usual_response, Probability participation);

// Whether a campaign whose number in the request is `draw` takes part in it.
inline bool takes_part(Probability participation, Probability draw) { return draw < participation; }

}  // namespace gavel
