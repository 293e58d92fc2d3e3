#include "budget/frequency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "budget/claims.h"
#include "budget/frequency_shard.h"
#include "budget/ledger_codec.h"
#include "budget/store.h"
#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr CampaignIx kCampaign{3};
constexpr std::uint64_t kUser = 77;
constexpr Timestamp kNow = from_micros(1'700'000'000'000'000);

class FrequencyTest : public ::testing::Test {
 protected:
  FrequencyTest() : store_(*Store::open(dir_ / "data")), counts_(*store_) {}

  // As the ledger does it: to the disk, then to the counts.
  void see(CampaignIx campaign, std::uint64_t user, Timestamp at) {
    Claims claims;
    claims.id = {1, ++serial_};
    claims.campaign = campaign;
    claims.user_hash = user;
    WriteBatch batch;
    batch.put(Family::kFrequency, frequency_key(at, claims), "");
    ASSERT_FALSE(store_->write(batch));
    counts_.record(campaign, user, at);
  }
  TemporaryDirectory dir_;
  std::unique_ptr<Store> store_;
  FrequencyCounts counts_;
  std::uint64_t serial_ = 0;
};

TEST_F(FrequencyTest, CountsInAHalfOpenWindow) {
  counts_.set_window(kCampaign, 1h, kNow);
  see(kCampaign, kUser, kNow);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 1h), 1u);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow - 1us, 1h), 0u);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 1h - 1us, 1h), 1u);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 1h, 1h), 0u);
  EXPECT_EQ(counts_.count(kCampaign, kUser + 1, kNow, 1h), 0u);
  EXPECT_EQ(counts_.count(CampaignIx{4}, kUser, kNow, 1h), 0u);
}

TEST_F(FrequencyTest, ACapReadsItsPastFromTheDisk) {
  see(kCampaign, kUser, kNow - 50h);
  see(kCampaign, kUser, kNow - 30h);
  see(kCampaign, kUser, kNow - 1h);
  see(kCampaign, kUser, kNow - 1h);  // another token at the same time
  see(CampaignIx{4}, kUser, kNow - 1h);
  see(kCampaign, kUser + 1, kNow - 1h);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 48h), 0u);  // not capped: not in memory
  counts_.set_window(kCampaign, 2h, kNow);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 2h), 2u);
  counts_.set_window(kCampaign, 48h, kNow);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 48h), 3u);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 2h), 2u);
  EXPECT_EQ(counts_.count(kCampaign, kUser + 1, kNow, 48h), 1u);
  counts_.set_window(kCampaign, 1h, kNow);  // a smaller window needs no reading
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 1h + 1us), 2u);
}

TEST_F(FrequencyTest, ACapTakenAwayAndSetAgainCountsTheSame) {
  counts_.set_window(kCampaign, 2h, kNow);
  see(kCampaign, kUser, kNow);
  counts_.set_window(kCampaign, 0us, kNow);
  see(kCampaign, kUser, kNow + 1s);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 2s, 2h), 0u);
  counts_.set_window(kCampaign, 2h, kNow + 2s);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 2s, 2h), 2u);
}

TEST_F(FrequencyTest, ExpiryForgetsOnlyWhatNoWindowReaches) {
  counts_.set_window(kCampaign, 2h, kNow);
  see(kCampaign, kUser, kNow);
  see(kCampaign, kUser, kNow + 1h);
  counts_.expire(kNow + 2h);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 2h, 10h), 1u);  // the first is gone
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 2h, 2h), 1u);
  counts_.expire(kNow + 3h);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 3h, 10h), 0u);
}

TEST_F(FrequencyTest, KeepsTheLatestThousandOfAUser) {
  counts_.set_window(kCampaign, kFrequencyWindowMax, kNow);
  for (std::uint32_t i = 0; i < kFrequencyImpressionsMax + 5; ++i)
    counts_.record(kCampaign, kUser, kNow + Duration{i});
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + 1h, 24h), kFrequencyImpressionsMax);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow + Duration{4}, 24h), 0u);
}

