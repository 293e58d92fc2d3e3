#include "budget/clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace gavel {
namespace {

using namespace std::chrono_literals;
constexpr Timestamp kStart = from_micros(1'000'000);

TEST(BusinessClock, ManualStandsUntilAdvanced) {
  BusinessClock clock = BusinessClock::manual(kStart);
  EXPECT_TRUE(clock.is_manual());
  EXPECT_EQ(clock.now(), kStart);
  const auto moved = clock.advance(kStart + 24h);
  ASSERT_TRUE(moved);
  EXPECT_EQ(*moved, kStart + 24h);
  EXPECT_EQ(clock.now(), kStart + 24h);
}

TEST(BusinessClock, ManualTakesTheSameTimeAndRefusesAnEarlierOne) {
  BusinessClock clock = BusinessClock::manual(kStart);
  EXPECT_TRUE(clock.advance(kStart));
  const auto back = clock.advance(kStart - 1us);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error(), ClockError::kBackwards);
  EXPECT_EQ(clock.now(), kStart);
}

TEST(BusinessClock, SystemFollowsItsSourceButNeverGoesBack) {
  Timestamp source = kStart + 5s;
  BusinessClock clock = BusinessClock::system(kStart, [&] { return source; });
  EXPECT_FALSE(clock.is_manual());
  EXPECT_EQ(clock.now(), kStart + 5s);
  source = kStart + 1s;
  EXPECT_EQ(clock.now(), kStart + 5s);
  source = kStart + 6s;
  EXPECT_EQ(clock.now(), kStart + 6s);
}

TEST(BusinessClock, SystemHoldsStillBehindTheLastTimeTheDataKnows) {
  BusinessClock clock = BusinessClock::system(kStart, [] { return kStart - 1h; });
  EXPECT_EQ(clock.now(), kStart);
}

TEST(BusinessClock, SystemCannotBeAdvanced) {
  BusinessClock clock = BusinessClock::system(kStart, [] { return kStart; });
  const auto moved = clock.advance(kStart + 1h);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error(), ClockError::kNotManual);
}

TEST(BusinessClock, NoThreadSeesTimeGoBackUnderASourceThatDoes) {
  std::atomic<std::int64_t> ticks{0};
  BusinessClock clock = BusinessClock::system(kStart, [&] {
    const std::int64_t t = ticks.fetch_add(1);
    return kStart + Duration{t % 7 == 0 ? t - 100 : t};
  });
  std::atomic<int> steps_back{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Timestamp last{};
      for (int n = 0; n < 20'000; ++n) {
        const Timestamp now = clock.now();
        if (now < last) ++steps_back;
        last = now;
      }
    });
  }
  for (auto& t : threads) t.join();
  EXPECT_EQ(steps_back.load(), 0);
}

}  // namespace
}  // namespace gavel
