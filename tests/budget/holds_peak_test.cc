// A festival's midnight, and clicks that come minutes after their auctions: what the budget has no room for
// any more.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "budget/click_delay.h"
#include "budget/holds.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{0};
constexpr CampaignIx kOthers{0}, kCampaign{1};
constexpr Day kToday{};
constexpr Timestamp kBegin{std::chrono::sys_days{std::chrono::year{2026} / 11 / 10}};
constexpr Timestamp kMidnight = kBegin + 2h;
constexpr std::int64_t kPrice = 1'000'000;
constexpr double kPctr = 0.5;
constexpr int kAuctionsBefore = 20, kAuctionsInPeak = 400;  // a second
constexpr double kMeanDelay_s = 120;

// A campaign that takes all that it can afford as fast as traffic brings it, and before it others whose
// clicks are learned from.
class Market {
 public:
  Market(std::uint64_t seed, std::int64_t budget) : budget_(budget), random_(seed) {
    accounts_.open(kShop);
    accounts_.open(kOthers, kShop);
    accounts_.open(kCampaign, kShop);
    accounts_[kCampaign].daily_budget = budget;
  }

  // Where there is room for what is expected of it, the ad is shown, and perhaps clicked some time.
  void auction(CampaignIx campaign, Timestamp now) {
    const Micros expected{static_cast<std::int64_t>(kPctr * kPrice)};
    if (accounts_.try_hold({kShop, campaign, {}}, kToday, expected) != Funds::kEnough) return;
    const TokenId id = book_.place({.campaign = campaign,
                                    .advertiser = kShop,
                                    .charged = {static_cast<std::int32_t>(kPctr * kProbabilityOne)},
                                    .amount = expected,
                                    .placed_at = now,
                                    .expires_at = now + 10min});
    if (std::uniform_real_distribution<double>(0, 1)(random_) >= kPctr) return;
    const double delay_s = std::exponential_distribution<double>(1 / kMeanDelay_s)(random_);
    clicks_.emplace(now + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(delay_s)),
                    Shown{campaign, id, now});
  }

  void charge_until(Timestamp now) {
    for (; !clicks_.empty() && clicks_.begin()->first <= now; clicks_.erase(clicks_.begin())) {
      const auto& [at, shown] = *clicks_.begin();
      learning_.add(Pricing::kCpc, shown.at, at);
      if (shown.campaign == kCampaign) charge();
      book_.release(shown.id);
    }
    book_.expire(now, learning_.known.schedule());
  }

  std::int64_t charged() const { return charged_; }
  std::int64_t uncharged() const { return uncharged_; }
  std::int64_t held() const { return accounts_.held_total().value; }
  bool has_clicks_to_come() const { return !clicks_.empty(); }

 private:
  struct Shown {
    CampaignIx campaign;
    TokenId id;
    Timestamp at;
  };
  void charge() {
    const std::int64_t fits = std::min(kPrice, budget_ - charged_);
    charged_ += fits;
    uncharged_ += kPrice - fits;
    accounts_[kCampaign].today_regular.set(kToday, {charged_});
  }

  const std::int64_t budget_;
  std::mt19937_64 random_;
  Accounts accounts_;
  HoldBook book_{1, 0, 1 << 20, accounts_};
  DelayLearning learning_;
  std::multimap<Timestamp, Shown> clicks_;
  std::int64_t charged_ = 0, uncharged_ = 0;
};

class HoldsPeakTest : public ::testing::TestWithParam<int> {};

// The budget would end so many minutes after midnight, however much is still to come of the clicks by then.
TEST_P(HoldsPeakTest, LittleIsGivenAwayWhereTheBudgetEndsInIt) {
  const int minutes = GetParam();
  const auto budget = static_cast<std::int64_t>(kAuctionsInPeak * 60 * minutes * kPctr * kPrice);
  Market market(static_cast<std::uint64_t>(minutes), budget);
  const Timestamp end = kMidnight + std::chrono::minutes{minutes} + 15min;
  for (Timestamp now = kBegin; now < end || market.has_clicks_to_come(); now += 1s) {
    market.charge_until(now);
    for (int i = 0; now < kMidnight && i < kAuctionsBefore; ++i) market.auction(kOthers, now);
    for (int i = 0; now >= kMidnight && now < end && i < kAuctionsInPeak; ++i) market.auction(kCampaign, now);
  }
  const auto charged = static_cast<double>(market.charged());
  EXPECT_LE(static_cast<double>(market.uncharged()), 0.005 * charged);
  EXPECT_GE(charged, 0.995 * static_cast<double>(budget)) << "and nothing stays locked up";
  market.charge_until(kMidnight + 48h);
  EXPECT_EQ(market.held(), 0);
}

INSTANTIATE_TEST_SUITE_P(Minutes, HoldsPeakTest, ::testing::Values(1, 2, 4, 8, 20));

}  // namespace
}  // namespace gavel
