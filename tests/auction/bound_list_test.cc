// Sorted lists of which snapshots see versions, against multisets.
#include "auction/bound_list.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "tests/auction/catalog_fixture.h"

namespace gavel {
namespace {

struct StandsBefore {
  bool operator()(const Posting& a, const Posting& b) const { return stands_before(a, b); }
};
using Twin = std::multiset<Posting, StandsBefore>;

void expect_same(BoundList list, const Twin& twin) {
  ASSERT_EQ(list.size(), twin.size());
  ASSERT_EQ(postings(list), (std::vector<Posting>(twin.begin(), twin.end())));
}

TEST(BoundList, TheGreatestBoundIsFirstAndOfEqualsTheLesserGroup) {
  BoundLists lists;
  VersionWriter writer(Version::first());
  const auto now = [&] { return lists.at(3, writer.number()); };
  EXPECT_TRUE(BoundList::Cursor(now()).at_end());
  for (const Posting& posting : {Posting{1, {3}}, Posting{2, {9}}, Posting{1, {2}}, Posting{0, {1}}}) {
    lists.insert(3, posting, writer);
  }
  EXPECT_EQ(postings(now()), (std::vector<Posting>{{2, {9}}, {1, {2}}, {1, {3}}, {0, {1}}}));
  EXPECT_FALSE(lists.erase(3, {1, {9}}, writer)) << "of that bound";
  EXPECT_FALSE(lists.erase(2, {1, {3}}, writer)) << "in that list";
  EXPECT_TRUE(lists.erase(3, {1, {2}}, writer));
  EXPECT_FALSE(lists.erase(3, {1, {2}}, writer));
  EXPECT_EQ(postings(now()), (std::vector<Posting>{{2, {9}}, {1, {3}}, {0, {1}}}));
  EXPECT_EQ(lists.at(2, writer.number()).size(), 0U);
  EXPECT_EQ(lists.at(1'000, writer.number()).size(), 0U) << "never named";
}

// Lists from nothing to many leaves and back, with versions held on the way that must never change, for spans
// of all lengths, let go of in any order.
TEST(BoundList, EveryVersionHeldAgreesWithAMultisetOfItsMoment) {
  constexpr std::uint32_t kLists = 3;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&random](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    const std::uint32_t bounds = seed % 2 == 0 ? 7 : 100'000;  // many equal ones, or hardly any
    const std::uint32_t turns = std::array{1U, 20U, 500U, 3'000U}[seed % 4];
    BoundLists lists;
    VersionWriter writer(Version::first());
    std::array<Twin, kLists> twins;
    std::vector<std::pair<VersionPtr, std::array<Twin, kLists>>> held;
    const auto check = [&](std::uint64_t version, const std::array<Twin, kLists>& moment) {
      for (std::uint32_t list = 0; list < kLists; ++list) expect_same(lists.at(list, version), moment[list]);
    };
    for (std::uint32_t step = 0; step < 24'000; ++step) {
      const bool grows = (step / 6'000) % 2 == 0;
      const std::uint32_t list = below(4) < 3 ? 0 : 1 + below(kLists - 1);
      Twin& twin = twins[list];
      if (twin.empty() || below(10) < (grows ? 8U : 1U)) {
        const Posting posting{static_cast<float>(below(bounds)), {below(5'000)}};
        lists.insert(list, posting, writer);
        twin.insert(posting);
      } else {
        const auto victim = twin.lower_bound({static_cast<float>(below(bounds)), {below(5'000)}});
        const Posting posting = victim == twin.end() ? *twin.begin() : *victim;
        ASSERT_TRUE(lists.erase(list, posting, writer));
        twin.erase(twin.find(posting));
      }
      if (below(turns) == 0) {
        if (below(1 + 1'000 / turns) == 0) held.emplace_back(writer.now(), twins);
        writer.turn();
      }
      if (held.size() > 5) {
        const std::uint32_t chosen = below(static_cast<std::uint32_t>(held.size()));
        check(held[chosen].first->number(), held[chosen].second);
        held.erase(held.begin() + chosen);
      }
      if (step % 499 == 0) check(writer.number(), twins);
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << " step " << step;
    }
    for (const auto& [version, moment] : held) check(version->number(), moment);
    for (std::uint32_t list = 0; list < kLists; ++list) {
      for (const Posting& posting : twins[list]) ASSERT_TRUE(lists.erase(list, posting, writer));
      EXPECT_TRUE(BoundList::Cursor(lists.at(list, writer.number())).at_end());
    }
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed;
  }
}

// An emptied list keeps no room: texts come and go.
TEST(BoundList, WhatIsEmptiedIsFilledAgain) {
  BoundLists lists;
  VersionWriter writer(Version::first());
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t group = 0; group < 700; ++group) lists.insert(0, {1, {group}}, writer);
    const VersionPtr full = writer.now();
    writer.turn();
    for (std::uint32_t group = 0; group < 700; ++group) ASSERT_TRUE(lists.erase(0, {1, {group}}, writer));
    EXPECT_EQ(lists.at(0, writer.number()).size(), 0U);
    EXPECT_FALSE(lists.erase(0, {1, {0}}, writer));
    EXPECT_EQ(postings(lists.at(0, full->number())).size(), 700U);
    writer.turn();
  }
}

// Under TSan and ASan: readers look at versions that they hold while the writer goes on and what nobody holds
// is freed. Lists grow and shrink over leaves and directories; how long they are is told by the version.
TEST(BoundList, ReadersSeeTheVersionTheyHoldWhileTheWriterGoesOn) {
  constexpr std::uint32_t kLists = 3, kVersions = 400;
  const auto count_in = [](std::uint64_t version) {
    const auto phase = static_cast<std::uint32_t>(version % 100);
    return 20 * (phase < 50 ? phase : 100 - phase);
  };
  BoundLists lists;
  VersionWriter writer(Version::first());
  std::mutex mutex;
  VersionPtr published = Version::first();
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::array<std::atomic<std::uint64_t>, 2> looks{};
  std::vector<std::thread> readers;
  for (std::atomic<std::uint64_t>& looked : looks) {
    readers.emplace_back([&] {
      while (!done.load()) {
        VersionPtr mine;
        {
          const std::lock_guard lock(mutex);
          mine = published;
        }
        for (std::uint32_t list = 0; list < kLists; ++list) {
          std::uint32_t count = 0;
          float last = 1e9F;
          for (BoundList::Cursor cursor(lists.at(list, mine->number())); !cursor.at_end(); cursor.advance()) {
            if ((*cursor).bound > last) ++wrong;
            last = (*cursor).bound;
            ++count;
          }
          if (count != count_in(mine->number())) ++wrong;
        }
        ++looked;
      }
    });
  }
  std::uint32_t count = 0;
  for (std::uint32_t version = 1; version <= kVersions; ++version) {
    const auto posting = [](std::uint32_t n) { return Posting{static_cast<float>(n * 7 % 100), {n}}; };
    for (std::uint32_t list = 0; list < kLists; ++list) {
      for (std::uint32_t n = count; n < count_in(version); ++n) lists.insert(list, posting(n), writer);
      for (std::uint32_t n = count; n > count_in(version); --n)
        ASSERT_TRUE(lists.erase(list, posting(n - 1), writer));
    }
    count = count_in(version);
    {
      const std::lock_guard lock(mutex);
      published = writer.now();
    }
    writer.turn();
    // Each reader looks at least now and then, however the threads are scheduled.
    if (version % 50 == 0) {
      for (std::atomic<std::uint64_t>& looked : looks) {
        for (const std::uint64_t before = looked; looked == before;) std::this_thread::yield();
      }
    }
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace gavel
