// POST /v1/auctions.
#pragma once

#include <chrono>
#include <functional>

#include "api/http/router.h"
#include "api/metrics.h"
#include "api/pacing_service.h"
#include "api/tokens/token_keys.h"
#include "api/tokens/user_hash.h"
#include "auction/catalog_publisher.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/click_stats.h"
#include "budget/clock.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/ledger.h"

namespace gavel {

// What auctions over HTTP work on; everything referred to outlives the router.
struct AuctionServices {
  const CatalogPublisher& catalog;
  const Calendar& calendar;
  BusinessClock& clock;
  const Ledger& ledger;
  Accounts& accounts;
  Holds& holds;  // a book for each worker
  PacingService& pacing;
  const ClickStats& click_stats;
  const FrequencyCounts& frequency;
  Metrics& metrics;
  const TokenKeys& keys;
  UserSalt user_salt{};
  Duration impression_ttl{}, click_ttl{}, hold_ttl{};
  std::size_t workers = 1;
  std::uint64_t body_bytes_max = 4 * 1024 * 1024;
  std::chrono::milliseconds tmax{1'000};  // of requests that do not say how long their sender waits
  std::function<std::chrono::steady_clock::time_point()> steady_clock = std::chrono::steady_clock::now;
};

// An auction runs on the worker that read its request, with that worker's memory, in one go: no lock, no
// disk, no other thread, no allocation in the steady state. One that is not begun within its `tmax_ms`,
// counted from the request's first byte, is not run: nobody waits for it any more.
void add_auction_routes(Router& router, const AuctionServices& services);

}  // namespace gavel
