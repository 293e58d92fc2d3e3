#include "budget/holds.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow = from_micros(1'000'000'000);
constexpr AdvertiserIx kShop{0};
constexpr CampaignIx kCampaign{0};
constexpr Payer kPayer{kShop, kCampaign, {}};
constexpr Day kToday{};

class HoldsTest : public ::testing::Test {
 protected:
  HoldsTest() {
    accounts_.open(kShop);
    accounts_.open(kCampaign, kShop);
  }
  TokenId hold(HoldBook& book, std::int64_t amount, Timestamp expires_at = kNow + 1h) {
    EXPECT_EQ(accounts_.try_hold(kPayer, kToday, {amount}), Funds::kEnough);
    return book.place(kCampaign, kShop, {amount}, expires_at);
  }
  std::int64_t held() const {
    EXPECT_EQ(accounts_[kShop].held.load(), accounts_[kCampaign].held.load());
    EXPECT_EQ(accounts_[kShop].held.load(), accounts_.held_total().value);
    return accounts_.held_total().value;
  }
  Accounts accounts_;
};

TEST_F(HoldsTest, AHoldIsReleasedOnce) {
  Holds holds(7, 2, 8, accounts_);
  const TokenId id = hold(holds.book(1), 100);
  hold(holds.book(0), 20);
  EXPECT_EQ(held(), 120);
  holds.release(id);
  holds.release(id);
  EXPECT_EQ(held(), 20);
}

TEST_F(HoldsTest, TokenIdsNameEpochWorkerAndSerial) {
  Holds holds(7, 2, 8, accounts_);
  EXPECT_EQ(hold(holds.book(1), 1), (TokenId{7, (std::uint64_t{1} << 56) | 0}));
  EXPECT_EQ(hold(holds.book(1), 1), (TokenId{7, (std::uint64_t{1} << 56) | 1}));
  EXPECT_EQ(hold(holds.book(0), 1), (TokenId{7, 0}));
}

TEST_F(HoldsTest, IdsOfOtherEpochsWorkersAndOfTheFutureReleaseNothing) {
  Holds holds(7, 2, 8, accounts_);
  const TokenId id = hold(holds.book(0), 100);
  holds.release({6, id.serial});
  holds.release({7, id.serial | std::uint64_t{1} << 56});
  holds.release({7, id.serial | std::uint64_t{2} << 56});
  holds.release({7, id.serial + 8});
  holds.book(1).release(id);
  EXPECT_EQ(held(), 100);
}

TEST_F(HoldsTest, ExpiryReleasesWhatIsDueWhateverTheOrder) {
  HoldBook book(1, 0, 16, accounts_);
  hold(book, 1, kNow + 24h);
  const TokenId second = hold(book, 10, kNow + 1h);
  hold(book, 100, kNow + 2h);
  book.expire(kNow + 1h - 1us);
  EXPECT_EQ(held(), 111);
  book.expire(kNow + 1h);
  EXPECT_EQ(held(), 101);
  book.release(second);
  EXPECT_EQ(held(), 101);
  hold(book, 1'000, kNow + 90min);  // sooner than all that are left
  book.expire(kNow + 90min);
  EXPECT_EQ(held(), 101);
  book.expire(kNow + 24h);
  EXPECT_EQ(held(), 0);
}

TEST_F(HoldsTest, AFullRingReleasesItsOldestHoldEarly) {
  HoldBook book(1, 0, 4, accounts_);
  std::vector<TokenId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(hold(book, 1));
  book.release(ids[0]);
  hold(book, 1);  // takes the free place
  EXPECT_EQ(book.evicted(), 0u);
  EXPECT_EQ(held(), 4);
  hold(book, 1);
  EXPECT_EQ(book.evicted(), 1u);
  EXPECT_EQ(held(), 4);
  book.release(ids[1]);  // was evicted
  EXPECT_EQ(held(), 4);
  book.release(ids[2]);
  EXPECT_EQ(held(), 3);
  book.expire(kNow + 1h);
  EXPECT_EQ(held(), 0);
}

// Random work against a map of what is held.
TEST_F(HoldsTest, WrapsRoundManyTimesAndAgreesWithAMap) {
  constexpr std::size_t kCapacity = 16;
  HoldBook book(1, 0, kCapacity, accounts_);
  std::mt19937_64 random(3);
  std::map<std::uint64_t, std::pair<std::int64_t, Timestamp>> model;
  Timestamp now = kNow;
  std::uint64_t placed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto pick = random() % 10;
    if (pick < 6) {
      const auto amount = static_cast<std::int64_t>(random() % 1'000);
      const Timestamp expires_at = now + Duration{static_cast<std::int64_t>(random() % 100)};
      const TokenId id = hold(book, amount, expires_at);
      ASSERT_EQ(id.serial, placed);
      if (placed >= kCapacity) model.erase(placed - kCapacity);
      model[placed++] = {amount, expires_at};
    } else if (pick < 9 && placed > 0) {
      const std::uint64_t serial = placed - 1 - random() % std::min<std::uint64_t>(placed, 20);
      book.release({1, serial});
      model.erase(serial);
    } else {
      now += Duration{static_cast<std::int64_t>(random() % 40)};
      book.expire(now);
      std::erase_if(model, [&](const auto& entry) { return entry.second.second <= now; });
    }
    std::int64_t sum = 0;
    for (const auto& [serial, entry] : model) sum += entry.first;
    ASSERT_EQ(held(), sum) << i;
  }
}

TEST_F(HoldsTest, RacingReleasesExpiriesAndEvictionsReleaseEachHoldOnce) {
  HoldBook book(1, 0, 256, accounts_);
  std::atomic<std::uint64_t> placed{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(static_cast<std::uint64_t>(t));
      while (!done.load()) {
        const std::uint64_t n = placed.load();
        if (n > 0) book.release({1, n - 1 - random() % std::min<std::uint64_t>(n, 300)});
      }
    });
  }
  threads.emplace_back([&] {
    Timestamp now = kNow;
    while (!done.load()) book.expire(now += 1us);
  });
  for (int i = 0; i < 50'000; ++i) {
    hold(book, 1 + i % 7, kNow + Duration{i % 1'000});
    placed.fetch_add(1);
  }
  done.store(true);
  for (auto& t : threads) t.join();
  EXPECT_GE(accounts_.held_total().value, 0);
  book.expire(kNow + 24h);
  EXPECT_EQ(held(), 0);
}

}  // namespace
}  // namespace gavel