// The ledger stood still while a cap's past of 30 days was read: it waited for the same lock.
TEST_F(FrequencyTest, TheLedgerGoesOnWhileAPastIsTakenIn) {
  counts_.set_window(kCampaign, 2h, kNow);
  see(kCampaign, kUser, kNow - 40h);
  see(kCampaign, kUser, kNow - 1h);
  see(kCampaign, kUser + 1, kNow - 40h);
  counts_.expire(kNow);
  auto past = counts_.begin_window(kCampaign, 48h, kNow);
  ASSERT_TRUE(past);
  {
    const auto committing = counts_.lock_commit();  // as free as ever
    see(kCampaign, kUser, kNow);
    see(kCampaign, kUser, kNow - 1h);  // another one of the same time
    see(kCampaign, kUser + 2, kNow);
    see(CampaignIx{4}, kUser, kNow);
  }
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 2h), 3u) << "auctions go by the old cap meanwhile";
  counts_.expire(kNow);
  counts_.take_in(std::move(*past));
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 48h), 4u);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 2h), 3u);
  EXPECT_EQ(counts_.count(kCampaign, kUser + 1, kNow, 48h), 1u);
  EXPECT_EQ(counts_.count(kCampaign, kUser + 2, kNow, 48h), 1u);
  see(kCampaign, kUser, kNow);
  EXPECT_EQ(counts_.count(kCampaign, kUser, kNow, 48h), 5u);
  EXPECT_FALSE(counts_.begin_window(kCampaign, 1h, kNow)) << "a smaller window needs no reading";
}

// Caps set, grown, shrunk and taken away at random beside impressions and expiry, against all impressions in
// a list.
TEST_F(FrequencyTest, AgreesWithASlowTwin) {
  std::mt19937_64 random(7);
  struct Seen {
    CampaignIx campaign;
    std::uint64_t user;
    Timestamp at;
  };
  std::vector<Seen> all;
  std::array<Duration, 3> windows{};
  Timestamp now = kNow;
  const auto see_one = [&] {
    const Seen seen{{static_cast<std::uint32_t>(random() % 3)}, 1 + random() % 4, now};
    all.push_back(seen);
    see(seen.campaign, seen.user, seen.at);
  };
  for (int i = 0; i < 1'500; ++i) {
    const auto pick = random() % 20;
    if (pick < 10) {
      see_one();
    } else if (pick < 14) {
      now += std::chrono::minutes{random() % 120};
    } else if (pick < 16) {
      counts_.expire(now);
    } else if (pick == 16) {
      const CampaignIx campaign{static_cast<std::uint32_t>(random() % 3)};
      const Duration window = random() % 4 == 0 ? Duration{0} : std::chrono::hours{1 + random() % 60};
      windows[campaign.value] = window;
      auto past = counts_.begin_window(campaign, window, now);
      for (auto between = random() % 4; between > 0; --between) see_one();
      if (random() % 2 == 0) counts_.expire(now);
      if (past) counts_.take_in(std::move(*past));
    }
    const CampaignIx campaign{static_cast<std::uint32_t>(random() % 3)};
    const std::uint64_t user = 1 + random() % 4;
    const Duration window = windows[campaign.value];
    const auto expected = std::ranges::count_if(all, [&](const Seen& seen) {
      return seen.campaign == campaign && seen.user == user && seen.at > now - window;
    });
    ASSERT_EQ(counts_.count(campaign, user, now, window), window == Duration{0} ? 0 : expected) << i;
  }
}

