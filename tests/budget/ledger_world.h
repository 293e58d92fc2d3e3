// A ledger with everything around it, on a manual clock, that can be stopped and started again over its data.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/clock.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/ledger.h"
#include "budget/store.h"
#include "tests/budget/temporary_directory.h"

namespace gavel {

inline void PrintTo(const EventOutcome& o, std::ostream* out) {
  *out << "status " << static_cast<int>(o.status) << " charged " << o.charged.value << " uncharged "
       << o.uncharged.value;
}

inline constexpr Timestamp kWorldStart = from_micros(1'781'000'000'000'000);  // 2026-06-09, 18:13 in Shanghai

class LedgerWorld {
 public:
  explicit LedgerWorld(LedgerOptions options = {}, std::string path = {})
      : options_(options), path_(path.empty() ? directory_ / "data" : std::move(path)) {
    start();
  }

  // Everything in memory is lost, and read again from the disk. Limits are not the ledger's to keep: set them
  // again.
  void restart() {
    const Timestamp now = clock->now();
    stop();
    clock.emplace(BusinessClock::manual(now));
    start();
  }
  // As restart(), after a kill: what the ledger writes at its end is not there.
  void crash() {
    const std::string killed = path_ + "x";
    ASSERT_FALSE(store->checkpoint(killed));
    const Timestamp now = clock->now();
    stop();
    path_ = killed;
    clock.emplace(BusinessClock::manual(now));
    start();
  }
  void stop() {
    ledger.reset();
    frequency.reset();
    click_delay.reset();
    click_stats.reset();
    holds.reset();
    accounts.reset();
    store.reset();
  }
  void start() {
    auto opened = Store::open(path_);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    accounts = std::make_unique<Accounts>();
    holds = std::make_unique<Holds>(++epoch, 1, 1'024, *accounts);
    click_stats = std::make_unique<ClickStats>();
    click_delay = std::make_unique<ClickDelay>();
    frequency = std::make_unique<FrequencyCounts>(*store);
    ledger = std::make_unique<Ledger>(
        LedgerParts{*store, *clock, calendar, *accounts, *holds, *click_stats, *click_delay, *frequency, counted},
        options_);
  }
  void set_options(LedgerOptions options) { options_ = options; }
  const std::string& path() const { return path_; }

  void advance(Duration by) { ASSERT_TRUE(clock->advance(clock->now() + by)); }
  Day today() { return calendar.day_of(clock->now()); }

  Result<std::vector<EventOutcome>, LedgerError> submit(std::vector<LedgerEvent> events) {
    std::promise<Result<std::vector<EventOutcome>, LedgerError>> promise;
    ledger->submit(std::move(events), [&](auto outcomes) { promise.set_value(std::move(outcomes)); });
    return promise.get_future().get();
  }
  EventOutcome submit_one(const LedgerEvent& event) {
    auto outcomes = submit({event});
    EXPECT_TRUE(outcomes);
    return outcomes ? outcomes->at(0) : EventOutcome{};
  }
  Result<Micros, DepositError> deposit(AdvertiserIx advertiser, std::string id, std::int64_t amount) {
    std::promise<Result<Micros, DepositError>> promise;
    ledger->deposit(advertiser, std::move(id), {amount}, [&](auto balance) { promise.set_value(balance); });
    return promise.get_future().get();
  }

  // A token of a winner just now.
  Claims claims(AdvertiserIx advertiser, CampaignIx campaign, Pricing pricing, std::int64_t price) {
    Claims c;
    c.id = {.epoch = 1'000, .serial = ++serial};
    c.issued_at = clock->now();
    c.ad = {1};
    c.ad_group = {1};
    c.campaign = campaign;
    c.advertiser = advertiser;
    c.placement = {1};
    c.pricing = pricing;
    c.price = {price};
    c.position = 1;
    c.examination = {kProbabilityOne};
    return c;
  }
  static LedgerEvent impression(const Claims& c) { return {.type = EventType::kImpression, .claims = c}; }
  static LedgerEvent click(const Claims& c) { return {.type = EventType::kClick, .claims = c}; }
  static LedgerEvent conversion(const Claims& c, std::string id, std::int64_t value) {
    return {.type = EventType::kConversion, .claims = c, .conversion_id = std::move(id), .value = {value}};
  }

  TemporaryDirectory directory_;
  LedgerOptions options_;
  std::string path_;
  std::uint32_t epoch = 0;
  std::uint64_t serial = 0;
  std::optional<BusinessClock> clock{std::in_place, BusinessClock::manual(kWorldStart)};
  const Calendar calendar = *Calendar::load("Asia/Shanghai");
  std::unique_ptr<Store> store;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Holds> holds;
  std::unique_ptr<ClickStats> click_stats;
  std::unique_ptr<ClickDelay> click_delay;
  std::unique_ptr<FrequencyCounts> frequency;
  std::function<void()> counted;  // from the next start() on
  std::unique_ptr<Ledger> ledger;
};

}  // namespace gavel
