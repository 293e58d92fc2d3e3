// kill -9 at random moments under load: what was answered is there, once, and no limit was passed.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/crash/deaths.h"

namespace gavel {
namespace {

constexpr auto kSpan = std::chrono::days(20);  // business time that goes by in a world
constexpr std::uint64_t kOneInStartingUp = 8;  // of the kills is followed by one during the next start

void pause_at_most(CrashWorld& world, std::uint64_t ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(world.rng()() % ms));
}

TEST(Kill, WhatWasAnsweredSurvivesEveryKill) {
  const std::uint64_t kills = std::max<std::uint64_t>(crash_kills() / 2, 1);
  const std::chrono::seconds step = kSpan / std::min(kills, kDeathsPerWorld);
  const CrashTotals totals = survive(kills, [&](CrashWorld& world, std::uint64_t) {
    world.advance(step);
    world.load_until([&world] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      pause_at_most(world, 146);
      world.server().kill_hard();
    });
    if (world.rng()() % kOneInStartingUp != 0) return;
    EXPECT_TRUE(world.server().spawn());
    pause_at_most(world, 40);
    world.server().kill_hard();
  });
  // The handful of kills under a sanitizer is over before much is spent.
  if (kills >= kDeathsPerWorld / 2) {
    EXPECT_GT(totals.over_budget, kills / 5) << "limits were hardly met";
  }
}

}  // namespace
}  // namespace gavel
