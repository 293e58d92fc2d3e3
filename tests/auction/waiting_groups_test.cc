#include "auction/waiting_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/auction/random_world.h"

namespace gavel {
namespace {

TEST(WaitingGroups, ComeOutWithTheGreatestBoundFirst) {
  WaitingGroups waiting;
  Dice dice(3);
  std::vector<Posting> all;
  for (std::uint32_t i = 0; i < 200; ++i) {
    all.push_back({static_cast<float>(dice.between(1, 50)), {i}});
    waiting.push(all.back());
  }
  std::ranges::sort(all, stands_before);
  for (const Posting& posting : all) {
    ASSERT_FALSE(waiting.empty());
    EXPECT_EQ(waiting.first().bound, posting.bound);
    EXPECT_EQ(waiting.take_first(), posting.group);
  }
  EXPECT_TRUE(waiting.empty());
}

}  // namespace
}  // namespace gavel
