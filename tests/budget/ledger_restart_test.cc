#include <gtest/gtest.h>

#include <string>

#include "budget/big_endian.h"
#include "budget/ledger_codec.h"
#include "tests/budget/ledger_world.h"
#include "tests/support/small_disk.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{2};
constexpr CampaignIx kCampaign{3};
constexpr FestivalIx kFestival{4};

void open_accounts(LedgerWorld& world) {
  world.accounts->open(kShop);
  world.accounts->open(kCampaign, kShop);
}

std::size_t keys_of(const Store& store, Family family) {
  std::size_t n = 0;
  store.scan(family, {}, {}, [&](auto, auto) { return ++n > 0; });
  return n;
}

TEST(LedgerRestart, AccountsComeBackAsTheyWere) {
  LedgerWorld world;
  open_accounts(world);
  (*world.accounts)[world.accounts->open_festival(kCampaign, kFestival)].daily_budget = 40;
  (*world.accounts)[kCampaign].daily_budget = 50;
  Claims c = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
  c.festival = kFestival;
  world.submit_one(world.click(c));
  world.restart();
  ASSERT_TRUE(world.accounts->contains(kShop));
  ASSERT_TRUE(world.accounts->contains(kCampaign));
  const CampaignAccount& campaign = (*world.accounts)[kCampaign];
  const AdvertiserAccount& shop = (*world.accounts)[kShop];
  const FestivalAccountIx festival = world.accounts->find_festival(kCampaign, kFestival);
  ASSERT_TRUE(festival.exists());
  EXPECT_EQ(campaign.advertiser.load(), kShop.value);
  EXPECT_EQ(campaign.charged.load(), 90);
  EXPECT_EQ(campaign.today.on(world.today()).value, 90);
  EXPECT_EQ(campaign.today_regular.on(world.today()).value, 50);
  EXPECT_EQ(campaign.uncharged_today.on(world.today()).value, 10);
  EXPECT_EQ(shop.charged.load(), 90);
  EXPECT_EQ(shop.today.on(world.today()).value, 90);
  EXPECT_EQ((*world.accounts)[festival].today.on(world.today()).value, 40);
  world.advance(24h);
  EXPECT_EQ(campaign.today.on(world.today()).value, 0);
  EXPECT_EQ((*world.accounts)[festival].today.on(world.today()).value, 0);
}

TEST(LedgerRestart, ARetryAfterItIsADuplicate) {
  LedgerWorld world;
  open_accounts(world);
  const Claims c = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
  EXPECT_EQ(world.submit_one(world.click(c)).status, EventStatus::kCharged);
  world.restart();
  EXPECT_EQ(world.submit_one(world.click(c)).status, EventStatus::kDuplicate);
  EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 100);
}

TEST(LedgerRestart, ALongerLifeOfTokensDoesNotChargeAgainWhatWasDropped) {
  LedgerWorld world;
  open_accounts(world);
  const Claims c = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
  world.submit_one(world.click(c));
  world.advance(24h * 40);
  world.ledger->drop_expired(world.clock->now());
  EXPECT_EQ(keys_of(*world.store, Family::kDedupe), 0u);
  EXPECT_EQ(world.submit_one(world.click(c)).status, EventStatus::kExpired);
  world.set_options({.click_ttl = 24h * 365});
  world.restart();
  EXPECT_EQ(world.submit_one(world.click(c)).status, EventStatus::kExpired);
  EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 100);
}

TEST(LedgerRestart, ALongerLifeOfTokensFindsTheKeysThatAreLeft) {
  LedgerWorld world;
  open_accounts(world);
  const Claims c = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
  world.submit_one(world.click(c));
  world.advance(24h * 10);
  world.ledger->drop_expired(world.clock->now());
  world.set_options({.click_ttl = 24h * 365});
  world.restart();
  EXPECT_EQ(world.submit_one(world.click(c)).status, EventStatus::kDuplicate);
}

TEST(LedgerDropExpired, KeepsEveryKeyThatATokenCanStillReach) {
  LedgerWorld world({.click_ttl = 24h * 60});
  open_accounts(world);
  Claims c = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
  c.user_hash = 9;
  world.submit({world.click(c), world.impression(c)});
  for (int day = 0; day < 60; ++day) {
    ASSERT_EQ(world.submit_one(world.click(c)).status, EventStatus::kDuplicate) << day;
    world.advance(24h);
    world.ledger->drop_expired(world.clock->now());
    EXPECT_EQ(keys_of(*world.store, Family::kFrequency), day < 31 ? 1u : 0u) << day;
  }
  EXPECT_EQ(keys_of(*world.store, Family::kDedupe), 2u);
  world.advance(24h * 3);
  world.ledger->drop_expired(world.clock->now());
  EXPECT_EQ(keys_of(*world.store, Family::kDedupe), 0u);
}

