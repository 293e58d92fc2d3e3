// The power goes under load: what was answered is on the disk, synced, with every name on the way to it.
#include "tests/crash/power_cut.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "tests/crash/deaths.h"
#include "tests/crash/failpoints.h"
#include "tests/support/http_client.h"

namespace gavel {
namespace {

constexpr const char* kDataDirectory = "data";  // of GaveldProcess
constexpr Unsynced kKinds[] = {Unsynced::kLost, Unsynced::kTorn, Unsynced::kHoles, Unsynced::kNamesOnly};

void load_and_kill_at_random(CrashWorld& world) {
  world.advance(std::chrono::minutes(30));
  world.load_until([&world] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + world.rng()() % 100));
    world.server().kill_hard();
  });
}

// A third of the cuts each at random moments, at the failpoints in turn, and where something was written but
// not synced.
TEST(PowerCutTest, WhatWasAnsweredSurvivesEveryCut) {
  constexpr std::uint64_t kSyncsMax = 150;
  const auto points = failpoints();
  survive(std::max<std::uint64_t>(crash_kills() / 5, 3), [&](CrashWorld& world, std::uint64_t round) {
    const PowerCut cut(world.server().directory().path());
    if (round % 3 == 0) {
      const bool started = world.start_with_failpoints({cut.variable()});
      EXPECT_TRUE(started) << world.server().log();
      if (started) load_and_kill_at_random(world);
    } else if (round % 3 == 1) {
      const Failpoint& point = points[round / 3 % points.size()];
      die_at(world, point.name, 1 + world.rng()() % point.nth_max, false, {cut.variable()});
    } else {
      die_at(world, "disk-before-sync", 1 + world.rng()() % kSyncsMax, false, {cut.variable()});
    }
    cut.leave(kDataDirectory, kKinds[world.rng()() % std::size(kKinds)], world.rng());
  });
}

// The power goes while a data directory is made: the next start finds one that it can use, or none.
TEST(PowerCutTest, AFirstStartCutShortIsBegunAgain) {
  std::mt19937_64 rng(crash_seed());
  for (std::uint64_t round = 0; round < std::max<std::uint64_t>(crash_kills() / 15, 2); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    GaveldProcess server;
    const PowerCut cut(server.directory().path());
    server.set_program(GaveldProcess::Program::kWithFailpoints, {cut.variable()});
    ASSERT_TRUE(server.spawn());
    std::this_thread::sleep_for(std::chrono::milliseconds(rng() % 60));
    server.kill_hard();
    cut.leave(kDataDirectory, kKinds[round % std::size(kKinds)], rng);
    server.set_program(GaveldProcess::Program::kServer);
    ASSERT_TRUE(server.start()) << server.log();
    EXPECT_EQ(server.terminate(), 0);
  }
}

// A checkpoint that was answered is whole, and the server runs on it.
TEST(PowerCutTest, AnAnsweredCheckpointSurvivesACut) {
  CrashWorld world(crash_seed());
  const std::filesystem::path tree = world.server().directory().path();
  ASSERT_TRUE(world.open());
  load_and_kill_at_random(world);
  ASSERT_TRUE(world.recover());
  world.verify(0);
  const PowerCut cut(tree);
  ASSERT_TRUE(world.start_with_failpoints({cut.variable()}));
  ASSERT_EQ(world.post("/v1/admin/checkpoint", JsonTree::Object{{"directory", "copy"}}), 201);
  world.server().kill_hard();
  cut.leave(kDataDirectory, Unsynced::kLost, world.rng());

  std::filesystem::rename(tree / kDataDirectory, tree / "before");
  ASSERT_TRUE(std::filesystem::exists(tree / "before/checkpoints/copy"));
  std::filesystem::rename(tree / "before/checkpoints/copy", tree / kDataDirectory);
  ASSERT_TRUE(world.recover());
  world.verify(SIZE_MAX);
}

// One load and one cut in the life of a server that began on the disk: the failures of the check that
// follows.
int failures_after_a_cut(std::vector<std::string> environment) {
  CrashWorld world(crash_seed());
  const PowerCut cut(world.server().directory().path());
  environment.push_back(cut.variable());
  if (!world.open(std::move(environment))) return -1;
  load_and_kill_at_random(world);
  cut.leave(kDataDirectory, Unsynced::kLost, world.rng());
  if (!world.recover()) return -1;
  testing::TestPartResultArray failures;
  {
    const testing::ScopedFakeTestPartResultReporter intercept(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &failures);
    world.verify(SIZE_MAX);
  }
  return failures.size();
}

// Without the second line the first would prove nothing.
TEST(PowerCutTest, TheCheckFailsWhereWritesAreNotSynced) {
  EXPECT_EQ(failures_after_a_cut({}), 0);
  EXPECT_GT(failures_after_a_cut({"GAVEL_FAILPOINTS=unsynced-writes"}), 0);
}

}  // namespace
}  // namespace gavel