TEST_F(FrequencyTest, BeyondItsBoundItForgetsTheOldestPairs) {
  FrequencyCounts counts(*store_, 64);  // one a shard
  counts.set_window(kCampaign, 2h, kNow);
  for (std::uint64_t user = 1; user <= 1'000; ++user) {
    counts.record(kCampaign, user, kNow + Duration{static_cast<std::int64_t>(user)});
    EXPECT_EQ(counts.count(kCampaign, user, kNow + 1h, 2h), 1u) << "the newest stays";
  }
  EXPECT_LE(counts.pairs(), 64u);
  EXPECT_EQ(counts.pairs() + counts.evicted(), 1'000u);
  counts.expire(kNow + 3h);
  EXPECT_EQ(counts.pairs(), 0u);

  // What is read from the disk is bounded, too.
  for (std::uint64_t user = 1; user <= 200; ++user) see(kCampaign, user, kNow);
  FrequencyCounts again(*store_, 64);
  again.set_window(kCampaign, 2h, kNow);
  EXPECT_LE(again.pairs(), 64u);
  EXPECT_EQ(again.pairs() + again.evicted(), 200u);
}

TEST(FrequencyShardTest, APairIsVisitedOnceAWindowHoweverOftenItIsSeen) {
  constexpr int kPairs = 100;
  constexpr std::size_t kMany = 1'000;
  const auto hour = [](std::uint32_t) { return Duration{1h}; };
  FrequencyShard shard;
  for (int minute = 0; minute < 60; ++minute) {
    for (std::uint64_t user = 0; user < kPairs; ++user) {
      shard.add({1, user}, to_micros(kNow + std::chrono::minutes{minute}), kMany, hour);
    }
    EXPECT_FALSE(shard.expire(kNow + std::chrono::minutes{minute}, 1, hour)) << "nothing is due";
  }
  // An hour after their first impression each pair is looked at once, and again an hour after its last.
  EXPECT_TRUE(shard.expire(kNow + 1h, kPairs, hour));
  EXPECT_FALSE(shard.expire(kNow + 1h, 1, hour));
  EXPECT_EQ(shard.size(), static_cast<std::size_t>(kPairs));
  EXPECT_EQ(shard.find({1, 5})->size(), 59u);
  EXPECT_FALSE(shard.expire(kNow + 1h + 58min, 1, hour));
  EXPECT_TRUE(shard.expire(kNow + 1h + 59min, kPairs, hour));
  EXPECT_EQ(shard.size(), 0u);
}

TEST(FrequencyShardTest, EvictsThePairThatLeavesItsWindowFirst) {
  const auto hour = [](std::uint32_t) { return Duration{1h}; };
  FrequencyShard shard;
  EXPECT_EQ(shard.add({1, 1}, 100, 3, hour), 0u);
  EXPECT_EQ(shard.add({1, 2}, 200, 3, hour), 0u);
  EXPECT_EQ(shard.add({1, 3}, 300, 3, hour), 0u);
  EXPECT_EQ(shard.add({1, 1}, 400, 3, hour), 0u);  // seen again: no longer the first to go
  EXPECT_EQ(shard.add({1, 4}, 500, 3, hour), 1u);
  EXPECT_EQ(shard.find({1, 2}), nullptr);
  ASSERT_NE(shard.find({1, 1}), nullptr);
  EXPECT_EQ(shard.find({1, 1})->size(), 2u);
  shard.forget(CampaignIx{1});
  EXPECT_EQ(shard.size(), 0u);
  EXPECT_EQ(shard.add({1, 1}, 600, 3, hour), 0u);
  EXPECT_FALSE(shard.expire(from_micros(600) + 59min, 1, hour)) << "no visit of before is left";
}

// As the ledger, auctions, changes and maintenance do it at once.
TEST_F(FrequencyTest, RacingChangesLoseNoImpression) {
  constexpr int kImpressions = 500;
  std::atomic<bool> done{false};
  std::atomic<std::int64_t> micros{0};
  std::thread ledger([&] {
    for (int i = 0; i < kImpressions; ++i) {
      const auto committing = counts_.lock_commit();
      see(kCampaign, 1 + static_cast<std::uint64_t>(i) % 5, kNow + Duration{i});
      micros.store(i);
    }
    done.store(true);
  });
  std::thread maintenance([&] {
    while (!done.load()) counts_.expire(kNow + Duration{micros.load()});
  });
  std::thread auction([&] {
    while (!done.load()) counts_.count(kCampaign, 3, kNow + 1h, 2h);
  });
  for (int i = 0; !done.load(); ++i) {
    counts_.set_window(kCampaign, std::chrono::hours{i % 3}, kNow + Duration{micros.load()});
  }
  ledger.join();
  maintenance.join();
  auction.join();
  counts_.set_window(kCampaign, 3h, kNow + 1h);
  for (std::uint64_t user = 1; user <= 5; ++user) {
    EXPECT_EQ(counts_.count(kCampaign, user, kNow + 1h, 3h), kImpressions / 5u);
  }
}

}  // namespace
}  // namespace gavel
