// Health, version, metrics, the API's description, and what an operator does: moving a manual clock,
// checkpoints.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/handlers/background.h"
#include "api/http/router.h"
#include "api/maintenance.h"
#include "api/metrics.h"
#include "budget/clock.h"
#include "budget/result.h"
#include "budget/store.h"
#include "budget/time.h"

namespace gavel {

// Everything referred to outlives the router and the background's thread.
struct OperationServices {
  Metrics& metrics;
  Store& store;
  BusinessClock& clock;
  std::string checkpoints;  // the directory that holds checkpoints; it exists
  Timestamp started_at;     // of the wall clock
  // Whether the service takes requests: everything is loaded and it is not draining. Called on workers.
  std::function<bool()> ready;
  // Moves the manual clock and lets everything happen that this brings about. Called on the background's
  // thread.
  std::function<Result<Timestamp, Maintenance::JumpError>(Timestamp)> jump;
  // The file of token keys that belongs to a copy of the data; empty where the configuration names its own.
  std::string token_keys;
  // By worker, the serial number of the next token. Called on the background's thread.
  std::function<std::vector<std::uint64_t>()> next_serials;
  Background background;  // where jumps and checkpoints are made, one after the other
};

void add_operation_routes(Router& router, const OperationServices& services);

}  // namespace gavel
