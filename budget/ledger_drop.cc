#include "budget/ledger_drop.h"

#include <algorithm>

#include "budget/failpoint.h"
#include "budget/frequency.h"
#include "budget/ledger_codec.h"

namespace gavel {
namespace {

using std::chrono::hours;

// Keys outlive the longest life of a token by this, and live at least kDedupeLifeMin whatever the life of
// tokens.
constexpr Duration kDropMargin = hours{24};
constexpr Duration kDedupeLifeMin = hours{24 * 31};

}  // namespace

bool write_slice(const LedgerParts& parts, const LedgerOptions& options, LedgerCounters& counters,
                 RedoOrdinal until) {
  WriteBatch writes;
  counters.stage_slice(until, options.counters_per_slice, writes);
  GAVEL_FAILPOINT("counters-before-write");
  const bool durable = !parts.store.write(writes);
  GAVEL_FAILPOINT("counters-after-write");
  counters.settle(durable);
  return durable;
}

LedgerDrop::LedgerDrop(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state)
    : parts_(parts), options_(options), state_(state) {}

// Dedupe keys go by the day of issue, which the token itself says: a key of day D may go when every token of
// that day is past every life a token has here.
LedgerDrop::Floors LedgerDrop::floors_at(Timestamp at) const {
  const Duration life =
      std::max({kDedupeLifeMin, options_.impression_ttl, options_.click_ttl, options_.conversion_ttl}) +
      kDropMargin;
  return {.dedupe = utc_day(at - life), .frequency = utc_day(at - kFrequencyWindowMax - kDropMargin)};
}

bool LedgerDrop::is_due(Timestamp now) const {
  return reached_.load() != floors_at(now) && to_micros(now) >= not_before_.load(std::memory_order_relaxed);
}

void LedgerDrop::begin(Timestamp at, std::promise<void>* ended) {
  asked_.push_back({at, state_.counters.next(), ended});
}

// Events that are committed meanwhile name no key that goes: their tokens would be past their lives.
void LedgerDrop::step(Timestamp now) {
  const Asked& asked = asked_.front();
  const Floors wanted = floors_at(asked.at);
  const Floors floors{.dedupe = std::max(wanted.dedupe, state_.dedupe_floor),
                      .frequency = std::max(wanted.frequency, state_.frequency_floor)};
  bool durable = true;
  if (floors != Floors{state_.dedupe_floor, state_.frequency_floor}) {
    const bool more = state_.counters.logs_before(asked.until);
    durable = more ? write_slice(parts_, options_, state_.counters, asked.until) : drop(floors, now);
    if (durable && more) return;
  }
  if (durable) {
    reached_.store(wanted);
  } else {
    not_before_.store(to_micros(asked.at + kDropRetry), std::memory_order_relaxed);
  }
  asked.ended->set_value();
  asked_.pop_front();
}

// The floor of dedupe keys is stored with the drop, since a later configuration could let tokens live longer:
// those below it stay expired.
bool LedgerDrop::drop(Floors floors, Timestamp now) {
  WriteBatch writes;
  writes.erase_range(Family::kDedupe, {}, day_prefix(floors.dedupe));
  writes.erase_range(Family::kFrequency, {}, day_prefix(floors.frequency));
  writes.put(Family::kMeta, kDedupeFloorKey, day_prefix(floors.dedupe));
  // A clock that was wrong for a moment must not be right again while what it dropped stays expired.
  put_ledger_clock(writes, parts_.clock, now);
  if (parts_.store.write(writes)) return false;
  state_.dedupe_floor = floors.dedupe;
  state_.frequency_floor = floors.frequency;
  return true;
}

}  // namespace gavel
