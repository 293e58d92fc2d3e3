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
    const std::uint32_t count = below(6);
    std::map<std::uint32_t, float> greatest;
    for (std::uint32_t list = 0; list < count; ++list) {
      for (std::size_t n = below(40); n > 0; --n) {
        const Posting posting{static_cast<float>(below(30)), {below(50)}};
        lists.insert(list, posting, writer);
        float& known = greatest.try_emplace(posting.group.value, 0.0F).first->second;
        known = std::max(known, posting.bound);
      }
    }
    cursor.clear();
    for (std::uint32_t list = 0; list < count; ++list) cursor.add(lists.at(list, writer.number()));
    const AdGroupIx urgent{60};
    if (round % 2 == 0) cursor.add(urgent);
    cursor.start(catalog);
    if (round % 2 == 0) {
      EXPECT_EQ(cursor.next(), urgent);
    }

    std::size_t given = 0;
    float last = 1e9F;
    while (true) {
      const float bound = cursor.bound();
      const auto group = cursor.next();
      if (!group) break;
      const auto found = greatest.find(group->value);
      ASSERT_NE(found, greatest.end()) << "twice, or never listed";
      EXPECT_LE(found->second, bound);
      EXPECT_LE(found->second, last);
      last = found->second;
      greatest.erase(found);
      ++given;
    }
    EXPECT_TRUE(cursor.at_end());
    EXPECT_TRUE(greatest.empty()) << given;
  }
}

}  // namespace
}  // namespace gavel
