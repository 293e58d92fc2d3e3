// From what happens in a market to the controls of its campaigns: keeps the signals and asks the law every
// second.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/pacing/driver.h"
#include "bench/pacing/market.h"
#include "bench/pacing/traffic.h"
#include "budget/pacing_law.h"

namespace gavel::pacing_sim {

// Not thread-safe.
class SignalLoop final : public PacingDriver {
 public:
  // All outlive it.
  SignalLoop(Market& market, const Landscape& landscape, std::span<const CampaignMoney> money,
             const TrafficDay& day, const PacingLaw& law);

  void saw(Cell cell) override;
  // Asks the law about every campaign that something happened to, and about the others every kIdleSeconds.
  void tick(int second, Timestamp now) override;

 private:
  static constexpr int kIdleSeconds = 10;
  struct State {
    double used = 0;
    std::uint32_t traffic = 0, traffic_before = 0;
    int stepped = -1;
    PacingMemory memory;
  };
  void step(CampaignNumber campaign, int second, double used);

  Market& market_;
  const Landscape& landscape_;
  const std::span<const CampaignMoney> money_;
  const PacingLaw& law_;
  std::vector<CumulativeTraffic> forecasts_;
  std::vector<double> forecast_share_;  // of its regions' forecast that the campaign is eligible for
  std::vector<State> states_;
  std::vector<CampaignNumber> touched_;  // had traffic since the last tick
};

}  // namespace gavel::pacing_sim
