#include "budget/thread_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace gavel {
namespace {

constexpr std::chrono::nanoseconds kShortSlice = std::chrono::microseconds{100};  // the least that there is
constexpr int kLater = 5;  // above the process's own nice
constexpr int kNiceMax = 19;

// sched_setattr(2), for which the C library has no declarations, and whose header cannot stand beside the C library's.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0, deadline_ns = 0, period_ns = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);  // the first version's

}  // namespace

void prefer_short_slices() {
  SchedulingAttributes attributes;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.runtime_ns = static_cast<std::uint64_t>(kShortSlice.count());
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void let_others_go_first() {
  const int nice = std::min(getpriority(PRIO_PROCESS, static_cast<id_t>(getpid())) + kLater, kNiceMax);
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  if (getpriority(PRIO_PROCESS, thread) < nice) setpriority(PRIO_PROCESS, thread, nice);
}

}  // namespace gavel
