#include "budget/ledger_charge.h"

#include <gtest/gtest.h>

#include <random>

#include "budget/accounts.h"

namespace gavel {
namespace {

TEST(FitCharge, TakesTheFestivalsMoneyFirstAndNeverMoreThanThereIs) {
  struct Case {
    std::int64_t amount;
    ChargeRoom room;
    std::int64_t from_festival, from_regular, uncharged;
  };
  constexpr std::int64_t kAny = kMaxTotal.value;
  const Case cases[] = {
      {100, {kAny, 0, kAny}, 0, 100, 0},
      {100, {kAny, kAny, kAny}, 100, 0, 0},
      {100, {kAny, 30, kAny}, 30, 70, 0},
      {100, {kAny, 30, 70}, 30, 70, 0},
      {100, {kAny, 30, 69}, 30, 69, 1},
      {100, {60, 30, 70}, 30, 30, 40},
      {100, {20, 30, 70}, 20, 0, 80},
      {100, {0, 30, 70}, 0, 0, 100},
      {0, {0, 0, 0}, 0, 0, 0},
      {100, {kAny, 0, 0}, 0, 0, 100},
  };
  for (const Case& c : cases) {
    const Charge charge = fit_charge({c.amount}, c.room);
    EXPECT_EQ(charge.from_festival.value, c.from_festival);
    EXPECT_EQ(charge.from_regular.value, c.from_regular);
    EXPECT_EQ(charge.uncharged.value, c.uncharged);
    EXPECT_EQ(charge.charged().value + charge.uncharged.value, c.amount);
  }
}

TEST(LeftOf, IsNeverNegative) {
  EXPECT_EQ(left_of(kNoLimit, 5), kMaxTotal.value);
  EXPECT_EQ(left_of(10, 4), 6);
  EXPECT_EQ(left_of(10, 10), 0);
  EXPECT_EQ(left_of(10, 11), 0);
  EXPECT_EQ(left_of(0, 0), 0);
}

TEST(ChargeCpm, AnyRunOfImpressionsCostsTheirPricesRoundedDownOnce) {
  std::mt19937_64 random(2);
  Int128 prices = 0;
  std::int64_t charged = 0;
  std::uint16_t carry = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto price = static_cast<std::int64_t>(random() % (i % 3 == 0 ? 10 : 1'000'000'000'000) + 1);
    const CpmCharge charge = charge_cpm({price}, carry);
    ASSERT_LT(charge.carry, 1'000);
    carry = charge.carry;
    charged += charge.amount.value;
    prices += price;
    ASSERT_EQ(charged, static_cast<std::int64_t>(prices / 1'000));
  }
}

}  // namespace
}  // namespace gavel
