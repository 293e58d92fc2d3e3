// Who is compared.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/pacing/driver.h"
#include "bench/pacing/market.h"
#include "bench/pacing/traffic.h"
#include "budget/pacing_law.h"

namespace gavel::pacing_sim {

struct Contender {
  std::string_view name;
  PacingMode mode = PacingMode::kEven;
  PacingMethod method = PacingMethod::kThrottle;
  std::shared_ptr<const PacingLaw> law = nullptr;  // a yardstick's; the service's own where there is none
  bool advertisers_pay = false;  // the budgets are the advertisers', their campaigns have none of their own
};

// "none" (as soon as possible), the yardsticks, the service's "throttle" and "bid_shading", and both with budgets of
// advertisers instead of campaigns.
const std::vector<Contender>& all_contenders();
// The one of that name; nullptr where there is none.
const Contender* contender_of(std::string_view name);

// Who sets the controls in this market; nullptr where nobody does. The service's pacer is stepped
// every `pacer_step_s` seconds. All other arguments outlive it.
std::unique_ptr<PacingDriver> make_driver(const Contender& contender, Market& market,
                                          const Landscape& landscape, std::span<const CampaignMoney> money,
                                          const TrafficDay& day, int pacer_step_s);

}  // namespace gavel::pacing_sim
