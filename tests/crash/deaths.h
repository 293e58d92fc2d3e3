// The loop that all crash tests share: live, die, start again, be held against the journals.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/crash/crash_world.h"

namespace gavel {

// GAVEL_CRASH_KILLS, 300 where it is not set: how often the server dies in all tests together.
std::uint64_t crash_kills();
// GAVEL_CRASH_SEED, 1 where it is not set: which moments and which load.
std::uint64_t crash_seed();

// Calls `die` `deaths` times with a world whose server runs; it must leave none running. After each, the
// server is started and everything verified. A new world is opened every kDeathsPerWorld deaths, and when one
// is old: its journals and collections grow, and each death must not cost more than the one before. Ends
// early at a failure.
inline constexpr std::uint64_t kDeathsPerWorld = 100;
CrashTotals survive(std::uint64_t deaths,
                    const std::function<void(CrashWorld& world, std::uint64_t round)>& die);

}  // namespace gavel
