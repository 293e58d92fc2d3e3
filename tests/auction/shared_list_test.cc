#include "auction/shared_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace gavel {
namespace {

using List = SharedList<std::uint32_t>;

std::vector<std::uint32_t> values(const List& list) {
  return {list.span().begin(), list.span().end()};
}

TEST(SharedList, IsEmptyAtFirst) {
  EXPECT_TRUE(List().span().empty());
}

TEST(SharedList, AppendsInOrderAndErasesByPuttingTheLastInPlace) {
  List list;
  for (std::uint32_t i = 0; i < 5; ++i) list.append(i);
  EXPECT_EQ(values(list), (std::vector<std::uint32_t>{0, 1, 2, 3, 4}));
  EXPECT_TRUE(list.erase(1));
  EXPECT_EQ(values(list), (std::vector<std::uint32_t>{0, 4, 2, 3}));
  EXPECT_TRUE(list.erase(3));
  EXPECT_EQ(values(list), (std::vector<std::uint32_t>{0, 4, 2}));
  EXPECT_FALSE(list.erase(3));
}

TEST(SharedList, ACopyIsUndisturbedByAppends) {
  List list;
  list.append(1);
  const List alone = list;
  list.append(2);
  const List before = list;
  list.append(3);
  EXPECT_EQ(values(alone), (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(values(before), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(values(list), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(before.span().data(), list.span().data()) << "room behind the common part is used";
}

TEST(SharedList, OnlyOneOfTwoCopiesUsesTheRoomBehindTheCommonPart) {
  List a;
  a.append(0);
  a.append(1);
  List b = a;
  a.append(2);
  b.append(3);
  EXPECT_EQ(values(a), (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(values(b), (std::vector<std::uint32_t>{0, 1, 3}));
}

TEST(SharedList, AnElementAloneTakesNoBlock) {
  List list;
  list.append(7);
  const auto* place = reinterpret_cast<const char*>(list.span().data());
  const auto* self = reinterpret_cast<const char*>(&list);
  EXPECT_TRUE(place >= self && place < self + sizeof list);
  EXPECT_TRUE(list.erase(7));
  EXPECT_TRUE(list.span().empty());
}

TEST(SharedList, AnElementErasedFromOneCopyIsNotOverwrittenInTheOther) {
  List a;
  a.append(1);
  a.append(2);
  List b = a;
  EXPECT_TRUE(b.erase(2));
  b.append(9);
  EXPECT_EQ(values(a), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(values(b), (std::vector<std::uint32_t>{1, 9}));
}

TEST(SharedList, AppendingBetweenCopiesMovesTheListRarely) {
  List list;
  std::vector<List> copies;
  int moves = 0;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto* before = list.span().data();
    list.append(i);
    if (list.span().data() != before) ++moves;
    if (i % 100 == 0) copies.push_back(list);
  }
  EXPECT_LE(moves, 16);
  for (std::size_t i = 0; i < copies.size(); ++i) EXPECT_EQ(copies[i].span().size(), i * 100 + 1);
}

TEST(SharedList, RandomHistoriesOfManyCopiesAgreeWithVectors) {
  std::mt19937 random(7);
  std::vector<List> lists(6);
  std::vector<std::vector<std::uint32_t>> twins(lists.size());
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t i = pick(lists.size());
    const auto value = static_cast<std::uint32_t>(pick(40));
    switch (pick(4)) {
      case 0:
      case 1:
        lists[i].append(value);
        twins[i].push_back(value);
        break;
      case 2: {
        const auto found = std::ranges::find(twins[i], value);
        ASSERT_EQ(lists[i].erase(value), found != twins[i].end());
        if (found != twins[i].end()) {
          *found = twins[i].back();
          twins[i].pop_back();
        }
        break;
      }
      default: {
        const std::size_t from = pick(lists.size());
        lists[i] = lists[from];
        twins[i] = twins[from];
        break;
      }
    }
    for (std::size_t k = 0; k < lists.size(); ++k) ASSERT_EQ(values(lists[k]), twins[k]) << "step " << step;
  }
}

}  // namespace
}  // namespace gavel
