#include "budget/frequency.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "budget/claims.h"
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

}  // namespace
}  // namespace gavel
