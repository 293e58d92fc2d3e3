#include "auction/paged_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace gavel {
namespace {

using Table = PagedTable<std::uint64_t>;

TEST(PagedTable, NumbersNeverSetReadAsZero) {
  Table table;
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.at(0), 0U);
  EXPECT_EQ(table.at(0xFFFFFFFF), 0U);
  table.mutate(5000) = 7;
  EXPECT_EQ(table.size(), 5001U);
  EXPECT_EQ(table.at(4999), 0U);
  EXPECT_EQ(table.at(0), 0U) << "in a page that was never made";
  EXPECT_EQ(table.at(5001), 0U);
  EXPECT_EQ(table.at(5000), 7U);
}

TEST(PagedTable, GrowsOverEveryLevelAndKeepsWhatItHas) {
  Table table;
  const std::array<std::uint32_t, 9> numbers{0,      31,        32,         1023,       1024,
                                             32'768, 1'048'575, 33'554'432, 0xFFFF'FFF0};
  for (const std::uint32_t n : numbers) table.mutate(n) = n + 1ULL;
  for (const std::uint32_t n : numbers) EXPECT_EQ(table.at(n), n + 1ULL);
}

TEST(PagedTable, ACopyIsUndisturbed) {
  Table table;
  for (std::uint32_t n = 0; n < 5000; ++n) table.mutate(n) = n;
  const Table before = table;
  table.mutate(77) = 1;
  table.mutate(100'000) = 2;
  EXPECT_EQ(before.at(77), 77U);
  EXPECT_EQ(before.size(), 5000U);
  EXPECT_EQ(before.at(100'000), 0U);
  EXPECT_EQ(table.at(77), 1U);
}

TEST(PagedTable, AChangeCopiesOnlyThePagesOnItsWay) {
  constexpr std::uint32_t kSize = 100'000;
  Table table;
  for (std::uint32_t n = 0; n < kSize; ++n) table.mutate(n) = n;
  const Table before = table;
  table.mutate(50'000) = 1;
  std::uint32_t moved = 0;
  for (std::uint32_t n = 0; n < kSize; ++n) moved += &table.at(n) != &before.at(n) ? 1 : 0;
  EXPECT_EQ(moved, 32U);
}

TEST(PagedTable, WhatNobodyElseHoldsIsChangedInPlace) {
  Table table;
  for (std::uint32_t n = 0; n < 5000; ++n) table.mutate(n) = n;
  const std::uint64_t* place = &table.at(123);
  table.mutate(123) = 1;
  EXPECT_EQ(&table.at(123), place);
  { const Table copy = table; }
  table.mutate(123) = 2;
  EXPECT_EQ(&table.at(123), place) << "the copy is gone";
}

TEST(PagedTable, RandomHistoriesOfManyCopiesAgreeWithMaps) {
  std::mt19937 random(11);
  const auto pick = [&](std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random);
  };
  std::vector<Table> tables(4);
  std::vector<std::map<std::uint32_t, std::uint64_t>> twins(tables.size());
  const std::array<std::uint32_t, 4> spans{10, 100, 3000, 200'000};
  for (std::uint64_t step = 1; step <= 20'000; ++step) {
    const std::size_t i = pick(4);
    if (pick(10) == 0) {
      const std::size_t from = pick(4);
      tables[i] = tables[from];
      twins[i] = twins[from];
    }
    const std::uint32_t number = pick(spans[pick(4)]);
    tables[i].mutate(number) = step;
    twins[i][number] = step;
    const std::uint32_t probe = pick(spans[pick(4)]);
    for (std::size_t k = 0; k < 4; ++k) {
      const auto found = twins[k].find(probe);
      ASSERT_EQ(tables[k].at(probe), found == twins[k].end() ? 0 : found->second);
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    for (const auto& [number, value] : twins[k]) ASSERT_EQ(tables[k].at(number), value);
    ASSERT_EQ(tables[k].size(), twins[k].empty() ? 0 : twins[k].rbegin()->first + 1);
  }
}

std::set<std::uint32_t> changes(const Table& table, const Table& before) {
  std::set<std::uint32_t> numbers;
  table.visit_changes(before, [&](std::uint32_t n) { EXPECT_TRUE(numbers.insert(n).second) << n << " came twice"; });
  return numbers;
}

TEST(PagedTable, ChangesOfRandomHistoriesAreAllVisited) {
  std::mt19937 random(12);
  const auto pick = [&](std::uint32_t n) {
    return std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random);
  };
  const std::array<std::uint32_t, 4> spans{10, 100, 3000, 200'000};
  for (int history = 0; history < 50; ++history) {
    Table table;
    for (std::uint32_t n = pick(20); n > 0; --n) table.mutate(pick(spans[pick(4)])) = 1;
    const Table before = table;
    std::set<std::uint32_t> changed, pages;
    for (std::uint32_t n = pick(20); n > 0; --n) {
      const std::uint32_t number = pick(spans[pick(4)]);
      table.mutate(number) = 2;
      changed.insert(number);
      pages.insert(number / 32);
    }
    const std::set<std::uint32_t> visited = changes(table, before);
    EXPECT_TRUE(std::ranges::includes(visited, changed));
    for (const std::uint32_t n : visited) {
      EXPECT_TRUE(pages.contains(n / 32)) << n << " lies on a page that is shared";
      EXPECT_LT(n, table.size());
    }
    EXPECT_TRUE(changes(table, table).empty());
  }
}

// A writer changes in place as soon as the last reader's copy is gone: under TSan this shows that the
// reader's last look happened before.
TEST(PagedTable, ReadersOfCopiesSeeOneVersionWhileTheWriterGoesOn) {
  constexpr std::uint32_t kSize = 300;
  constexpr std::uint64_t kVersions = 2000;
  Table table;
  for (std::uint32_t n = 0; n < kSize; ++n) table.mutate(n) = 0;
  std::mutex mutex;
  Table published = table;
  std::atomic<bool> done{false};
  std::atomic<bool> torn{false};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!done.load()) {
        Table mine;
        {
          const std::lock_guard lock(mutex);
          mine = published;
        }
        const std::uint64_t first = mine.at(0);
        for (std::uint32_t n = 1; n < kSize; ++n) {
          if (mine.at(n) != first) torn = true;
        }
      }
    });
  }
  for (std::uint64_t version = 1; version <= kVersions; ++version) {
    for (std::uint32_t n = 0; n < kSize; ++n) table.mutate(n) = version;
    const std::lock_guard lock(mutex);
    published = table;
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_FALSE(torn.load());
}

}  // namespace
}  // namespace gavel
