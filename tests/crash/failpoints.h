// The failpoints of the server, and how the tests reach each.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/crash/crash_world.h"

namespace gavel {

struct Failpoint {
  const char* name;
  std::uint64_t nth_max;  // passed about so often within some hundred milliseconds of load
};

std::span<const Failpoint> failpoints();

// Starts the world's server so that it is killed at the `nth` passing of `name`, with `environment` besides,
// and brings it there: with load, and with checkpoints and hours that go by meanwhile. `new_day`: the clock
// jumps over midnight first, so that the first batch is the first one of a day. A failure where it dies of
// anything else.
void die_at(CrashWorld& world, const std::string& name, std::uint64_t nth, bool new_day,
            std::vector<std::string> environment = {});

}  // namespace gavel
