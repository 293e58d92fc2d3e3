#include "budget/thread_priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <thread>

namespace gavel {
namespace {

int nice_of_this_thread() {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)));
}

// sched_getattr(2): the slice stands at byte 24. Kernels before 6.12 show none for a usual thread.
std::uint64_t slice_ns_of_this_thread() {
  std::array<char, 48> attributes{};
  if (syscall(SYS_sched_getattr, 0, attributes.data(), attributes.size(), 0) != 0) return 0;
  std::uint64_t slice = 0;
  std::memcpy(&slice, attributes.data() + 24, sizeof slice);
  return slice;
}

TEST(ThreadPriority, LettingOthersGoFirstConcernsTheCallingThreadAlone) {
  const int before = nice_of_this_thread();
  if (before >= 5) GTEST_SKIP() << "this process already lets others go first";
  int after = 0, again = 0;
  std::thread([&] {
    let_others_go_first();
    after = nice_of_this_thread();
    let_others_go_first();
    again = nice_of_this_thread();
  }).join();
  EXPECT_EQ(after, 5);
  EXPECT_EQ(again, 5);
  EXPECT_EQ(nice_of_this_thread(), before);
}

TEST(ThreadPriority, ShortSlicesLeaveTheShareOfTheCoreAsItIs) {
  const std::uint64_t before = slice_ns_of_this_thread();
  if (before == 0) GTEST_SKIP() << "this kernel has no slices of a thread's own";
  std::uint64_t slice = 0;
  int nice = -1;
  std::thread([&] {
    prefer_short_slices();
    slice = slice_ns_of_this_thread();
    nice = nice_of_this_thread();
  }).join();
  EXPECT_EQ(slice, 100'000U);
  EXPECT_EQ(nice, nice_of_this_thread());
  EXPECT_EQ(slice_ns_of_this_thread(), before);
}

}  // namespace
}  // namespace gavel
