#include "api/maintenance.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "api/data_directory.h"
#include "budget/failpoint.h"
#include "budget/thread_priority.h"

namespace gavel {
namespace {

// Turns of pacing and lists alone lie between whole ones: short ones hold up less who shares the core with them.
constexpr std::chrono::milliseconds kShortTurn{2};
constexpr Duration kTurn = std::chrono::milliseconds{100};
constexpr int kShortTurnsMax = 50;  // then a whole one, even where business time stands
// Turns that lie further apart have something between them that was no serving: the machine slept, the clock was
// set, or a step hung on the disk.
constexpr Duration kTurnsApartMax = std::chrono::minutes{1};

}  // namespace

void Maintenance::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "gavel-upkeep");
    let_others_go_first();
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kShortTurn, [this] { return stopping_; })) {
      lock.unlock();
      take_short_turn();
      lock.lock();
    }
  });
}

void Maintenance::take_turn() {
  const std::lock_guard one_at_a_time(step_mutex_);
  take_whole_turn(parts_.clock.now());
}

void Maintenance::take_short_turn() {
  const std::lock_guard one_at_a_time(step_mutex_);
  const Timestamp now = parts_.clock.now();
  ++short_turns_;
  if (!turn_at_ || now - *turn_at_ >= kTurn || short_turns_ >= kShortTurnsMax) return take_whole_turn(now);
  parts_.pacing.step(now);
  parts_.registry.relist_outgrown();
}

void Maintenance::take_whole_turn(Timestamp now) {
  if (turn_at_ && (now == *turn_at_ || now - *turn_at_ > kTurnsApartMax)) parts_.pacing.skip(now);
  turn_at_ = now;
  short_turns_ = 0;
  step(now);
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
  parts_.holds.expire(now, parts_.click_delay.schedule());
  parts_.frequency.expire(now);
  look_at_disk();
  parts_.ledger.drop_expired(now);
  parts_.pacing.step(now);
  parts_.registry.relist_outgrown();
}

// A ledger that was refused finds out here when there is space again: auctions may have nothing to sell
// meanwhile, so that no event would.
void Maintenance::look_at_disk() {
  parts_.ledger.probe();
  const bool full = parts_.ledger.metrics().disk_full.load();
  if (full == disk_full_) return;
  disk_full_ = full;
  if (full) {
    spdlog::error("no space is left for charges beside the disk's reserve: they are refused until there is");
  } else {
    spdlog::info("there is space again: charging goes on");
  }
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
  static_cast<void>(store_clock(parts_.store, to));  // refused: see jump()
  GAVEL_FAILPOINT("clock-after-store");
  const auto now = parts_.clock.advance(to);
  if (!now) return JumpError::kBackwards;
  step(*now);
  parts_.pacing.step_all(*now);
  return *now;
}

}  // namespace gavel
