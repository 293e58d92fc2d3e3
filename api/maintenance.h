// What time itself brings about: holds that expire, counts and keys that nothing can reach any more.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "api/pacing_service.h"
#include "api/resources/registry.h"
#include "budget/click_delay.h"
#include "budget/clock.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/ledger.h"
#include "budget/store.h"

namespace gavel {

// Everything maintenance works on; all outlive it.
struct MaintenanceParts {
  BusinessClock& clock;
  Store& store;
  Holds& holds;
  const ClickDelay& click_delay;
  FrequencyCounts& frequency;
  Ledger& ledger;
  PacingService& pacing;
  Registry& registry;
};

// A step is a function of the business time alone and costs what has expired, not how much time went by. On
// the system clock a thread takes a step every 100 ms, and one of pacing and of lists alone every 2; on the manual
// clock each jump takes one before it is answered.
class Maintenance {
 public:
  explicit Maintenance(MaintenanceParts parts) : parts_(parts) {}
  ~Maintenance() { stop(); }

  void start();  // the thread; not with a manual clock
  // A step, and a look whether the system's clock goes as a clock does.
  void take_turn();
  // What the thread does each time: pacing and outgrown lists alone, or a whole turn where one is due.
  void take_short_turn();
  void stop();  // idempotent

  // Moves a manual clock to `to` and lets everything happen that the time between brings: the new time is
  // durable first. Where the disk is full it is not, and neither is anything else at that time: what is made
  // durable later takes its time along.
  enum class JumpError { kNotManual, kBackwards };
  Result<Timestamp, JumpError> jump(Timestamp to);

 private:
  void take_whole_turn(Timestamp now);
  void step(Timestamp now);
  void look_at_disk();

  MaintenanceParts parts_;
  std::mutex step_mutex_;  // one step or jump at a time
  // Protected by step_mutex_.
  bool disk_full_ = false;                // as it was logged
  std::optional<Timestamp> turn_at_ = {};  // of the last whole turn
  int short_turns_ = 0;                    // since then
  std::mutex mutex_;       // protects stopping_
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gavel
