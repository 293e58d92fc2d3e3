#include "budget/thread_priority.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

#include "tests/support/threads.h"

namespace gavel {
namespace {

TEST(ThreadPriority, LettingOthersGoFirstConcernsTheCallingThreadAlone) {
  const int before = nice_of(0);
  if (before + 5 > kNiceMax) GTEST_SKIP() << "there is nothing nicer";
  int after = 0, again = 0;
  std::thread([&] {
    let_others_go_first();
    after = nice_of(0);
    let_others_go_first();
    again = nice_of(0);
  }).join();
  EXPECT_EQ(after, before + 5);
  EXPECT_EQ(again, before + 5);
  EXPECT_EQ(nice_of(0), before);
}

TEST(ThreadPriority, ShortSlicesLeaveTheShareOfTheCoreAsItIs) {
  const std::uint64_t before = slice_ns_of(0);
  if (before == 0) GTEST_SKIP() << "this kernel has no slices of a thread's own";
  std::uint64_t slice = 0;
  int nice = -1;
  std::thread([&] {
    prefer_short_slices();
    slice = slice_ns_of(0);
    nice = nice_of(0);
  }).join();
  EXPECT_EQ(slice, 100'000U);
  EXPECT_EQ(nice, nice_of(0));
  EXPECT_EQ(slice_ns_of(0), before);
}

}  // namespace
}  // namespace gavel
