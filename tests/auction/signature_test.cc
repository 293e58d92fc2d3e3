#include "auction/signature.h"

#include <gtest/gtest.h>

#include <random>

namespace gavel {
namespace {

// No minute of a schedule's entry is told to be outside, and what lies two hours and more away or on other days is.
TEST(TimeBits, HoldEveryMinuteOfAnEntryAndLittleElse) {
  std::mt19937 random(1);
  const auto below = [&random](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  for (int i = 0; i < 2'000; ++i) {
    const auto days = static_cast<std::uint8_t>(below(128));
    const auto from = static_cast<std::uint16_t>(i % 2 == 0 ? below(1'440) : below(12) * 120 + below(3));
    const auto to = static_cast<std::uint16_t>(from + 1 + below(1'440U - from));
    const std::uint32_t times = time_bits(days, from, to);
    for (std::uint32_t day = 0; day < 7; ++day) {
      const bool on_day = (days >> day & 1) != 0;
      for (std::uint32_t minute = 0; minute < 1'440; ++minute) {
        const bool within = on_day && minute >= from && minute < to;
        const bool near = on_day && minute + 120 > from && minute < to + 120U;
        const bool told = may_be_at(times, time_bits(day, minute));
        ASSERT_TRUE(told || !within) << int{days} << ' ' << from << ' ' << to << ": " << day << ' ' << minute;
        ASSERT_TRUE(near || !told) << int{days} << ' ' << from << ' ' << to << ": " << day << ' ' << minute;
      }
    }
  }
}

TEST(TimeBits, OfWorkdaysAndWeekendsTogether) {
  const std::uint32_t times = time_bits(0b0011111, 540, 1'200) | time_bits(0b1100000, 0, 1'440);
  EXPECT_TRUE(may_be_at(times, time_bits(4, 600)));
  EXPECT_FALSE(may_be_at(times, time_bits(4, 1'320)));
  EXPECT_TRUE(may_be_at(times, time_bits(5, 1'439)));
  EXPECT_FALSE(may_be_at(0, time_bits(5, 1'439)));
}

}  // namespace
}  // namespace gavel
