#include "bench/pacing/contenders.h"

#include <algorithm>

#include "bench/pacing/service_pacing.h"
#include "bench/pacing/signal_loop.h"
#include "bench/pacing/yardsticks.h"

namespace gavel::pacing_sim {

const std::vector<Contender>& all_contenders() {
  constexpr auto kThrottle = PacingMethod::kThrottle, kShading = PacingMethod::kBidShading;
  static const std::vector<Contender> kAll = {
      {.name = "none", .mode = PacingMode::kAsap},
      {.name = "linkedin", .method = kThrottle, .law = std::make_shared<LinkedInThrottle>()},
      {.name = "pid", .method = kThrottle, .law = std::make_shared<PidThrottle>()},
      {.name = "throttle", .method = kThrottle},
      {.name = "adaptive_pacing", .method = kShading, .law = std::make_shared<AdaptivePacing>()},
      {.name = "dual_ftrl", .method = kShading, .law = std::make_shared<DualFtrl>()},
      {.name = "bid_shading", .method = kShading},
      {.name = "advertiser_throttle", .method = kThrottle, .advertisers_pay = true},
      {.name = "advertiser_shading", .method = kShading, .advertisers_pay = true},
  };
  return kAll;
}

const Contender* contender_of(std::string_view name) {
  const auto& all = all_contenders();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Contender& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::unique_ptr<PacingDriver> make_driver(const Contender& contender, Market& market,
                                          const Landscape& landscape, std::span<const CampaignMoney> money,
                                          const TrafficDay& day, int pacer_step_s) {
  if (contender.mode == PacingMode::kAsap) return nullptr;
  if (contender.law) return std::make_unique<SignalLoop>(market, landscape, money, day, *contender.law);
  return std::make_unique<ServicePacing>(market, day, pacer_step_s);
}

}  // namespace gavel::pacing_sim
