// Plays one recorded day through a market.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bench/pacing/arrivals.h"
#include "bench/pacing/contenders.h"
#include "bench/pacing/market.h"

namespace gavel::pacing_sim {

struct DayOptions {
  std::uint64_t seed = 1;         // of clicks and their delays
  double click_delay_s = 30;      // mean; exponential
  int pacer_step_s = 1;           // of the service's pacer
  double impression_delay_s = 1;  // mean; exponential
};

// What one campaign did in a day.
struct CampaignDay {
  Micros charged{}, uncharged{};
  std::uint64_t clicks = 0;  // of CPC ads: those charged, if only in part
  std::uint64_t charges = 0;
  double expected_clicks = 0;  // sum of pctr x position_ctr of what was shown
  double expected_cost = 0;    // micros
  std::uint64_t shown = 0;
};

// Who was shown in one auction, and what the scores were: enough to tell what any one campaign would have met
// there.
struct LoggedAuction {
  std::array<float, kSlots + 1> score{};  // best first; the last is that of the best ad not shown; 0 = nobody
  std::array<CampaignNumber, kSlots> winner{};
  std::uint32_t shown = 0;
};

struct DayRecord {
  std::vector<CampaignDay> campaigns;
  std::vector<std::int64_t> charged;    // micros until the end of each step; [campaign * kSteps + step]
  std::vector<LoggedAuction> auctions;  // as the arrivals
  std::uint64_t holds_evicted = 0;
};

// `money` a campaign, or empty for no budgets. Clicks that come after midnight are the next day's and left
// out.
DayRecord play_day(const Foundation& foundation, const Landscape& landscape, const TrafficDay& day,
                   const std::vector<Arrival>& arrivals, std::span<const CampaignMoney> money,
                   const Contender& contender, const DayOptions& options);

// What the campaigns may spend: budget_share of what each would be expected to spend unpaced on a normal day
// of these arrivals, at least a bid's worth; and what it pays for a charge there.
std::vector<CampaignMoney> allot_money(const Landscape& landscape, const DayRecord& unpaced);

}  // namespace gavel::pacing_sim
