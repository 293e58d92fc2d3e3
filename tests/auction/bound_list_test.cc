// Sorted lists that snapshots share, against a multiset.
#include "auction/bound_list.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "tests/auction/catalog_fixture.h"

namespace gavel {
namespace {

struct StandsBefore {
  bool operator()(const Posting& a, const Posting& b) const { return stands_before(a, b); }
};
using Twin = std::multiset<Posting, StandsBefore>;

void expect_same(const BoundList& list, const Twin& twin) {
  ASSERT_EQ(list.size(), twin.size());
  ASSERT_EQ(postings(list), (std::vector<Posting>(twin.begin(), twin.end())));
}

TEST(BoundList, TheGreatestBoundIsFirstAndOfEqualsTheLesserGroup) {
  BoundList list;
  EXPECT_TRUE(BoundList::Cursor(list).at_end());
  for (const Posting& posting : {Posting{1, {3}}, Posting{2, {9}}, Posting{1, {2}}, Posting{0, {1}}}) {
    list.insert(posting);
  }
  EXPECT_EQ(postings(list), (std::vector<Posting>{{2, {9}}, {1, {2}}, {1, {3}}, {0, {1}}}));
  EXPECT_FALSE(list.erase({1, {9}})) << "of that bound";
  EXPECT_TRUE(list.erase({1, {2}}));
  EXPECT_FALSE(list.erase({1, {2}}));
  EXPECT_EQ(postings(list), (std::vector<Posting>{{2, {9}}, {1, {3}}, {0, {1}}}));
}

// Lists from nothing to many leaves and back, with copies taken on the way that must never change.
TEST(BoundList, AgreesWithAMultisetAndCopiesKeepTheirMoment) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&random](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    const std::uint32_t bounds = seed % 2 == 0 ? 7 : 100'000;  // many equal ones, or hardly any
    BoundList list;
    Twin twin;
    std::vector<std::pair<BoundList, Twin>> kept;
    for (int step = 0; step < 12'000; ++step) {
      const bool grows = (step / 4'000) % 2 == 0;
      if (twin.empty() || below(10) < (grows ? 8u : 2u)) {
        const Posting posting{static_cast<float>(below(bounds)), {below(5'000)}};
        list.insert(posting);
        twin.insert(posting);
      } else {
        const auto victim = twin.lower_bound({static_cast<float>(below(bounds)), {below(5'000)}});
        const Posting posting = victim == twin.end() ? *twin.begin() : *victim;
        ASSERT_TRUE(list.erase(posting));
        twin.erase(twin.find(posting));
      }
      if (step % 997 == 0) kept.emplace_back(list, twin);
      if (step % 499 == 0) expect_same(list, twin);
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << " step " << step;
    }
    for (const auto& [copy, moment] : kept) expect_same(copy, moment);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed;
    while (!twin.empty()) {
      ASSERT_TRUE(list.erase(*twin.begin()));
      twin.erase(twin.begin());
    }
    EXPECT_TRUE(BoundList::Cursor(list).at_end());
  }
}

}  // namespace
}  // namespace gavel
