// Budgets and festivals of campaigns, balances of advertisers, and deposits.
#pragma once

#include "api/http/router.h"
#include "api/pacing_service.h"
#include "auction/catalog_publisher.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/clock.h"
#include "budget/ledger.h"

namespace gavel {

// Everything referred to outlives the router.
struct AccountServices {
  const CatalogPublisher& catalog;
  const Accounts& accounts;
  const Calendar& calendar;
  BusinessClock& clock;
  Ledger& ledger;
  const PacingService& pacing;
};

void add_account_routes(Router& router, const AccountServices& services);

}  // namespace gavel
