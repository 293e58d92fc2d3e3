// GET /v1/campaigns/{id}/pacing: a campaign's pacing minute by minute, for a plot.
#pragma once

#include "api/handlers/background.h"
#include "api/http/router.h"
#include "auction/catalog_publisher.h"
#include "budget/calendar.h"
#include "budget/clock.h"
#include "budget/store.h"

namespace gavel {

// Everything referred to outlives the router.
struct PacingServices {
  const CatalogPublisher& catalog;
  const Calendar& calendar;
  BusinessClock& clock;
  const Store& store;
  Background background;
};

void add_pacing_routes(Router& router, const PacingServices& services);

}  // namespace gavel
