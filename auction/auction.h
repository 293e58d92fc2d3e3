// run_auction(): the one control flow of an auction. match -> filter -> score -> rank -> price -> hold, the first three for
// no more ad groups than can matter.
#pragma once

#include <memory>

#include "auction/catalog.h"
#include "auction/request.h"
#include "auction/result.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/click_stats.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/traffic_counts.h"

namespace gavel {

// What an auction reads and, through `holds` and `accounts`, the little that it writes. All outlive the call.
struct AuctionContext {
  const Catalog& catalog;
  const Calendar& calendar;
  Accounts& accounts;
  HoldBook& holds;                 // this worker's
  TrafficCounts& traffic;          // this worker's
  const ClickStats& click_stats;
  const FrequencyCounts& frequency;
  Timestamp now;
  Duration impression_ttl, click_ttl;  // of tokens
  Duration hold_ttl;               // a hold ends after this at the latest, or with its token
  bool can_charge = true;          // false: what is sold now might never be charged, so nothing is
  double outgrown = 1;             // PctrCeilings::outgrown(), read before `catalog` was taken
};

// One worker's reusable memory. Not thread-safe.
class AuctionScratch {
 public:
  AuctionScratch();
  ~AuctionScratch();
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Runs the request's auctions in order and replaces `result`. Deterministic: the same request, catalog, accounts, click
// statistics and `now` give the same result. Allocates nothing once `scratch` and `result` have grown. Every winner's
// expected charge is held in its accounts and its claims carry a fresh token id.
void run_auction(const AuctionRequest& request, const AuctionContext& context, AuctionScratch& scratch,
                 AuctionResult& result);

}  // namespace gavel
