// What one auction costs: run_auction() over 10, 100 and 1,000 candidates, by keyword and without, and
// explained.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/auction_world.h"

namespace gavel {
namespace {

constexpr std::uint32_t kSlots = 4;

std::int64_t bid_of(int i) {
  return 500'000 + i * 7'919 % 2'000'000;
}

// Ads of as many shops as there are candidates, all matched by the query on "search" and by everything on
// "feed".
std::unique_ptr<AuctionWorld> make_world(int candidates) {
  auto world = std::make_unique<AuctionWorld>();
  PlacementDoc placement;
  placement.position_ctr = {{1'000'000'000}, {700'000'000}, {500'000'000}, {350'000'000}};
  placement.kind = PlacementKind::kSearch;
  world->put("search", placement);
  placement.kind = PlacementKind::kDisplay;
  world->put("feed", placement);
  for (int i = 0; i < candidates; ++i) {
    const std::string id = "ad-" + std::to_string(i);
    world->put(LoneAd{.id = id, .bid = Micros{bid_of(i)}});
    world->edit(world->campaigns, "campaign-" + id, [](CampaignDoc& doc) {
      doc.daily_budget = kMaxAmount;
      doc.bid_multipliers.device = {{"mobile", factor(1.1)}};
      doc.bid_multipliers.tag = {{"female", factor(1.2)}};
    });
    world->put("keyword-" + id, KeywordDoc{.ad_group_id = "group-" + id,
                                           .text = i % 2 == 0 ? "dress" : "summer dress",
                                           .match = i % 2 == 0 ? MatchType::kBroad : MatchType::kPhrase});
  }
  return world;
}

AuctionRequest make_request(std::string_view placement, bool explain) {
  AuctionRequest request = AuctionWorld::request(placement, kSlots);
  request.query = "red summer dress";
  request.user.device = "mobile";
  request.user.tags = {"female", "student"};
  request.explain = explain;
  return request;
}

// The ads differ in their bids alone, so the highest bids must win, in order. Where nobody asks for an explanation, those that
// cannot matter are not looked at.
void check(AuctionWorld& world, const AuctionResult& result, int candidates, bool explain) {
  std::vector<std::int64_t> bids;
  for (int i = 0; i < candidates; ++i) bids.push_back(bid_of(i));
  std::sort(bids.begin(), bids.end(), std::greater<>());
  const std::uint32_t looked_at = result.placements[0].candidates;
  const auto all = static_cast<std::uint32_t>(candidates);
  bool right = (explain ? looked_at == all : looked_at > kSlots && looked_at <= all) && result.winners.size() == kSlots;
  for (std::size_t i = 0; right && i < kSlots; ++i) {
    const std::string group = "group-" + std::string(world.name(result.winners[i].claims.ad));
    right = world.ad_groups.at(group).bid.value == bids[i];
  }
  if (right) return;
  std::cerr << "run_auction gave a wrong answer\n";
  std::exit(1);
}

void bench_auction(benchmark::State& state, std::string_view placement, bool explain) {
  const int candidates = static_cast<int>(state.range(0));
  const std::unique_ptr<AuctionWorld> world = make_world(candidates);
  const AuctionRequest request = make_request(placement, explain);
  const AuctionContext context = world->context();
  AuctionScratch scratch;
  AuctionResult result;
  run_auction(request, context, scratch, result);
  check(*world, result, candidates, explain);
  for (auto _ : state) {
    run_auction(request, context, scratch, result);
    benchmark::DoNotOptimize(result.winners.data());
  }
  state.counters["looked_at"] = result.placements[0].candidates;
  check(*world, result, candidates, explain);
}

void display_auction(benchmark::State& state) {
  bench_auction(state, "feed", false);
}
void search_auction(benchmark::State& state) {
  bench_auction(state, "search", false);
}
void explained_search_auction(benchmark::State& state) {
  bench_auction(state, "search", true);
}
BENCHMARK(display_auction)->Arg(10)->Arg(100)->Arg(1'000);
BENCHMARK(search_auction)->Arg(10)->Arg(100)->Arg(1'000);
BENCHMARK(explained_search_auction)->Arg(10)->Arg(100)->Arg(1'000);

}  // namespace
}  // namespace gavel
