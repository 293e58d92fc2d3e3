#include "budget/disk_room.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

TEST(DiskRoom, KeepsNothingFreeAtFirst) {
  TemporaryDirectory dir;
  const DiskRoom room(dir.path());
  EXPECT_EQ(room.reserve(), 0u);
  EXPECT_GT(room.free_bytes(), 0u);
  EXPECT_TRUE(room.has(UINT64_MAX));
}

TEST(DiskRoom, KeepsAtMostAnEighthOfTheDiskFree) {
  TemporaryDirectory dir;
  DiskRoom room(dir.path());
  room.keep_free(1);
  EXPECT_EQ(room.reserve(), 1u);
  EXPECT_TRUE(room.has(0));
  EXPECT_FALSE(room.has(UINT64_MAX));
  EXPECT_FALSE(room.has(std::filesystem::space(dir.path()).capacity));
  room.keep_free(UINT64_MAX);
  EXPECT_EQ(room.reserve(), std::filesystem::space(dir.path()).capacity / kReserveShareOfDisk);
}

// The write that follows tells what is wrong with it.
TEST(DiskRoom, ADiskThatCannotBeAskedHasRoom) {
  DiskRoom room("/no/such/directory");
  room.keep_free(1'000);
  EXPECT_EQ(room.reserve(), 1'000u);
  EXPECT_TRUE(room.has(1'000'000));
}

}  // namespace
}  // namespace gavel
