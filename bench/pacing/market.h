// The real engine over a landscape: catalog, auctions, holds and the ledger's charging, all in memory.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auction/auction.h"
#include "bench/pacing/arrivals.h"
#include "bench/pacing/landscape.h"
#include "budget/calendar.h"
#include "budget/ledger.h"
#include "budget/pacing_law.h"
#include "budget/store.h"
#include "budget/traffic_counts.h"

namespace gavel::pacing_sim {

// What every market of a process shares: a calendar, and a store to which nothing is ever written (the ledger
// looks for dedupe keys in it), in a directory of its own that goes when this does. Throws std::runtime_error
// where it cannot be made.
class Foundation {
 public:
  Foundation();
  ~Foundation();
  const Calendar& calendar() const { return calendar_; }
  Store& store() const { return *store_; }

 private:
  std::string directory_;
  Calendar calendar_;
  std::unique_ptr<Store> store_;
};

// How long a hold lasts at most where no charge ends it.
inline constexpr Duration kHoldTtl = std::chrono::minutes{10};

// How a market's campaigns are paced, and what the platform says of the day's traffic.
struct MarketRules {
  PacingMode pacing = PacingMode::kAsap;
  PacingMethod method = PacingMethod::kThrottle;
  bool advertisers_pay = false;            // the budgets are theirs; campaigns have none of their own
  std::vector<FestivalPhase> festival{};  // announced, for all categories; empty = none
};

// One day's market. Campaign i of the landscape has internal id i, and so have its advertiser, ad group and
// ad. Not thread-safe.
class Market {
 public:
  // `budgets` a day by campaign; empty = none has any. `auctions`: about how many the busiest kHoldTtl may
  // bring.
  Market(const Foundation& foundation, const Landscape& landscape, std::span<const Micros> budgets,
         const MarketRules& rules, Timestamp begin, std::size_t auctions);
  ~Market();

  // Runs the auction of request number `request`. The result is valid until the next.
  const AuctionResult& auction(std::uint64_t request, Cell cell, Timestamp now);
  // Decides the events as one batch of the ledger, in order.
  std::vector<EventOutcome> record(std::span<const LedgerEvent> events, Timestamp now);
  void expire_holds(Timestamp now);

  Accounts& accounts();
  const Calendar& calendar() const;
  Day today(Timestamp now) const { return calendar().day_of(now); }
  const Catalog& catalog() const;
  const TrafficBooks& traffic() const;
  std::uint64_t holds_evicted() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel::pacing_sim
