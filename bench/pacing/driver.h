// Who sets the controls of a market's campaigns as the day goes on.
#pragma once

#include "bench/pacing/landscape.h"
#include "budget/money.h"
#include "budget/time.h"

namespace gavel::pacing_sim {

// A campaign's money: what it may spend a day and what it usually pays for one charge.
struct CampaignMoney {
  Micros budget{};
  double charge = 1;  // micros
};

// Not thread-safe.
class PacingDriver {
 public:
  virtual ~PacingDriver() = default;
  // One more request of this cell, before its auction.
  virtual void saw(Cell cell) = 0;
  // Called at the beginning of every second of the day.
  virtual void tick(int second, Timestamp now) = 0;
};

}  // namespace gavel::pacing_sim
