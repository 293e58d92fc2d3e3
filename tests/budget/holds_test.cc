#include "budget/holds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cmath>
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
  TokenId hold(HoldBook& book, std::int64_t amount, Timestamp expires_at = kNow + 1h,
               Pricing pricing = Pricing::kCpc, Timestamp placed_at = kNow, Probability charged = {}) {
    EXPECT_EQ(accounts_.try_hold(kPayer, kToday, {amount}), Funds::kEnough);
    return book.place({.campaign = kCampaign,
                       .advertiser = kShop,
                       .pricing = pricing,
                       .charged = charged,
                       .amount = {amount},
                       .placed_at = placed_at,
                       .expires_at = expires_at});
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

TEST_F(HoldsTest, ExpiryReleasesWhatIsDueOfEachPricing) {
  HoldBook book(1, 0, 16, accounts_);
  hold(book, 1, kNow + 24h);
  const TokenId second = hold(book, 10, kNow + 1h, Pricing::kCpm);
  hold(book, 100, kNow + 2h, Pricing::kCpm);
  book.expire(kNow + 1h - 1us);
  EXPECT_EQ(held(), 111);
  book.expire(kNow + 1h);
  EXPECT_EQ(held(), 101);
  book.release(second);
  EXPECT_EQ(held(), 101);
  hold(book, 1'000, kNow + 3h, Pricing::kCpm, kNow + 1h);
  book.expire(kNow + 2h);
  EXPECT_EQ(held(), 1'001);
  book.expire(kNow + 24h);
  EXPECT_EQ(held(), 0);
}

ReleaseSchedule schedule_of(Duration a, Duration b, Duration c, Duration d) {
  ReleaseSchedule schedule;
  schedule.after[static_cast<std::size_t>(Pricing::kCpc)] = {a, b, c, d};
  return schedule;
}

TEST_F(HoldsTest, AHoldShrinksWithTheChargesStillToCome) {
  HoldBook book(1, 0, 16, accounts_);
  const ReleaseSchedule schedule = schedule_of(1min, 2min, 5min, 9min);
  hold(book, 1'001);
  hold(book, 7'000, kNow + 1h, Pricing::kCpm);  // of which nothing is known
  book.expire(kNow + 1min - 1us, schedule);
  EXPECT_EQ(held(), 8'001);
  book.expire(kNow + 1min, schedule);
  EXPECT_EQ(held(), 7'501);  // half, rounded up
  book.expire(kNow + 2min, schedule);
  EXPECT_EQ(held(), 7'201);
  const TokenId later = hold(book, 1'000, kNow + 1h + 3min, Pricing::kCpc, kNow + 3min);
  book.expire(kNow + 5min, schedule);
  EXPECT_EQ(held(), 7'000 + 51 + 200);
  book.release(later);
  EXPECT_EQ(held(), 7'051);
  book.expire(kNow + 6min);  // what was given back stays so
  EXPECT_EQ(held(), 7'051);
  book.expire(kNow + 9min, schedule);
  EXPECT_EQ(held(), 7'000);
  book.expire(kNow + 1h, schedule);
  EXPECT_EQ(held(), 0);
}

// Of ads that are clicked half of the time, three in four are not clicked yet when half of the clicks have
// come, and what is held for those three must do for the other half.
TEST_F(HoldsTest, ALikelyChargeIsHeldLonger) {
  HoldBook book(1, 0, 16, accounts_);
  const ReleaseSchedule schedule = schedule_of(1min, 2min, 5min, 9min);
  constexpr Probability kHalf{kProbabilityOne / 2}, kSure{kProbabilityOne};
  hold(book, 3'000, kNow + 1h, Pricing::kCpc, kNow, kHalf);
  const TokenId sure = hold(book, 10'000, kNow + 1h, Pricing::kCpc, kNow, kSure);
  book.expire(kNow + 1min, schedule);
  EXPECT_EQ(held(), 12'000);
  book.expire(kNow + 2min, schedule);
  EXPECT_EQ(held(), 11'000);
  book.expire(kNow + 5min, schedule);
  EXPECT_EQ(held(), 10'286);
  book.release(sure);
  hold(book, kMaxBid.value, kNow + 1h, Pricing::kCpc, kNow, kSure);
  EXPECT_EQ(held(), kMaxBid.value + 286) << "no product is too large";
  book.expire(kNow + 9min, schedule);
  EXPECT_EQ(held(), 0);
}

TEST_F(HoldsTest, AHoldEndsBeforeItsStagesWhereThatIsSooner) {
  HoldBook book(1, 0, 16, accounts_);
  const ReleaseSchedule schedule = schedule_of(1min, 2h, 5h, 20h);
  hold(book, 1'000, kNow + 10min);
  book.expire(kNow + 9min, schedule);
  EXPECT_EQ(held(), 500);
  book.expire(kNow + 10min, schedule);
  EXPECT_EQ(held(), 0);
}

// On a manual clock it stood for ever: the jump had looked before it was there, and nothing looks again.
TEST_F(HoldsTest, AHoldOfAnAuctionFromBeforeAJumpEndsAtOnce) {
  HoldBook book(1, 0, 16, accounts_);
  const ReleaseSchedule schedule = schedule_of(1min, 2h, 5h, 20h);
  book.expire(kNow + 2h, schedule);
  hold(book, 1'000, kNow + 1h, Pricing::kCpc, kNow);
  EXPECT_EQ(held(), 0);
  hold(book, 1'000, kNow + 3h, Pricing::kCpc, kNow + 1h);  // half of its charges have come by the schedule
  EXPECT_EQ(held(), 500);
  hold(book, 1'000, kNow + 3h, Pricing::kCpc, kNow + 2h);
  EXPECT_EQ(held(), 1'500);
  book.expire(kNow + 3h, schedule);
  EXPECT_EQ(held(), 0);
}

TEST_F(HoldsTest, AmountsOfAnySizeComeBack) {
  HoldBook book(1, 0, 4, accounts_);
  hold(book, kMaxBid.value);
  hold(book, 0);
  hold(book, 1);
  book.expire(kNow + 1min, schedule_of(1min, 2min, 5min, 9min));
  EXPECT_EQ(held(), kMaxBid.value / 2 + 1);
  book.expire(kNow + 1h);
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

// Random work against a map of what is held, worked out from its rules each time.
TEST_F(HoldsTest, WrapsRoundManyTimesAndAgreesWithAMap) {
  constexpr std::size_t kCapacity = 16;
  constexpr Duration kLives[] = {100us, 60us};
  struct Held {
    std::int64_t amount, left;
    Timestamp placed_at;
    Pricing pricing;
    Probability charged;
  };
  HoldBook book(1, 0, kCapacity, accounts_);
  std::mt19937_64 random(3);
  std::map<std::uint64_t, Held> model;
  ReleaseSchedule schedule;
  Timestamp now = kNow, looked_at = kNow, last_placed = kNow;
  std::uint64_t placed = 0;
  const auto settle = [&](Held& h) {
    const auto pricing = static_cast<std::size_t>(h.pricing);
    const Duration age = looked_at - h.placed_at;
    for (std::size_t i = 0; i < kReleaseStages.size(); ++i) {
      if (age < schedule.after[pricing][i]) continue;
      const double charged = h.charged.nano * 1e-9,
                   left = static_cast<double>(kReleaseStages[i].left_permille) * 1e-3;
      const double share = left / (1 - charged + charged * left);
      h.left = std::min(h.left,
                        static_cast<std::int64_t>(std::ceil(static_cast<double>(h.amount) * share - 1e-7)));
    }
    if (age >= kLives[pricing]) h.left = 0;
  };
  for (int i = 0; i < 30'000; ++i) {
    const auto pick = random() % 10;
    if (pick < 6) {
      // Now and then an auction began before the clock was moved.
      const Timestamp began = random() % 4 == 0 ? last_placed : now;
      const auto amount = static_cast<std::int64_t>(random() % 1'000);
      const Pricing pricing = random() % 3 == 0 ? Pricing::kCpm : Pricing::kCpc;
      const Probability charged{static_cast<std::int32_t>(random() % 10'000 * 100'000)};
      const TokenId id =
          hold(book, amount, began + kLives[static_cast<std::size_t>(pricing)], pricing, began, charged);
      ASSERT_EQ(id.serial, placed);
      if (placed >= kCapacity) model.erase(placed - kCapacity);
      Held& held_now = model[placed++] = {amount, amount, began, pricing, charged};
      if (looked_at > began) settle(held_now);
      last_placed = began;
    } else if (pick < 9 && placed > 0) {
      const std::uint64_t serial = placed - 1 - random() % std::min<std::uint64_t>(placed, 20);
      book.release({1, serial});
      model.erase(serial);
    } else {
      now += Duration{static_cast<std::int64_t>(random() % 30)};
      looked_at = now;
      for (auto& stages : schedule.after) {
        if (random() % 4 != 0) continue;
        for (Duration& stage : stages) stage = Duration{static_cast<std::int64_t>(random() % 120)};
        std::ranges::sort(stages);
        if (random() % 4 == 0) stages.fill(Duration::max());
      }
      book.expire(now, schedule);
      for (auto& [serial, h] : model) settle(h);
    }
    std::int64_t sum = 0;
    for (const auto& [serial, h] : model) sum += h.left;
    ASSERT_EQ(held(), sum) << i;
  }
  book.expire(now + 1h);
  EXPECT_EQ(held(), 0);
}

TEST_F(HoldsTest, RacingReleasesStagesExpiriesAndEvictionsGiveEachHoldBackOnce) {
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
    std::mt19937_64 random(9);
    while (!done.load()) {
      // Ahead of the auctions as well as behind them.
      const Timestamp now = kNow + Duration{static_cast<std::int64_t>(placed.load() + random() % 100)};
      const Duration first{static_cast<std::int64_t>(random() % 50)};
      book.expire(now, schedule_of(first, first + 20us, first + 40us, first + 60us));
    }
  });
  constexpr int kHolds = 50'000;
  for (int i = 0; i < kHolds; ++i) {
    const Timestamp now = kNow + Duration{i};
    hold(book, 1 + i % 1'000, now + 200us, i % 3 == 0 ? Pricing::kCpm : Pricing::kCpc, now);
    placed.fetch_add(1);
  }
  done.store(true);
  for (auto& t : threads) t.join();
  EXPECT_GE(accounts_.held_total().value, 0);
  book.expire(kNow + Duration{kHolds} + 24h);
  EXPECT_EQ(held(), 0);
}

// One worker places while another thread moves the clock: whatever either has seen of the other, nothing
// stays.
TEST_F(HoldsTest, NoHoldOutlivesAJumpThatItRacedWith) {
  for (int round = 0; round < 300; ++round) {
    HoldBook book(1, 0, 64, accounts_);
    std::barrier together(2);
    std::thread clock([&] {
      together.arrive_and_wait();
      book.expire(kNow + 1h);
    });
    together.arrive_and_wait();
    for (int i = 0; i < 20; ++i) hold(book, 5, kNow + 1h);
    clock.join();
    ASSERT_EQ(held(), 0) << round;
  }
}

}  // namespace
}  // namespace gavel
