// kill -9 at each named place of the server: before and after what is written, before the answer, during
// flushes and checkpoints, when a day begins.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "tests/crash/deaths.h"
#include "tests/crash/failpoints.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

// Of the power cut's control run, of tests/blackbox/disk_full_test.cc, and of failed_sync_test.cc.
constexpr const char* kFaults[] = {"unsynced-writes", "disk-full", "failed-sync"};

std::set<std::string> names_in_sources() {
  std::set<std::string> names;
  for (const char* room : {"budget", "auction", "api", "tests/failpoints"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(GAVEL_SOURCE_DIR) / room)) {
      if (entry.path().extension() != ".cc") continue;
      const std::string text = read_file(entry.path());
      for (const std::string macro : {"GAVEL_FAILPOINT(\"", "GAVEL_FAULT(\""}) {
        for (auto at = text.find(macro); at != std::string::npos; at = text.find(macro, at)) {
          at += macro.size();
          names.insert(text.substr(at, text.find('"', at) - at));
        }
      }
    }
  }
  return names;
}

TEST(Failpoints, AllOfThemAreKnownHere) {
  std::set<std::string> known(std::begin(kFaults), std::end(kFaults));
  for (const Failpoint& point : failpoints()) known.insert(point.name);
  EXPECT_EQ(names_in_sources(), known);
}

TEST(Failpoints, TheServerItselfHasNone) {
  const std::string server = read_file(GAVELD_PATH);
  const std::string with_failpoints = read_file(GAVELD_FAILPOINTS_PATH);
  ASSERT_FALSE(server.empty());
  for (const std::string& name : names_in_sources()) {
    EXPECT_EQ(server.find(name), std::string::npos) << name << " is in the server";
    EXPECT_NE(with_failpoints.find(name), std::string::npos)
        << name << " is not in gaveld_failpoints: is its source in tests/CMakeLists.txt?";
  }
  EXPECT_EQ(server.find("GAVEL_FAILPOINTS"), std::string::npos);
  EXPECT_EQ(server.find("GAVEL_DISK"), std::string::npos);
}

// Each place at its first passing, on a new day; then each at a random passing, round and round.
TEST(Failpoints, WhatWasAnsweredSurvivesAKillAtEach) {
  const auto points = failpoints();
  survive(std::max<std::uint64_t>(crash_kills() / 2, points.size()),
          [&](CrashWorld& world, std::uint64_t round) {
            const Failpoint& point = points[round % points.size()];
            const bool first = round < points.size();
            die_at(world, point.name, first ? 1 : 1 + world.rng()() % point.nth_max, first);
          });
}

}  // namespace
}  // namespace gavel
