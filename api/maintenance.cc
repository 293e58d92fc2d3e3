#include "api/maintenance.h"

#include <chrono>

#include "api/data_directory.h"
#include "budget/failpoint.h"

namespace gavel {
namespace {

constexpr std::chrono::milliseconds kMaintenancePeriod{100};

}  // namespace

void Maintenance::start() {
  thread_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kMaintenancePeriod, [this] { return stopping_; })) {
      lock.unlock();
      {
        const std::lock_guard one_at_a_time(step_mutex_);
        step(parts_.clock.now());
      }
      lock.lock();
    }
  });
}

void Maintenance::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Maintenance::step(Timestamp now) {
  parts_.holds.expire(now);
  parts_.frequency.expire(now);
  parts_.ledger.drop_expired(now);
  parts_.pacing.step(now);
}

Result<Timestamp, Maintenance::JumpError> Maintenance::jump(Timestamp to) {
  const std::lock_guard one_at_a_time(step_mutex_);
  if (!parts_.clock.is_manual()) return JumpError::kNotManual;
  if (to < parts_.clock.now()) return JumpError::kBackwards;
  // What was submitted before the jump is decided by the time before it.
  parts_.ledger.flush();
  // So is what was changed: it is paced from here on.
  parts_.pacing.step_all(parts_.clock.now());
  GAVEL_FAILPOINT("clock-before-store");
  if (store_clock(parts_.store, to)) return JumpError::kNoSpace;
  GAVEL_FAILPOINT("clock-after-store");
  const auto now = parts_.clock.advance(to);
  if (!now) return JumpError::kBackwards;
  step(*now);
  parts_.pacing.step_all(*now);
  return *now;
}

}  // namespace gavel
