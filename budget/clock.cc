#include "budget/clock.h"

namespace gavel {

Timestamp BusinessClock::now() {
  std::int64_t last = last_.load(std::memory_order_acquire);
  if (is_manual()) return from_micros(last);
  const std::int64_t seen = to_micros(source_());
  while (seen > last) {
    if (last_.compare_exchange_weak(last, seen, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return from_micros(seen);
    }
  }
  return from_micros(last);
}

Result<Timestamp, ClockError> BusinessClock::advance(Timestamp to) {
  if (!is_manual()) return ClockError::kNotManual;
  const std::int64_t wanted = to_micros(to);
  std::int64_t last = last_.load(std::memory_order_acquire);
  while (wanted >= last) {
    if (last_.compare_exchange_weak(last, wanted, std::memory_order_acq_rel, std::memory_order_acquire)) {
      return to;
    }
  }
  return ClockError::kBackwards;
}

}  // namespace gavel
