// The business clock: what every day, hour, expiry and schedule goes by. It never goes back.
#pragma once

#include <atomic>
#include <functional>

#include "budget/result.h"
#include "budget/time.h"

namespace gavel {

// Business time stays before this: years have four digits wherever a time is shown, and what is reckoned from now on
// (the end of a day, the life of a token) has a year to spare.
inline constexpr Timestamp kClockEnd = std::chrono::sys_days{std::chrono::year{9999} / 1 / 1};

enum class ClockError { kNotManual, kBackwards };

// Thread-safe. `system` mode follows `source` but holds still while that lies behind what was shown before (or
// behind `floor`, the last time the data directory knows); `manual` mode stands until advance().
class BusinessClock {
 public:
  static BusinessClock manual(Timestamp start) { return BusinessClock(start, nullptr); }
  static BusinessClock system(Timestamp floor, std::function<Timestamp()> source) {
    return BusinessClock(floor, std::move(source));
  }
  BusinessClock(BusinessClock&& o) noexcept : last_(o.last_.load()), source_(std::move(o.source_)) {}

  bool is_manual() const { return !source_; }
  Timestamp now();
  // Manual mode only: moves the clock to `to`. The same time again is allowed and changes nothing.
  Result<Timestamp, ClockError> advance(Timestamp to);

 private:
  BusinessClock(Timestamp start, std::function<Timestamp()> source)
      : last_(to_micros(start)), source_(std::move(source)) {}
  std::atomic<std::int64_t> last_;
  std::function<Timestamp()> source_;
};

}  // namespace gavel
