#include "tests/crash/deaths.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace gavel {
namespace {

constexpr std::size_t kReplayedEachTime = 50;  // events a client; at a world's end all of them

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void close_world(CrashWorld& world, CrashTotals& totals) {
  world.verify(SIZE_MAX);
  const auto verify_directory = [&world] {
    world.server().set_arguments({"--verify"});
    EXPECT_EQ(world.server().run_to_exit(), 0) << world.server().log();
    world.server().set_arguments({});
  };
  world.server().kill_hard();
  verify_directory();
  if (!world.recover()) return;
  EXPECT_EQ(world.server().terminate(), 0);
  verify_directory();
  totals.answers += world.totals().answers;
  totals.events += world.totals().events;
  totals.over_budget += world.totals().over_budget;
}

}  // namespace

std::uint64_t crash_kills() {
  return number_from("GAVEL_CRASH_KILLS", 300);
}

std::uint64_t crash_seed() {
  return number_from("GAVEL_CRASH_SEED", 1);
}

CrashTotals survive(std::uint64_t deaths, const std::function<void(CrashWorld&, std::uint64_t)>& die) {
  CrashTotals totals;
  std::unique_ptr<CrashWorld> world;
  std::uint64_t in_this_world = 0, round = 0;
  for (; round < deaths && !testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + " of seed " + std::to_string(crash_seed()));
    if (!world) {
      world = std::make_unique<CrashWorld>(crash_seed() + round);
      in_this_world = 0;
      if (!world->open()) return totals;
    }
    die(*world, round);
    if (!world->recover()) return totals;
    world->verify(kReplayedEachTime);
    if (++in_this_world < kDeathsPerWorld && !world->is_old() && round + 1 < deaths) continue;
    close_world(*world, totals);
    world.reset();
  }
  std::printf("%llu deaths, %llu answers under load, %llu events, %llu over budget\n",
              static_cast<unsigned long long>(round), static_cast<unsigned long long>(totals.answers),
              static_cast<unsigned long long>(totals.events),
              static_cast<unsigned long long>(totals.over_budget));
  EXPECT_GT(totals.events, deaths) << "there was no load to speak of";
  return totals;
}

}  // namespace gavel