TEST(LedgerClickDelay, IsLearnedFromEachChargeOnceAndOutlivesARestart) {
  LedgerWorld world;
  open_accounts(world);
  world.accounts->operator[](kCampaign).lifetime_budget =
      1'000;  // most of it is over budget: it came all the same
  std::vector<LedgerEvent> events;
  for (std::uint32_t i = 0; i < kDelaysNeeded; ++i) {
    const Claims c = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
    events.push_back(world.impression(c));
    events.push_back(world.conversion(c, "x", 5));
    if (i > 0) events.push_back(world.click(c));
  }
  world.advance(60s);
  ASSERT_TRUE(world.submit(events));
  ASSERT_TRUE(world.submit(events)) << "repeated ones teach nothing";
  const auto charge_after_two_windows = [&] {
    const Claims last = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
    world.advance(2 * kDelayWindow);
    world.submit_one(world.click(last));
  };
  charge_after_two_windows();
  EXPECT_EQ(world.click_delay->get().known.quantile(Pricing::kCpc, 500), std::nullopt) << "one too few";
  charge_after_two_windows();
  const DelayCounts learned = world.click_delay->get().known;
  ASSERT_TRUE(learned.quantile(Pricing::kCpc, 500));
  EXPECT_GT(*learned.quantile(Pricing::kCpc, 500), 60s);
  EXPECT_LT(*learned.quantile(Pricing::kCpc, 990), 70s);
  EXPECT_EQ(learned.quantile(Pricing::kCpm, 500), std::nullopt);
  world.restart();
  EXPECT_EQ(world.click_delay->get().known, learned);
}

// Maintenance asks ten times a second, and each time woke the ledger.
TEST(LedgerDropExpired, WakesTheLedgerOnlyWhereADayCanGo) {
  LedgerWorld world;
  world.stop();
  Timestamp now = kWorldStart;
  int readings = 0;  // the ledger reads the clock once a batch, and once when it drops
  world.clock.emplace(BusinessClock::system(now, [&] {
    ++readings;
    return now;
  }));
  world.start();
  const auto readings_of = [&](int calls) {
    const int before = readings;
    for (int i = 0; i < calls; ++i) world.ledger->drop_expired(now);
    return readings - before;
  };
  EXPECT_EQ(readings_of(5), 2);
  now += 1h;
  EXPECT_EQ(readings_of(5), 0);
  now += 24h;
  EXPECT_EQ(readings_of(5), 2);
}

TEST(LedgerRestart, TheTimeOfTheLastCommitIsKnown) {
  LedgerWorld world;
  open_accounts(world);
  const auto stored = [&] {
    const auto value = world.store->get(Family::kMeta, kClockKey).value_or("");
    BigEndianReader in(value);
    return from_micros(static_cast<std::int64_t>(in.read<std::uint64_t>()));
  };
  EXPECT_EQ(stored(), kWorldStart);  // at the start
  Timestamp source = kWorldStart + 1h;
  world.stop();
  world.clock.emplace(BusinessClock::system(kWorldStart, [&] { return source; }));
  world.start();
  EXPECT_EQ(stored(), kWorldStart + 1h);
  source += 5s;
  world.submit_one(world.click(world.claims(kShop, kCampaign, Pricing::kCpc, 1)));
  EXPECT_EQ(stored(), kWorldStart + 1h);  // the accounts are not open: expired, nothing was written
  open_accounts(world);
  world.submit_one(world.click(world.claims(kShop, kCampaign, Pricing::kCpc, 1)));
  EXPECT_EQ(stored(), kWorldStart + 1h + 5s);
}

// Needs the right to mount a small file system; skipped elsewhere.
TEST(LedgerOnAFullDisk, ChargesNothingAndGoesOnWhenThereIsSpace) {
  TemporaryDirectory dir;
  SmallDisk disk;
  if (!disk.mount(dir.path(), "size=12m")) GTEST_SKIP() << "may not mount";
  {
    LedgerWorld world({}, dir / "data");
    open_accounts(world);
    const Claims first = world.claims(kShop, kCampaign, Pricing::kCpc, 5);
    EXPECT_EQ(world.submit_one(world.click(first)).status, EventStatus::kCharged);
    disk.fill_up(0);
    std::vector<LedgerEvent> events;
    for (int i = 0; i < 500; ++i)
      events.push_back(world.click(world.claims(kShop, kCampaign, Pricing::kCpc, 5)));
    const auto refused = world.submit(events);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), LedgerError::kNotDurable);
    EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 5);
    EXPECT_EQ(world.ledger->metrics().failed_commits.load(), 1u);
    EXPECT_TRUE(world.ledger->metrics().disk_full.load());
    // The grace counts from the first refusal, whatever is tried meanwhile.
    const Timestamp refused_at = world.clock->now();
    world.advance(59s);
    EXPECT_FALSE(world.submit(events));
    world.ledger->probe();
    EXPECT_EQ(world.ledger->metrics().failed_commits.load(), 2u);
    EXPECT_TRUE(world.ledger->can_charge(refused_at + 60s - 1us));
    EXPECT_FALSE(world.ledger->can_charge(refused_at + 60s));
    disk.make_room();
    EXPECT_FALSE(world.ledger->can_charge(refused_at + 60s)) << "nobody has tried yet";
    world.ledger->probe();
    EXPECT_FALSE(world.ledger->metrics().disk_full.load());
    EXPECT_TRUE(world.ledger->can_charge(refused_at + 60s));
    const auto taken = world.submit(events);
    ASSERT_TRUE(taken);
    for (const EventOutcome& o : *taken) EXPECT_EQ(o.status, EventStatus::kCharged);
    EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 5 + 500 * 5);
    world.restart();
    EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 5 + 500 * 5);
    EXPECT_EQ(world.submit_one(events[0]).status, EventStatus::kDuplicate);
  }
}

}  // namespace
}  // namespace gavel
