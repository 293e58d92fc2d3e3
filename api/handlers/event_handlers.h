// GET /v1/impression, GET /v1/click and POST /v1/events: what became of the ads that were shown.
#pragma once

#include "api/http/router.h"
#include "api/metrics.h"
#include "api/tokens/token_epochs.h"
#include "api/tokens/token_keys.h"
#include "auction/catalog_publisher.h"
#include "budget/ledger.h"
#include "budget/store.h"

namespace gavel {

// Everything referred to outlives the router.
struct EventServices {
  const TokenKeys& keys;
  const TokenEpochs& epochs;
  Ledger& ledger;
  const CatalogPublisher& catalog;
  const Store& store;  // landing URLs of earlier times
  Metrics& metrics;    // where invalid tokens are counted
  std::size_t workers = 1;
  std::size_t events_max = 1'000;  // of one request
  std::uint64_t body_bytes_max = 2 * 1024 * 1024;
};

// Events are answered by the ledger's thread when they are durable, and with 503 where they cannot be made
// durable.
void add_event_routes(Router& router, const EventServices& services);

}  // namespace gavel
