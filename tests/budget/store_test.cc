#include "budget/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>
#include <utility>

#include "tests/budget/opened_store.h"
#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::uint64_t bytes_read_by_this_process() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t bytes = 0;
  io >> name >> bytes;
  EXPECT_EQ(name, "rchar:");
  return bytes;
}

std::uint64_t property(const Store& store, const std::string& name) {
  for (const auto& [its_name, value] : store.properties()) {
    if (its_name == name) return value;
  }
  return 0;
}

// Each look-up in a file of more than 800,000 keys read its whole filter, of more than a megabyte.
TEST(Store, ALookUpAmongMillionsReadsNoMoreThanItsBlocks) {
  TemporaryDirectory dir;
  const auto store = open_store(dir / "data");
  std::mt19937_64 random(7);
  const auto random_key = [&] {
    const std::uint64_t number = random();
    return std::string(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  for (int i = 0; i < 20; ++i) {
    WriteBatch batch;
    for (int j = 0; j < 100'000; ++j) batch.put(Family::kChildren, random_key(), "");
    ASSERT_FALSE(store->write(batch));
  }
  for (const char* busy : {"rocksdb.num-immutable-mem-table", "rocksdb.num-running-flushes",
                           "rocksdb.compaction-pending", "rocksdb.num-running-compactions"}) {
    while (property(*store, busy) > 0) std::this_thread::yield();
  }
  const std::uint64_t before = bytes_read_by_this_process();
  constexpr int kLookUps = 1'000;
  for (int i = 0; i < kLookUps; ++i) EXPECT_FALSE(store->get(Family::kChildren, random_key()));
  EXPECT_LT((bytes_read_by_this_process() - before) / kLookUps, 16u * 1'024);
}

// Its slow twin is get(): of keys in memory and in tables, erased one by one and by ranges, some asked for twice.
TEST(Store, WhichOfManyKeysAreThereIsWhatGetSaysOfEach) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  std::mt19937_64 random(11);
  const auto key = [](std::uint64_t number) { return "key-" + std::to_string(number); };
  constexpr std::uint64_t kNumbers = 60'000;
  WriteBatch first;  // so many that tables have several blocks and filters
  for (std::uint64_t i = 0; i < kNumbers; i += 2) first.put(Family::kDedupe, key(i), std::string(100, 'v'));
  ASSERT_FALSE(store->write(first));
  for (int round = 0; round < 40; ++round) {
    if (round % 8 == 7) {  // what was in memory is in tables then
      store.reset();
      store = open_store(dir / "data");
    }
    for (const Family family : {Family::kDedupe, Family::kResources}) {
      WriteBatch batch;
      for (int i = 0; i < 600; ++i) batch.put(family, key(random() % kNumbers), "value");
      for (int i = 0; i < 300; ++i) batch.erase(family, key(random() % kNumbers));
      if (round % 5 == 4) batch.erase_range(family, key(10 + random() % 50), key(60 + random() % 40));
      ASSERT_FALSE(store->write(batch));
      std::vector<std::string> keys;
      for (int i = 0; i < 700; ++i) keys.push_back(key(random() % (kNumbers + 1'000)));
      keys.push_back(keys.front());
      const std::vector<bool> there = store->contains(family, keys);
      ASSERT_EQ(there.size(), keys.size());
      for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(there[i], store->get(family, keys[i]).has_value()) << keys[i];
    }
  }
  EXPECT_TRUE(store->contains(Family::kDedupe, {}).empty());
}

TEST(Store, ReadingThroughSeesWhatAScanSees) {
  TemporaryDirectory dir;
  const auto store = open_store(dir.path());
  for (const char* key : {"a", "b1", "b2", "c"}) put(*store, Family::kResources, key, key);
  std::vector<std::string> keys;
  store->read_through(Family::kResources, "b", "c", [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  EXPECT_THAT(keys, ElementsAre("b1", "b2"));
}

TEST(Store, TheLastKeyOfAPrefixIsTheGreatestThatHasIt) {
  TemporaryDirectory dir;
  const auto store = open_store(dir.path());
  EXPECT_EQ(store->last_key(Family::kResources, "b"), std::nullopt);
  for (const char* key : {"a", "b1", "b2", "c"}) put(*store, Family::kResources, key, key);
  EXPECT_EQ(store->last_key(Family::kResources, "b"), "b2");
  EXPECT_EQ(store->last_key(Family::kResources, "c"), "c");
  EXPECT_EQ(store->last_key(Family::kResources, "bb"), std::nullopt);
  EXPECT_EQ(store->last_key(Family::kResources, "\xFF"), std::nullopt);
}

TEST(Store, ASnapshotStandsStill) {
  TemporaryDirectory dir;
  const auto store = open_store(dir / "data");
  put(*store, Family::kFrequency, "a", "1");
  const auto snapshot = store->snapshot();
  put(*store, Family::kFrequency, "a", "2");
  put(*store, Family::kFrequency, "b", "3");
  std::vector<std::pair<std::string, std::string>> seen;
  snapshot->scan(Family::kFrequency, "", "", [&](std::string_view key, std::string_view value) {
    seen.emplace_back(key, value);
    return true;
  });
  EXPECT_THAT(seen, ElementsAre(Pair("a", "1")));
  EXPECT_THAT(rows(*store, Family::kFrequency, "", ""), ElementsAre(Pair("a", "2"), Pair("b", "3")));
}

TEST(Store, KeepsEveryFamilyApartAndOverAReopening) {
  TemporaryDirectory dir;
  {
    auto store = open_store(dir / "data");
    WriteBatch batch;
    for (int f = 0; f < kFamilyCount; ++f) batch.put(static_cast<Family>(f), "key", std::to_string(f));
    ASSERT_FALSE(store->write(batch));
  }
  auto store = open_store(dir / "data");
  for (int f = 0; f < kFamilyCount; ++f) {
    EXPECT_EQ(store->get(static_cast<Family>(f), "key"), std::to_string(f));
    EXPECT_EQ(store->get(static_cast<Family>(f), "other"), std::nullopt);
  }
}

TEST(Store, ABatchPutsErasesAndErasesRangesInOrder) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  WriteBatch batch;
  EXPECT_TRUE(batch.empty());
  for (const char* key : {"a", "b", "c", "d"}) batch.put(Family::kReports, key, "1");
  batch.erase(Family::kReports, "a");
  batch.erase_range(Family::kReports, "b", "d");
  batch.put(Family::kReports, "c", "2");
  EXPECT_FALSE(batch.empty());
  EXPECT_GT(batch.bytes(), 0u);
  ASSERT_FALSE(store->write(batch));
  EXPECT_THAT(rows(*store, Family::kReports, "", ""), ElementsAre(Pair("c", "2"), Pair("d", "1")));
  batch.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.bytes(), 0u);
}

TEST(Store, ScansHalfOpenRangesAndStopsWhenTold) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  for (const char* key : {"a", "b", "ba", "c"}) put(*store, Family::kMeta, key, key);
  EXPECT_THAT(rows(*store, Family::kMeta, "b", "c"), ElementsAre(Pair("b", "b"), Pair("ba", "ba")));
  EXPECT_THAT(rows(*store, Family::kMeta, "bb", ""), ElementsAre(Pair("c", "c")));
  int seen = 0;
  store->scan(Family::kMeta, "", "", [&](auto, auto) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TEST(Store, SkipScanGoesWhereTheVisitorSays) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  for (const char* key : {"a1", "a2", "b1", "b2", "c1"}) put(*store, Family::kMeta, key, "");
  std::vector<std::string> seen;
  store->snapshot()->skip_scan(Family::kMeta, "a",
                               [&](std::string_view key, auto) -> std::optional<std::string> {
                                 seen.emplace_back(key);
                                 if (key == "b2") return std::nullopt;
                                 return key == "a1" ? "b" : "";
                               });
  EXPECT_THAT(seen, ElementsAre("a1", "b1", "b2"));
}

TEST(Store, WhatIsLaidOverASnapshotIsSeenThereAlone) {
  TemporaryDirectory dir;
  const auto store = open_store(dir / "data");
  for (const char* key : {"a", "c", "d"}) put(*store, Family::kReports, key, "below");
  const auto snapshot = store->snapshot();
  put(*store, Family::kReports, "c", "later");
  WriteBatch over;
  for (const char* key : {"b", "c", "e"}) over.put(Family::kReports, key, "over");
  over.put(Family::kMeta, "a", "elsewhere");
  snapshot->lay_over(over);
  const auto seen = [&](std::string_view begin, std::string_view end) {
    std::vector<std::pair<std::string, std::string>> all;
    snapshot->scan(Family::kReports, begin, end, [&](std::string_view key, std::string_view value) {
      all.emplace_back(key, value);
      return true;
    });
    return all;
  };
  EXPECT_THAT(seen("", ""), ElementsAre(Pair("a", "below"), Pair("b", "over"), Pair("c", "over"),
                                        Pair("d", "below"), Pair("e", "over")));
  EXPECT_THAT(seen("b", "e"), ElementsAre(Pair("b", "over"), Pair("c", "over"), Pair("d", "below")));
  std::vector<std::string> keys;
  snapshot->skip_scan(Family::kReports, "a", [&](std::string_view key, auto) -> std::optional<std::string> {
    keys.emplace_back(key);
    return key == "b" ? "d" : "";
  });
  EXPECT_THAT(keys, ElementsAre("a", "b", "d", "e"));
  EXPECT_EQ(store->get(Family::kReports, "b"), std::nullopt);
  EXPECT_EQ(store->get(Family::kReports, "c"), "later");
}

TEST(Store, PrefixEndIsTheKeyAfterThePrefix) {
  EXPECT_EQ(prefix_end("ab"), "ac");
  EXPECT_EQ(prefix_end("a\xFF"), "b");
  EXPECT_EQ(prefix_end("\xFF\xFF"), "");
  EXPECT_EQ(prefix_end(""), "");
  EXPECT_EQ(prefix_end("a\x7F"), "a\x80");
}

TEST(Store, ACheckpointTakenWhileWritingIsConsistent) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  put(*store, Family::kMeta, "n", "0");
  std::atomic<bool> stop{false};
  std::thread writer([&] {  // both families always hold the same number
    for (int i = 1; !stop.load(); ++i) {
      WriteBatch batch;
      batch.put(Family::kMeta, "n", std::to_string(i));
      batch.put(Family::kReports, "n", std::to_string(i));
      ASSERT_FALSE(store->write(batch));
    }
  });
  for (int i = 0; i < 5; ++i) {
    const std::string copy = dir / ("copy" + std::to_string(i));
    const auto error = store->checkpoint(copy);
    ASSERT_FALSE(error) << error->message;
    auto opened = open_store(copy);
    ASSERT_TRUE(opened);
    const auto number = opened->get(Family::kMeta, "n");
    EXPECT_EQ(opened->get(Family::kReports, "n").value_or("0"), number);
  }
  stop.store(true);
  writer.join();
  const auto again = store->checkpoint(dir / "copy0");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->code, StoreError::Code::kIo);
  EXPECT_THAT(again->message, HasSubstr("copy0"));
}

TEST(Store, AReadOnlyStoreSeesTheLogAndLeavesNothingBehind) {
  TemporaryDirectory dir;
  {
    auto store = open_store(dir / "data");
    put(*store, Family::kDedupe, "key", "value");
    ASSERT_FALSE(store->checkpoint(dir / "copy"));
  }
  for (const char* name : {"data", "copy"}) {
    const std::size_t files = static_cast<std::size_t>(std::distance(fs::directory_iterator(dir / name), {}));
    {
      const auto opened = Store::open_read_only(dir / name);
      ASSERT_TRUE(opened) << opened.error().message;
      EXPECT_EQ((*opened)->get(Family::kDedupe, "key"), "value");
      EXPECT_THAT(rows(**opened, Family::kDedupe, "", ""), ElementsAre(Pair("key", "value")));
      EXPECT_FALSE((*opened)->check_files());
    }
    EXPECT_EQ(static_cast<std::size_t>(std::distance(fs::directory_iterator(dir / name), {})), files);
  }
}

TEST(Store, AReadOnlyStoreHoldsTheDirectoryAgainstWriters) {
  TemporaryDirectory dir;
  { put(*open_store(dir / "data"), Family::kMeta, "k", "v"); }
  const auto reader = Store::open_read_only(dir / "data");
  ASSERT_TRUE(reader);
  const auto writer = Store::open(dir / "data");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, StoreError::Code::kLocked);
}

TEST(Store, AReadOnlyStoreIsNotMade) {
  TemporaryDirectory dir;
  const auto opened = Store::open_read_only(dir / "data");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StoreError::Code::kCorrupt);
  EXPECT_FALSE(fs::exists(dir / "data"));
}

TEST(Store, PropertiesNameRocksDbsFigures) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  put(*store, Family::kMeta, "k", std::string(1'000, 'v'));
  const auto all = store->properties();
  const auto size = std::ranges::find(all, "rocksdb.cur-size-all-mem-tables",
                                      &std::pair<std::string, std::uint64_t>::first);
  ASSERT_NE(size, all.end());
  EXPECT_GT(size->second, 1'000u);
  EXPECT_GE(all.size(), 8u);
}

}  // namespace
}  // namespace gavel
