#include "budget/ledger_drop.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "budget/ledger_codec.h"
#include "tests/budget/ledger_world.h"
#include "tests/support/small_disk.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

constexpr AdvertiserIx kShop{2};
constexpr CampaignIx kCampaign{3};

std::size_t keys_of(const Store& store, Family family) {
  std::size_t n = 0;
  store.scan(family, {}, {}, [&](auto, auto) { return ++n > 0; });
  return n;
}

// A ledger's parts without its thread: what the writer does between commits is done here step by step.
class LedgerDropTest : public ::testing::Test {
 protected:
  LedgerDropTest() {
    world_.accounts->open(kShop);
    world_.accounts->open(kCampaign, kShop);
    for (int i = 0; i < 3; ++i) click();
    world_.crash();
    world_.advance(24h * 40);
  }
  void click() {
    const Claims claims = world_.claims(kShop, kCampaign, Pricing::kCpc, 100);
    EXPECT_EQ(world_.submit_one(world_.click(claims)).status, EventStatus::kCharged);
  }
  static bool has_ended(std::future<void>& ended) { return ended.wait_for(0s) == std::future_status::ready; }

  void move_to(const std::string& path) {
    ASSERT_FALSE(world_.store->checkpoint(path));
    const Timestamp now = world_.clock->now();
    world_.stop();
    world_.path_ = path;
    world_.clock.emplace(BusinessClock::manual(now));
    world_.start();
  }
  LedgerParts parts() {
    return {*world_.store, *world_.clock,       world_.calendar,     *world_.accounts,
            *world_.holds, *world_.click_stats, *world_.click_delay, *world_.frequency};
  }

  LedgerOptions options_{.counters_per_slice = 1};
  LedgerWorld world_;
};

TEST_F(LedgerDropTest, WritesASliceAStepAndDropsLast) {
  const LedgerParts its = parts();
  LedgerState state(its, options_);
  load_ledger(its, options_, state);
  LedgerDrop drop(its, options_, state);
  const Timestamp now = world_.clock->now();
  ASSERT_TRUE(drop.is_due(now));
  std::promise<void> promise;
  std::future<void> ended = promise.get_future();
  drop.begin(now, &promise);
  for (int slice = 0; slice < 4; ++slice) {  // an advertiser, a campaign, a row, a count of clicks
    ASSERT_TRUE(state.counters.logs_before(3)) << slice;
    drop.step(now);
    EXPECT_EQ(keys_of(*world_.store, Family::kDedupe), 3u) << "all that the log names is there";
    ASSERT_FALSE(has_ended(ended));
  }
  ASSERT_FALSE(state.counters.logs_before(3));
  drop.step(now);
  ASSERT_TRUE(has_ended(ended));
  EXPECT_FALSE(drop.under_way());
  EXPECT_EQ(keys_of(*world_.store, Family::kDedupe), 0u);
  EXPECT_FALSE(drop.is_due(now));
}

// Maintenance asks ten times a second, and each attempt wrote every counter there was. Needs the right to
// mount a small file system; skipped elsewhere.
TEST_F(LedgerDropTest, ThatWasRefusedIsNotTriedAgainForAMinute) {
  TemporaryDirectory dir;
  SmallDisk disk;
  if (!disk.mount(dir.path(), "size=32m")) GTEST_SKIP() << "may not mount";
  move_to(dir / "data");
  const LedgerParts its = parts();
  LedgerState state(its, options_);
  load_ledger(its, options_, state);
  LedgerDrop drop(its, options_, state);
  const Timestamp now = world_.clock->now();
  const auto ends_in_one_step = [&](Timestamp at) {
    std::promise<void> promise;
    std::future<void> ended = promise.get_future();
    drop.begin(at, &promise);
    drop.step(at);
    return has_ended(ended);
  };
  world_.store->keep_free(UINT64_MAX);  // an eighth of the disk
  disk.fill_up(3 << 20);
  EXPECT_TRUE(ends_in_one_step(now));
  EXPECT_FALSE(drop.is_due(now));
  EXPECT_FALSE(drop.is_due(now + kDropRetry - 1us));
  EXPECT_TRUE(drop.is_due(now + kDropRetry));
  EXPECT_EQ(keys_of(*world_.store, Family::kDedupe), 3u);
  disk.make_room();
  EXPECT_FALSE(ends_in_one_step(now + kDropRetry)) << "the first slice was taken";
  world_.stop();
}

TEST(LedgerDrop, LetsEventsGoOnAndIsDoneAtAStop) {
  LedgerWorld world({.counters_per_slice = 1});
  world.accounts->open(kShop);
  world.accounts->open(kCampaign, kShop);
  const Claims old = world.claims(kShop, kCampaign, Pricing::kCpc, 100);
  world.submit_one(world.click(old));
  world.advance(24h * 40);
  // The writer stands while the drop, an event and the stop are queued.
  std::promise<void> all_are_queued;
  world.ledger->submit({}, [&](const auto&) { all_are_queued.get_future().wait(); });
  auto dropped = std::async(std::launch::async, [&] { world.ledger->drop_expired(world.clock->now()); });
  EventStatus status{};
  world.ledger->submit({world.click(world.claims(kShop, kCampaign, Pricing::kCpc, 100))},
                       [&](const auto& outcomes) { status = outcomes->at(0).status; });
  all_are_queued.set_value();
  dropped.get();
  world.ledger->flush();
  EXPECT_EQ(status, EventStatus::kCharged);
  EXPECT_EQ(world.submit_one(world.click(old)).status, EventStatus::kExpired);
  EXPECT_EQ(keys_of(*world.store, Family::kDedupe), 1u);
  world.crash();
  EXPECT_EQ((*world.accounts)[kCampaign].charged.load(), 200);
}

}  // namespace
}  // namespace gavel
