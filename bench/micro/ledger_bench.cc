// What it costs to make events durable: clicks through the ledger, beside the same number of bytes appended
// to a file and synced; and to count them again after a kill. Every answer is checked: each event is charged
// once.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/frequency.h"
#include "budget/holds.h"
#include "budget/ledger.h"
#include "budget/ledger_counters.h"

namespace gavel {
namespace {

constexpr Timestamp kNow = from_micros(1'781'000'000'000'000);
constexpr std::uint32_t kCampaigns = 1'000;
constexpr std::size_t kBytesOfAnEvent = 128;  // about what the ledger writes of one: its key and its record

struct Directory {
  Directory() { path = mkdtemp(pattern.data()); }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string pattern = (std::filesystem::current_path() / "ledger-bench-XXXXXX").string();
  std::string path;
};

struct World {
  World() {
    for (std::uint32_t i = 0; i < kCampaigns; ++i) accounts.open(CampaignIx{i}, AdvertiserIx{i / 5});
    for (std::uint32_t i = 0; i < kCampaigns / 5; ++i) accounts.open(AdvertiserIx{i});
  }
  std::vector<LedgerEvent> clicks(std::size_t count) {
    std::vector<LedgerEvent> events(count);
    for (LedgerEvent& event : events) {
      const auto campaign = static_cast<std::uint32_t>(++serial % kCampaigns);
      event.type = EventType::kClick;
      event.claims = {.id = {1, serial},
                      .issued_at = kNow,
                      .ad = AdIx{campaign * 4},
                      .ad_group = AdGroupIx{campaign * 2},
                      .campaign = CampaignIx{campaign},
                      .advertiser = AdvertiserIx{campaign / 5},
                      .keyword = KeywordIx{},
                      .placement = PlacementIx{0},
                      .festival = FestivalIx{},
                      .price = Micros{1'000'000},
                      .examination = Probability{}};
    }
    return events;
  }

  Directory directory;
  std::unique_ptr<Store> store = std::move(*Store::open(directory.path + "/db"));
  BusinessClock clock = BusinessClock::manual(kNow);
  Calendar calendar = *Calendar::load("Asia/Shanghai");
  Accounts accounts;
  Holds holds{1, 1, 1'024, accounts};
  ClickStats click_stats;
  ClickDelay click_delay;
  FrequencyCounts frequency{*store};
  Ledger ledger{{*store, clock, calendar, accounts, holds, click_stats, click_delay, frequency}, {}};
  std::uint64_t serial = 0;
};

// One request of `range` clicks after the other, each answered before the next is sent.
void BM_Clicks(benchmark::State& state) {
  World world;
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    std::promise<bool> done;
    world.ledger.submit(world.clicks(size), [&](const auto& outcomes) {
      bool all = outcomes.has_value();
      for (const EventOutcome& o : *outcomes) all = all && o.status == EventStatus::kCharged;
      done.set_value(all);
    });
    if (!done.get_future().get()) state.SkipWithError("an event was not charged");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// What a start has to count again at most, of a database that was killed.
void BM_CountAgain(benchmark::State& state) {
  World world;
  const std::size_t events = LedgerOptions().redo_events_max;
  for (std::size_t i = 0; i < events; i += 1'024) {
    std::promise<void> done;
    world.ledger.submit(world.clicks(1'024), [&](const auto&) { done.set_value(); });
    done.get_future().wait();
  }
  Directory killed;
  if (world.store->checkpoint(killed.path + "/db")) return state.SkipWithError("the disk refused");
  const auto store = std::move(*Store::open(killed.path + "/db"));
  for (auto _ : state) {
    Accounts accounts;
    ClickStats click_stats;
    LedgerCounters counters({*store, world.calendar, accounts, click_stats}, events);
    counters.load();
    if (counters.next() != events) state.SkipWithError("not all events were counted");
  }
}

// The yardstick: as many bytes appended to a file, and fdatasync.
void BM_AppendAndSync(benchmark::State& state) {
  Directory directory;
  const int file = open((directory.path + "/log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const std::string bytes(static_cast<std::size_t>(state.range(0)) * kBytesOfAnEvent, 'x');
  for (auto _ : state) {
    if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
        fdatasync(file) != 0) {
      state.SkipWithError("the disk refused");
    }
  }
  close(file);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(BM_Clicks)->Arg(1)->Arg(100)->Arg(1'000)->UseRealTime();
BENCHMARK(BM_CountAgain)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_AppendAndSync)->Arg(1)->Arg(100)->Arg(1'000)->UseRealTime();

}  // namespace
}  // namespace gavel
