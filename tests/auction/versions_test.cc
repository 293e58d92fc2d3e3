#include "auction/versions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace gavel {
namespace {

// Tells when it ends.
struct Thing {
  explicit Thing(int& count) : living(count) { ++living; }
  ~Thing() { --living; }
  int& living;
};

TEST(Versions, WhatIsReplacedEndsWithTheLastOfTheVersionsBefore) {
  int living = 0;
  VersionWriter writer(Version::first());
  writer.turn();
  VersionPtr second = writer.now();
  writer.turn();
  VersionPtr third = writer.now();
  writer.turn();
  writer.retire(new Thing(living));  // by the fourth
  writer.turn();
  writer.turn();
  EXPECT_EQ(living, 1) << "seen by the second and third";
  third.reset();
  EXPECT_EQ(living, 1);
  second.reset();
  EXPECT_EQ(living, 0) << "though the writer goes on";
}

TEST(Versions, WithoutReadersOnlyTheVersionBeforeIsKept) {
  int living = 0;
  VersionWriter writer(Version::first());
  writer.retire(new Thing(living));
  EXPECT_EQ(living, 0) << "before the first version there was nothing to see";
  writer.turn();
  for (int i = 0; i < 100; ++i) {
    writer.retire(new Thing(living));
    EXPECT_EQ(living, 1) << "of this version alone";
    writer.turn();
    EXPECT_EQ(living, 0) << "nobody holds the one before";
  }
}

// At any time those things live that some version held, or the last one, may show.
TEST(Versions, RandomHistoriesFreeNoSoonerAndNoLater) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::map<std::uint64_t, int> made, living;  // by the version that replaced them; outlive what counts there
    VersionWriter writer(Version::first());
    writer.turn();
    std::vector<VersionPtr> held;
    for (int step = 0; step < 500; ++step) {
      switch (random() % 4) {
        case 0:
          ++made[writer.number()];
          writer.retire(new Thing(living[writer.number()]));
          break;
        case 1:
          held.push_back(writer.now());
          writer.turn();
          break;
        case 2:
          writer.turn();
          break;
        default:
          if (!held.empty()) held.erase(held.begin() + static_cast<std::ptrdiff_t>(random() % held.size()));
      }
      std::uint64_t oldest = writer.number() - 1;
      for (const VersionPtr& version : held) oldest = std::min(oldest, version->number());
      for (const auto& [replaced_by, count] : living) {
        ASSERT_EQ(count, replaced_by > oldest ? made[replaced_by] : 0) << "seed " << seed << " step " << step;
      }
    }
  }
}

// A version held for long has thousands behind it, which end one after the other and not within each other.
TEST(Versions, AHundredThousandEndAtOnce) {
  int living = 0;
  VersionWriter writer(Version::first());
  writer.turn();
  VersionPtr held = writer.now();
  for (int i = 0; i < 100'000; ++i) {
    writer.turn();
    writer.retire(new Thing(living));
  }
  EXPECT_EQ(living, 100'000);
  held.reset();
  EXPECT_EQ(living, 1) << "of the version that is being made";
}

}  // namespace
}  // namespace gavel
