// What the ledger's writer keeps from one batch to the next, beside the accounts. The writer's alone.
#pragma once

#include <cstdint>

#include "budget/ledger.h"
#include "budget/ledger_counters.h"
#include "budget/time.h"

namespace gavel {

struct LedgerState {
  LedgerState(const LedgerParts& parts, const LedgerOptions& options)
      : counters({parts.store, parts.calendar, parts.accounts, parts.click_stats}, options.redo_events_max) {}

  LedgerCounters counters;
  Timestamp hour;                            // of the last commit
  std::int32_t dedupe_floor = INT32_MIN;     // dedupe keys of earlier issue days (UTC) may be gone
  std::int32_t frequency_floor = INT32_MIN;  // frequency records of earlier days (UTC) were dropped
};

// Fills accounts, click statistics and the state from the store, opening every account that occurs there, and
// makes durable the clock's time if it is later than the one stored, and the longest lives that tokens have had.
// Throws std::runtime_error where that cannot be written, or where the redo log is damaged.
void load_ledger(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state);

}  // namespace gavel
