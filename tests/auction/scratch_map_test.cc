#include "auction/scratch_map.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace gavel {
namespace {

TEST(ScratchMap, AgreesWithAHashMapOverManyGenerations) {
  std::mt19937_64 rng(7);
  ScratchMap map;
  for (int generation = 0; generation < 200; ++generation) {
    map.clear();
    std::unordered_map<std::uint32_t, std::uint32_t> twin;
    const std::uint32_t range = 1 + static_cast<std::uint32_t>(rng() % 3'000);
    for (int i = 0; i < 500; ++i) {
      const auto key = static_cast<std::uint32_t>(rng() % range) * 64;
      map[key] += 3;
      twin[key] += 3;
    }
    ASSERT_EQ(map.size(), twin.size());
    for (std::uint32_t key = 0; key < range * 64; key += 32) {
      const auto expected = twin.find(key);
      const std::uint32_t* found = map.find(key);
      ASSERT_EQ(found != nullptr, expected != twin.end()) << key;
      if (found != nullptr) {
        ASSERT_EQ(*found, expected->second);
      }
    }
  }
}

TEST(ScratchMap, InsertIsTrueOnceAndAgainAfterClear) {
  ScratchMap map;
  EXPECT_TRUE(map.insert(0xFFFFFFFF));
  EXPECT_FALSE(map.insert(0xFFFFFFFF));
  EXPECT_TRUE(map.insert(0));
  map.clear();
  EXPECT_EQ(map.find(0), nullptr);
  EXPECT_TRUE(map.insert(0xFFFFFFFF));
}

}  // namespace
}  // namespace gavel
