#include "auction/group_cursor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "auction/catalog.h"

namespace gavel {
namespace {

TEST(GroupCursor, GivesEachGroupOnceTheGreatestBoundFirst) {
  std::mt19937 random(5);
  const auto below = [&random](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  GroupCursor cursor;
  const Catalog catalog(nullptr);
  for (int round = 0; round < 200; ++round) {
    BoundLists lists;
    VersionWriter writer(Version::first());
    const std::uint32_t count = round % 20 == 0 ? 500 : below(6);
    const std::uint32_t groups = round % 20 == 0 ? 5'000 : 50;
    std::map<std::uint32_t, float> greatest;
    for (std::uint32_t list = 0; list < count; ++list) {
      for (std::size_t n = below(40); n > 0; --n) {
        const Posting posting{static_cast<float>(below(30)), {below(groups)}};
        lists.insert(list, posting, writer);
        float& known = greatest.try_emplace(posting.group.value, 0.0F).first->second;
        known = std::max(known, posting.bound);
      }
    }
    if (round % 20 == 0) {  // one of several leaves
      for (std::uint32_t i = 0; i < 2 * BoundLists::kLeafMax; ++i) {
        const Posting posting{static_cast<float>(below(30)), {i}};
        lists.insert(0, posting, writer);
        float& known = greatest.try_emplace(i, 0.0F).first->second;
        known = std::max(known, posting.bound);
      }
    }
    cursor.clear();
    for (std::uint32_t list = 0; list < count; ++list) cursor.add(lists.at(list, writer.number()));
    const AdGroupIx urgent{groups + 10};
    if (round % 2 == 0) cursor.add(urgent);
    cursor.start(catalog);
    if (round % 2 == 0) {
      EXPECT_EQ(cursor.next(), urgent);
    }

    std::size_t given = 0;
    Posting last{1e9F, {0}};
    while (true) {
      const float bound = cursor.bound();
      const auto group = cursor.next();
      if (!group) break;
      const auto found = greatest.find(group->value);
      ASSERT_NE(found, greatest.end()) << "twice, or never listed";
      EXPECT_LE(found->second, bound);
      const Posting now{found->second, *group};
      EXPECT_TRUE(stands_before(last, now)) << "of equal bounds the lesser group is first";
      last = now;
      greatest.erase(found);
      ++given;
    }
    EXPECT_TRUE(cursor.at_end());
    EXPECT_TRUE(greatest.empty()) << given;
  }
}

}  // namespace
}  // namespace gavel
