// GET /v1/reports.
#pragma once

#include "api/handlers/background.h"
#include "api/http/router.h"
#include "auction/catalog_publisher.h"
#include "budget/calendar.h"
#include "budget/ledger.h"

namespace gavel {

// Everything referred to outlives the router and the background's thread.
struct ReportServices {
  const CatalogPublisher& catalog;  // names of resources, deleted ones too
  const Calendar& calendar;
  Ledger& ledger;
  Background background;  // where reports are summed up, one after the other
};

void add_report_routes(Router& router, const ReportServices& services);

}  // namespace gavel
