#include "api/verify/index_digest.h"

#include <gtest/gtest.h>

#include <string>

namespace gavel {
namespace {

TEST(IndexDigest, OfTheSameEntriesInAnyOrderIsEqualAndADifferenceIsFoundWhereItIs) {
  const auto key = [](int i) { return "key" + std::to_string(i); };
  constexpr int kEntries = 20'000;
  IndexDigest digest;
  for (int i = 0; i < kEntries; ++i) digest.expect(key(i), static_cast<std::uint32_t>(i));
  for (int i = kEntries - 1; i > 0; --i) digest.found(key(i), static_cast<std::uint32_t>(i));
  EXPECT_TRUE(digest.differs()) << "one is missing";
  EXPECT_TRUE(digest.differs_at(key(0)));
  int looked_at = 0;
  for (int i = 0; i < kEntries; ++i) looked_at += digest.differs_at(key(i)) ? 1 : 0;
  EXPECT_LT(looked_at, 50) << "so few are looked up";
  digest.found(key(0), 1);
  EXPECT_TRUE(digest.differs_at(key(0))) << "of another value";
  digest.expect(key(0), 1);
  digest.found(key(0), 0);
  EXPECT_FALSE(digest.differs());
}

}  // namespace
}  // namespace gavel
