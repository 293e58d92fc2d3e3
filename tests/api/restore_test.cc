// --restore: a checkpoint takes the place of a damaged database, and nothing that was there is lost.
#include "api/restore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "api/data_directory.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class RestoreTest : public testing::Test {
 protected:
  RestoreTest() {
    make(checkpoint_, "of the checkpoint");
    write_file(checkpoint_ + "/tokens.key", "key");
    write_file(checkpoint_ + "/listen_address", "127.0.0.1:1");
  }
  // A data directory that holds `mark`.
  static void make(const std::string& path, const std::string& mark) {
    auto made = open_data_directory(path, {"Asia/Shanghai", "CNY", "icu-72"});
    ASSERT_TRUE(made) << made.error().message;
    WriteBatch batch;
    batch.put(Family::kAccounts, "mark", mark);
    ASSERT_FALSE(made->store->write(batch));
    ASSERT_FALSE(store_clock(*made->store, from_micros(1'730'419'200'000'000)));
  }
  static std::string mark(const std::string& database) {
    const auto store = Store::open_read_only(database);
    return store ? (*store)->get(Family::kAccounts, "mark").value_or("nothing") : store.error().message;
  }
  static void damage(const std::string& data_dir) { fs::remove(data_dir + "/db/CURRENT"); }

  // What was said, for good or ill.
  std::string restore(bool force = false) {
    const auto done = restore_checkpoint({checkpoint_, data_dir_, force});
    succeeded_ = done.has_value();
    return done ? done->summary : done.error().message;
  }

  TempDir directory_;
  const std::string checkpoint_ = directory_.file("checkpoint"), data_dir_ = directory_.file("data");
  bool succeeded_ = false;
};

TEST_F(RestoreTest, IntoNothing) {
  EXPECT_EQ(restore(),
            data_dir_ + " restored from " + checkpoint_ + " (format 5, business time 2024-11-01T00:00:00Z)");
  EXPECT_EQ(mark(data_dir_ + "/db"), "of the checkpoint");
  EXPECT_EQ(read_file(data_dir_ + "/tokens.key"), "key");
  EXPECT_FALSE(fs::exists(data_dir_ + "/listen_address"));
  EXPECT_TRUE(open_data_directory(data_dir_, {"Asia/Shanghai", "CNY", "icu-72"}));
}

TEST_F(RestoreTest, TheModeOfTheKeysIsKept) {
  fs::permissions(checkpoint_ + "/tokens.key", fs::perms::owner_read | fs::perms::owner_write);
  restore();
  EXPECT_EQ(fs::status(data_dir_ + "/tokens.key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(RestoreTest, ADamagedDatabaseIsKeptAside) {
  for (const std::string n : {"1", "2"}) {
    if (n == "1") make(data_dir_, "damaged");
    damage(data_dir_);
    EXPECT_THAT(restore(), HasSubstr("; what was there is kept as " + data_dir_ + "/db.damaged-" + n));
    EXPECT_EQ(mark(data_dir_ + "/db"), "of the checkpoint");
    EXPECT_TRUE(fs::exists(data_dir_ + "/db.damaged-" + n + "/IDENTITY"));
  }
}

TEST_F(RestoreTest, AWholeDatabaseIsReplacedByForceAlone) {
  make(data_dir_, "whole");
  EXPECT_THAT(restore(), HasSubstr("add --force"));
  EXPECT_FALSE(succeeded_);
  EXPECT_EQ(mark(data_dir_ + "/db"), "whole");
  EXPECT_FALSE(fs::exists(data_dir_ + "/db.restoring"));

  EXPECT_THAT(restore(true), HasSubstr("kept as " + data_dir_ + "/db.replaced-1"));
  EXPECT_EQ(mark(data_dir_ + "/db"), "of the checkpoint");
  EXPECT_EQ(mark(data_dir_ + "/db.replaced-1"), "whole");
}

TEST_F(RestoreTest, ADatabaseInUseIsNeverReplaced) {
  const auto server = open_data_directory(data_dir_, {"Asia/Shanghai", "CNY", "icu-72"});
  ASSERT_TRUE(server);
  EXPECT_THAT(restore(true), HasSubstr("in use"));
  EXPECT_FALSE(succeeded_);
}

TEST_F(RestoreTest, OtherKeysAreKeptAside) {
  make(data_dir_, "damaged");
  damage(data_dir_);
  write_file(data_dir_ + "/tokens.key", "other");
  restore();
  EXPECT_EQ(read_file(data_dir_ + "/tokens.key"), "key");
  EXPECT_EQ(read_file(data_dir_ + "/tokens.key.replaced-1"), "other");
}

TEST_F(RestoreTest, WhatDoesNotOpenIsNotRestored) {
  make(data_dir_, "damaged");
  damage(data_dir_);
  damage(checkpoint_);
  EXPECT_THAT(restore(true), HasSubstr(checkpoint_));
  EXPECT_FALSE(succeeded_);
  EXPECT_FALSE(fs::exists(data_dir_ + "/db.damaged-1"));
}

TEST_F(RestoreTest, WhatAnInterruptedRestoreLeftIsNotDeleted) {
  make(data_dir_, "damaged");
  damage(data_dir_);
  fs::create_directory(data_dir_ + "/db.restoring");
  write_file(data_dir_ + "/db.restoring/x", "x");
  restore();
  EXPECT_EQ(read_file(data_dir_ + "/db.unfinished-1/x"), "x");
  EXPECT_EQ(mark(data_dir_ + "/db"), "of the checkpoint");
}

}  // namespace
}  // namespace gavel
