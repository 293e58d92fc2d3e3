// A store whose disk has no space left: nothing that was answered is lost, and it goes on by itself when there is some.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include "budget/store.h"
#include "tests/budget/opened_store.h"
#include "tests/budget/temporary_directory.h"
#include "tests/support/small_disk.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Needs the right to mount a small file system; skipped elsewhere.
class StoreOnAFullDisk : public ::testing::Test {
 protected:
  TemporaryDirectory dir_;
  SmallDisk disk_;
};

TEST_F(StoreOnAFullDisk, AWriteFailsAloneAndWorksAgainWhenThereIsSpace) {
  if (!disk_.mount(dir_.path(), "size=12m")) GTEST_SKIP() << "may not mount";
  for (const bool with_data : {false, true}) {
    const std::string path = dir_ / (with_data ? "with" : "without");
    auto store = open_store(path);
    if (with_data) put(*store, Family::kMeta, "before", "1");
    disk_.fill_up(40'000);
    WriteBatch large;
    large.put(Family::kAccounts, "large", std::string(400'000, 'l'));
    for (int i = 0; i < 3; ++i) {
      const auto error = store->write(large);
      ASSERT_TRUE(error);
      EXPECT_EQ(error->code, StoreError::Code::kNoSpace);
      EXPECT_THAT(error->message, HasSubstr(path));
      EXPECT_EQ(store->get(Family::kAccounts, "large"), std::nullopt);
    }
    disk_.make_room();
    put(*store, Family::kAccounts, "after", "2");
    put(*store, Family::kAccounts, "later", "3");
    // What a crash would leave now holds what was acknowledged and nothing of what failed.
    fs::copy(path, path + "_crashed", fs::copy_options::recursive);
    auto crashed = open_store(path + "_crashed");
    ASSERT_TRUE(crashed);
    EXPECT_EQ(crashed->get(Family::kMeta, "before").has_value(), with_data);
    EXPECT_EQ(crashed->get(Family::kAccounts, "after"), "2");
    EXPECT_EQ(crashed->get(Family::kAccounts, "later"), "3");
    EXPECT_EQ(crashed->get(Family::kAccounts, "large"), std::nullopt);
    store.reset();
    crashed.reset();
    fs::remove_all(path);
    fs::remove_all(path + "_crashed");
  }
}

TEST_F(StoreOnAFullDisk, NothingIsBegunThatWouldTakeTheReserve) {
  if (!disk_.mount(dir_.path(), "size=80m")) GTEST_SKIP() << "may not mount";
  auto store = open_store(dir_ / "data");
  put(*store, Family::kMeta, "before", "1");
  store->keep_free(8 << 20);
  disk_.fill_up((8 << 20) + 400'000);
  WriteBatch large, small;
  large.put(Family::kAccounts, "large", std::string(500'000, 'l'));
  small.put(Family::kAccounts, "small", "s");
  const auto refused = store->write(large);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, StoreError::Code::kNoSpace);
  EXPECT_FALSE(store->write(small));
  disk_.fill_up(8'000'000);
  EXPECT_TRUE(store->write(small));
  const auto copied = store->checkpoint(dir_ / "copy");
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->code, StoreError::Code::kNoSpace);
  disk_.make_room();
  EXPECT_FALSE(store->write(large));
  EXPECT_FALSE(store->checkpoint(dir_ / "copy"));
}

// There was room for the write and the log, but not for the table of a full memtable.
TEST_F(StoreOnAFullDisk, AFlushThatFindsNoSpaceRefusesWritesUntilThereIsSome) {
  if (!disk_.mount(dir_.path(), "size=160m")) GTEST_SKIP() << "may not mount";
  auto store = open_store(dir_ / "data");
  store->keep_free(1 << 20);
  std::minstd_rand random;
  std::vector<std::string> answered;
  const auto write = [&] {
    const std::string key = "key" + std::to_string(1'000 + answered.size());
    std::string noise(128 * 1'024, 0);  // does not compress
    for (char& c : noise) c = static_cast<char>(random());
    WriteBatch batch;
    batch.put(Family::kReports, key, noise);
    const auto error = store->write(batch);
    if (!error) answered.push_back(key);
    return !error;
  };
  for (int round = 0; round < 2; ++round) {
    // A checkpoint flushes, so none of the last round's is left that would find no space before the first write; and the
    // first write after it reserves the room of a whole log. It is refused where the flush that it waits for began while
    // the disk was full.
    for (int refused = 0; store->checkpoint(dir_ / "copy"); ++refused) {
      ASSERT_LT(refused, 1'000) << "round " << round;
      std::this_thread::yield();
    }
    fs::remove_all(dir_ / "copy");
    ASSERT_TRUE(write());
    disk_.fill_up(4 << 20);
    int taken = 0;
    while (write()) ASSERT_LT(++taken, 400) << "the disk was never full";
    EXPECT_GT(taken, 0);
    disk_.make_room();
    // A flush that began while the disk was full may yet fail, and refuse a write or some.
    int refused = 0;
    for (int i = 0; i < 3;) {
      if (write()) {
        ++i;
      } else {
        ASSERT_LT(++refused, 100'000) << "round " << round;
        std::this_thread::yield();
      }
    }
  }
  for (const bool reopened : {false, true}) {
    if (reopened) {
      store.reset();
      store = open_store(dir_ / "data");
    }
    std::vector<std::string> there;
    for (const auto& [key, value] : rows(*store, Family::kReports, "", "")) there.push_back(key);
    EXPECT_EQ(there, answered);
  }
}

}  // namespace
}  // namespace gavel
