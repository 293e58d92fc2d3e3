// What a second of pacing costs at 100,000 active campaigns: counting traffic, forecasts, and a step of each campaign
// and, where they have daily budgets, of each advertiser.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "budget/pacer.h"
#include "budget/pacing_laws.h"
#include "budget/traffic_watch.h"

namespace gavel {
namespace {

constexpr std::uint32_t kPlacements = 6, kRegions = 31;

// Campaigns of 20 to a shop, in as many different scopes as `scopes`, all paced, serving and part of the way through
// their day.
struct World {
  World(std::uint32_t campaigns, std::uint32_t scopes, bool shops_have_budgets) {
    for (std::uint32_t ix = 0; ix < campaigns; ++ix) {
      const AdvertiserIx shop{ix / 20};
      accounts.open(shop);
      if (shops_have_budgets) accounts[shop].daily_budget = 50'000'000;
      accounts.open(CampaignIx{ix}, shop).daily_budget = 10'000'000 + ix;
      PacingPlan plan{.paced = true, .serving = true, .scope = {}, .charge = {10'000}, .start = {}, .end = {}, .extra = {}};
      if (ix % 2 != 0) plan.method = PacingMethod::kBidShading;
      const std::uint32_t scope = ix % scopes;
      plan.scope = watch.scopes().intern(
          {.placements = {{scope % kPlacements}},
           .regions = {"CN-" + std::to_string(scope / kPlacements % kRegions)},
           .devices = {},
           .schedule = {{0x7F, static_cast<std::uint16_t>(scope / kPlacements / kRegions % 1'000), 1'440}}});
      pacer.plan({ix}, plan);
    }
    second();
  }

  void second() {
    for (std::uint32_t placement = 0; placement < kPlacements; ++placement) {
      for (std::uint32_t region = 0; region < kRegions; ++region) books.book(0).count({.placement = {placement}, .region = region});
    }
    now += std::chrono::seconds{1};
    const Day today = calendar.day_of(now);
    for (std::uint32_t ix = 0; ix < accounts.campaign_count(); ix += 7) {
      CampaignAccount& account = accounts[CampaignIx{ix}];
      account.today.set(today, account.today.on(today) + Micros{100});
      AdvertiserAccount& shop = accounts[AdvertiserIx{ix / 20}];
      shop.today.set(today, shop.today.on(today) + Micros{100});
    }
  }

  Calendar calendar = *Calendar::load("Asia/Shanghai");
  Timestamp now = calendar.day_begin(calendar.day_of(from_micros(1'794'369'600'000'000))) + std::chrono::hours{10};
  Accounts accounts;
  TrafficBooks books{1};
  std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (std::uint32_t region = 0; region < kRegions; ++region) all.push_back("CN-" + std::to_string(region));
    return all;
  }();
  TrafficWatch watch{calendar, books, {.region = [this](std::uint32_t region) { return std::string_view(names[region]); },
                                       .device = [](std::uint32_t) { return std::string_view(); }}};
  ThrottleLaw throttle;
  ShadingLaw shading;
  Pacer pacer{accounts, calendar, watch.scopes(), throttle, shading};
};

void pacing_second(benchmark::State& state) {
  World world(static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)), state.range(2) != 0);
  for (auto _ : state) {
    state.PauseTiming();
    world.second();
    state.ResumeTiming();
    world.watch.step(world.now);
    world.pacer.step(world.now);
  }
  if (!world.pacer.view(CampaignIx{0}).target) {
    std::cerr << "the campaigns are not paced\n";
    std::exit(1);
  }
  state.counters["per_campaign"] =
      benchmark::Counter(static_cast<double>(state.range(0)),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(pacing_second)
    ->ArgNames({"campaigns", "scopes", "shops_have_budgets"})
    ->Args({100'000, 1'000, 0})
    ->Args({100'000, 20'000, 0})
    ->Args({100'000, 1'000, 1})
    ->Args({100'000, 20'000, 1})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gavel
