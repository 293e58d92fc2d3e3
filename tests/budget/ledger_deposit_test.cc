// Deposits of money: once each, by their id.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "budget/ledger.h"
#include "tests/budget/ledger_world.h"

namespace gavel {
namespace {

constexpr AdvertiserIx kShop{0};

class LedgerDepositTest : public ::testing::Test {
 protected:
  LedgerDepositTest() { open(); }
  void open() {
    world_.accounts->open(kShop);
    world_.accounts->open(CampaignIx{0}, kShop);
  }
  AdvertiserAccount& shop() { return (*world_.accounts)[kShop]; }
  EventOutcome click(std::int64_t price) {
    return world_.submit_one(world_.click(world_.claims(kShop, CampaignIx{0}, Pricing::kCpc, price)));
  }
  LedgerWorld world_;
};

TEST_F(LedgerDepositTest, DepositsAreIdempotentById) {
  shop().opening_balance = 100;
  EXPECT_EQ(*world_.deposit(kShop, "d1", 50), Micros{150});
  EXPECT_EQ(*world_.deposit(kShop, "d1", 50), Micros{150});
  EXPECT_EQ(world_.deposit(kShop, "d1", 51).error(), DepositError::kOtherAmount);
  click(120);
  EXPECT_EQ(*world_.deposit(kShop, "d2", 5), Micros{35});
  world_.restart();
  open();
  shop().opening_balance = 100;
  EXPECT_EQ(*world_.deposit(kShop, "d1", 50), Micros{35});
  EXPECT_EQ(shop().deposited.load(), 55);
  EXPECT_EQ(click(100), (EventOutcome{EventStatus::kOverBudget, {35}, {65}}));
}

TEST_F(LedgerDepositTest, ADepositIsMadeOnceHoweverOftenItStandsInABatch) {
  shop().opening_balance = 100;
  std::promise<void> all_are_queued;
  world_.ledger->submit({}, [&](const auto&) { all_are_queued.get_future().wait(); });  // the writer stands
  std::vector<Result<Micros, DepositError>> answers;
  constexpr int kDeposits = 1'000;
  for (int i = 0; i < 3 * kDeposits; ++i) {
    const bool is_other = i >= 2 * kDeposits;
    world_.ledger->deposit(kShop, std::to_string(i % kDeposits), Micros{is_other ? 2 : 1},
                           [&](auto balance) { answers.push_back(balance); });
  }
  all_are_queued.set_value();
  world_.ledger->flush();
  ASSERT_EQ(answers.size(), 3u * kDeposits);
  for (int i = 0; i < kDeposits; ++i) {
    EXPECT_EQ(*answers[i], Micros{101 + i});
    EXPECT_EQ(*answers[kDeposits + i], Micros{100 + kDeposits});
    EXPECT_EQ(answers[2 * kDeposits + i].error(), DepositError::kOtherAmount);
  }
  EXPECT_EQ(shop().deposited.load(), kDeposits);
}

TEST_F(LedgerDepositTest, ADepositOnAccountIsRefused) {
  EXPECT_EQ(world_.deposit(kShop, "d1", 50).error(), DepositError::kOnAccount);
  EXPECT_EQ(world_.deposit(AdvertiserIx{900}, "d1", 50).error(), DepositError::kOnAccount);
}

TEST_F(LedgerDepositTest, DepositsStopBelowTheTotal) {
  shop().opening_balance = kMaxAmount.value;
  constexpr std::int64_t kFit = kMaxTotal.value / kMaxAmount.value - 1;
  std::int64_t made = 0;
  std::int64_t too_large = 0;
  for (std::int64_t i = 0; i < kFit + 2; ++i) {
    world_.ledger->deposit(kShop, std::to_string(i), kMaxAmount, [&](Result<Micros, DepositError> balance) {
      if (balance) {
        ++made;
      } else if (balance.error() == DepositError::kTotalTooLarge) {
        ++too_large;
      }
    });
  }
  world_.ledger->flush();
  EXPECT_EQ(made, kFit);
  EXPECT_EQ(too_large, 2);
  EXPECT_EQ(shop().deposited.load() + kMaxAmount.value, kMaxTotal.value);
}

}  // namespace
}  // namespace gavel
