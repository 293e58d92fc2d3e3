// Paces a market's campaigns as the service does: the very pacer, planner, forecast and laws that serve, told
// of the day's traffic what a service knows that has watched such weeks before.
#pragma once

#include "auction/pacing_planner.h"
#include "bench/pacing/driver.h"
#include "bench/pacing/market.h"
#include "bench/pacing/traffic.h"
#include "budget/pacer.h"
#include "budget/pacing_laws.h"
#include "budget/traffic_watch.h"

namespace gavel::pacing_sim {

// Not thread-safe.
class ServicePacing final : public PacingDriver {
 public:
  // All outlive it. The pacer is stepped every `step_s` seconds.
  ServicePacing(Market& market, const TrafficDay& day, int step_s);

  void saw(Cell) override {}  // auctions count themselves
  void tick(int second, Timestamp now) override;

 private:
  void learn(const TrafficDay& day);

  Market& market_;
  const int step_s_;
  TrafficWatch watch_;
  ThrottleLaw throttle_;
  ShadingLaw shading_;
  Pacer pacer_;
  PacingPlanner planner_;
};

}  // namespace gavel::pacing_sim
