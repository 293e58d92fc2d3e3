// What pacing keeps on disk: the traffic forecast, the pacer's memory, and the minutes of campaigns for plots.
#pragma once

#include <optional>
#include <vector>

#include "budget/pacer.h"
#include "budget/store.h"
#include "budget/traffic_forecast.h"
#include "budget/time.h"

namespace gavel {

// Minutes of campaigns are kept for so long.
inline constexpr Duration kPacingMinutesKept = std::chrono::hours{48};

// Into a forecast and a pacer that have not been stepped yet. Entries of another version are left out.
void load_forecast(const Store& store, TrafficForecast& forecast);
void load_pacer(const Store& store, Pacer& pacer);

// One synced batch: the minute that `now` ends (all campaigns that had traffic or spend), the memory of all campaigns,
// the cells that have learned. `drop_old`: also drops minutes that are too old. A full disk loses what the batch held,
// nothing else.
std::optional<StoreError> save_pacing(Store& store, Pacer& pacer, const TrafficForecast& forecast,
                                      const std::vector<std::uint32_t>& learned, Timestamp now, bool drop_old);

struct TimedPacingMinute {
  Timestamp end;
  PacingMinute figures;
};
// The campaign's minutes that ended in (from, to], in order; those without traffic and spend are left out.
std::vector<TimedPacingMinute> read_pacing_minutes(const Store& store, CampaignIx campaign, Timestamp from,
                                                   Timestamp to);

}  // namespace gavel
