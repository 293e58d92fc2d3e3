// The slices that the scheduler gives threads.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace gavel {

// Of a thread, 0 = the calling one; 0 where it has none of its own to show, as before Linux 6.12. sched_getattr(2): the slice
// stands at byte 24.
inline std::uint64_t slice_ns_of(pid_t thread) {
  std::array<char, 48> attributes{};
  if (syscall(SYS_sched_getattr, thread, attributes.data(), attributes.size(), 0) != 0) return 0;
  std::uint64_t slice = 0;
  std::memcpy(&slice, attributes.data() + 24, sizeof slice);
  return slice;
}

}  // namespace gavel
