#include "auction/sieve.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

TEST(Sieve, KeepsAllThatWereAddedAndFewOthers) {
  Sieve sieve;
  for (std::uint32_t number = 0; number < 50; ++number) sieve.add(number * 1'000'003);
  for (std::uint32_t number = 0; number < 50; ++number) EXPECT_TRUE(sieve.may_have(number * 1'000'003));
  int others = 0;
  for (std::uint32_t number = 0; number < 10'000; ++number) others += sieve.may_have(0x80000000 + number) ? 1 : 0;
  EXPECT_LT(others, 200) << "50 of 4,096 bits are set";
  sieve.clear();
  for (std::uint32_t number = 0; number < 10'000; ++number) ASSERT_FALSE(sieve.may_have(number));
}

}  // namespace
}  // namespace gavel
