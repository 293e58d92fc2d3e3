// What the scheduler knows of threads.
#pragma once

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>

#include "tests/support/temp_dir.h"

namespace gavel {

inline constexpr int kNiceMax = 19;

// Of a thread, 0 = the calling one.
inline int nice_of(pid_t thread) {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(thread));
}

// Of a thread, 0 = the calling one; 0 where it has none of its own to show, as before Linux 6.12. sched_getattr(2): the slice
// stands at byte 24.
inline std::uint64_t slice_ns_of(pid_t thread) {
  std::array<char, 48> attributes{};
  if (syscall(SYS_sched_getattr, thread, attributes.data(), attributes.size(), 0) != 0) return 0;
  std::uint64_t slice = 0;
  std::memcpy(&slice, attributes.data() + 24, sizeof slice);
  return slice;
}

// A process's threads by name, of equal names one; those that end meanwhile are passed over.
inline std::map<std::string, pid_t> threads_of(pid_t process) {
  std::map<std::string, pid_t> threads;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string name = read_file(thread.path() / "comm");
    if (name.empty()) continue;
    name.pop_back();  // the end of the line
    threads[name] = std::stoi(thread.path().filename());
  }
  return threads;
}

}  // namespace gavel
