// Drops what no token and no window can reach any more: dedupe keys and frequency records of old days.
//
// The redo log may name such keys, at a few events a day, so all counters that lack anything from before the
// drop are written first. They can be several hundred thousand: they go to the disk slice by slice, and
// between two slices the ledger commits events.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <future>

#include "budget/ledger.h"
#include "budget/ledger_state.h"

namespace gavel {

// Writes one slice of the counters that lack anything from before `until`. False: it was refused, and nothing
// was written.
bool write_slice(const LedgerParts& parts, const LedgerOptions& options, LedgerCounters& counters,
                 RedoOrdinal until);

class LedgerDrop {
 public:
  // All outlive it.
  LedgerDrop(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state);

  // Whether another day can go at that time of the clock, and is not to wait after a refusal. Any thread.
  bool is_due(Timestamp now) const;

  // The rest is the ledger's writer's alone, between two commits.

  // Sets `ended` once what can go at `at` is gone or was refused.
  void begin(Timestamp at, std::promise<void>* ended);
  bool under_way() const { return !asked_.empty(); }
  // Writes one slice of counters, or drops. `now` is the clock's time. Requires under_way().
  void step(Timestamp now);

 private:
  // The first days (UTC) that are kept.
  struct Floors {
    std::int32_t dedupe = INT32_MIN;
    std::int32_t frequency = INT32_MIN;
    bool operator==(const Floors&) const = default;
  };
  struct Asked {
    Timestamp at;
    RedoOrdinal until;
    std::promise<void>* ended;
  };
  Floors floors_at(Timestamp at) const;
  bool drop(Floors floors, Timestamp now);

  const LedgerParts& parts_;
  const LedgerOptions& options_;
  LedgerState& state_;

  // Read by any thread.
  std::atomic<Floors> reached_{Floors{}};
  std::atomic<std::int64_t> not_before_{INT64_MIN};  // microseconds

  std::deque<Asked> asked_;
};

}  // namespace gavel
