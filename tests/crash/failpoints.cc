#include "tests/crash/failpoints.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>

namespace gavel {
namespace {

constexpr Failpoint kFailpoints[] = {
    {"ledger-before-write", 20},
    {"ledger-after-write", 20},
    {"ledger-before-answer", 40},
    {"counters-before-write", 2},
    {"counters-after-write", 2},
    {"disk-before-sync", 60},
    {"ledger-new-hour", 2},
    {"change-before-write", 10},
    {"change-after-write", 10},
    {"clock-before-store", 2},
    {"clock-after-store", 2},
    {"checkpoint-begin", 2},
    {"checkpoint-end", 2},
    {"flush-begin", 8},
    {"flush-end", 8},
};

// What happens beside the load: the points of flushes, checkpoints and the clock lie on these ways. False
// where the server died.
bool operate(CrashWorld& world) {
  return world.post("/v1/admin/checkpoint", JsonTree::Object{}) != 0 && world.advance(std::chrono::hours(1));
}

}  // namespace

std::span<const Failpoint> failpoints() {
  return kFailpoints;
}

void die_at(CrashWorld& world, const std::string& name, std::uint64_t nth, bool new_day,
            std::vector<std::string> environment) {
  constexpr int kOperationsMax = 48;  // two days: it takes far fewer
  SCOPED_TRACE(name + ":" + std::to_string(nth) + (new_day ? " on a new day" : ""));
  environment.push_back("GAVEL_FAILPOINTS=" + name + ":" + std::to_string(nth));
  const bool alive =
      world.start_with_failpoints(std::move(environment)) && (!new_day || world.jump_over_midnight());
  if (alive) {
    world.load_until([&world] {
      for (int i = 0; i < kOperationsMax && operate(world); ++i) {
      }
      world.server().wait_for_death();
    });
  }
  EXPECT_EQ(world.server().wait_for_death(), SIGKILL) << "it was never passed: " << world.server().log();
  // Each is as large as the database; nobody looks at them any more.
  std::filesystem::remove_all(world.server().data_dir() + "/checkpoints");
}

}  // namespace gavel
