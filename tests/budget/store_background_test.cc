// What a store does beside its callers: flushes and compactions.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>

#include "budget/store.h"
#include "tests/budget/opened_store.h"
#include "tests/budget/temporary_directory.h"
#include "tests/support/threads.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;

// RocksDB's thread for flushes is the process's: it takes its place when it first flushes.
TEST(Store, FlushesLetOthersGoFirst) {
  if (nice_of(0) >= kNiceMax) GTEST_SKIP() << "there is nothing nicer";
  TemporaryDirectory dir;
  const auto store = open_store(dir / "data");
  put(*store, Family::kResources, "key", "value");
  ASSERT_FALSE(store->checkpoint(dir / "checkpoint"));
  const auto threads = threads_of(getpid());
  ASSERT_TRUE(threads.contains("rocksdb:high"));
  EXPECT_GT(nice_of(threads.at("rocksdb:high")), nice_of(0));
}

std::size_t tables_in(const std::string& directory) {
  const fs::directory_iterator files(directory);
  return static_cast<std::size_t>(
      std::ranges::count_if(files, [](const fs::directory_entry& entry) { return entry.path().extension() == ".sst"; }));
}

// Each start leaves a table of what was written.
TEST(Store, CompactsWhenTold) {
  const TemporaryDirectory dir;
  constexpr std::size_t kStarts = 10;
  for (std::size_t i = 0; i < kStarts; ++i) {
    const auto store = *Store::open(dir / "data", Compaction::kLater);
    WriteBatch batch;
    for (const char* key : {"first", "last"}) batch.put(Family::kResources, key, std::to_string(i));
    ASSERT_FALSE(store->write(batch));
  }
  const auto store = *Store::open(dir / "data", Compaction::kLater);
  const std::size_t before = tables_in(dir / "data");
  EXPECT_GE(before, kStarts);
  store->compact();
  for (int looks = 0; looks < 100'000 && tables_in(dir / "data") > before - kStarts + 1; ++looks) std::this_thread::yield();
  EXPECT_LE(tables_in(dir / "data"), before - kStarts + 1) << "one is made of them, or fewer of other families, too";
  for (const char* key : {"first", "last"}) EXPECT_EQ(store->get(Family::kResources, key), std::to_string(kStarts - 1));
}

}  // namespace
}  // namespace gavel
