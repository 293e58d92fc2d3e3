// What an auction costs whose candidates have to come from memory: every ad of a large catalog stands under
// five head words, which 10, 100, 1,000, 10,000 and 20,000 ads share, and the queries go round all of them,
// so that what one auction reads has long left the caches when its turn comes again. Beside it the least that
// so many candidates could cost: one line of 64 bytes read for each of them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "auction/auction.h"
#include "auction/catalog_editor.h"
#include "budget/store.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

constexpr Timestamp kNow = from_micros(1'794'369'600'000'000);
constexpr std::uint32_t kSlots = 4;
constexpr std::uint32_t kAdsOfACampaign = 5, kCampaignsOfAnAdvertiser = 4;
constexpr std::array<std::uint32_t, 5> kAdsOfAWord = {10, 100, 1'000, 10'000, 20'000};
constexpr std::size_t kCheckedQueries = 20;

// Nothing is ever written to it.
const Store& empty_store() {
  static const TempDir directory;
  static const std::unique_ptr<Store> store = std::move(*Store::open(directory.file("store")));
  return *store;
}

[[noreturn]] void fail(std::string_view why) {
  std::cerr << "cold_auction_bench: " << why << "\n";
  std::exit(1);
}

std::string word_of(std::size_t size, std::uint32_t number) {
  return std::string(1, static_cast<char>('a' + size)) + "word" + std::to_string(number);
}

// A catalog of `ads` ads, each in an ad group of its own. Which ads share a word is drawn for each size of a
// word anew, so that the ads of a word lie nowhere near each other.
class ColdWorld {
 public:
  ColdWorld(std::uint32_t ads, const Store& store) : ads_(ads), frequency_(store) {
    put_placement("search", {1'000'000});
    put_placement("search-all", {0});  // where click rates count for nothing, bounds say nothing: everything is looked at
    std::mt19937_64 random(ads);
    for (std::size_t size = 0; size < kAdsOfAWord.size(); ++size) {
      std::vector<std::uint32_t>& order = orders_[size];
      order.resize(ads);
      std::iota(order.begin(), order.end(), 0U);
      std::shuffle(order.begin(), order.end(), random);
    }
    for (std::uint32_t ad = 0; ad < ads; ++ad) put_ad(ad, random);
    catalog_ = editor_.snapshot();
  }

  std::uint32_t ads() const { return ads_; }

  // A query for each word of this size, in random order. Only whole words: what is left over is asked by
  // nobody.
  std::vector<std::string> queries(std::size_t size) const {
    std::vector<std::string> all;
    for (std::uint32_t i = 0; i < ads_ / kAdsOfAWord[size]; ++i)
      all.push_back("red " + word_of(size, i) + " new");
    std::shuffle(all.begin(), all.end(), std::mt19937_64(size));
    return all;
  }

  void run(const AuctionRequest& request, AuctionResult& result) {
    run_auction(request,
                {.catalog = *catalog_,
                 .calendar = calendar_,
                 .accounts = accounts_,
                 .holds = holds_,
                 .traffic = traffic_,
                 .click_stats = click_stats_,
                 .frequency = frequency_,
                 .now = kNow,
                 .impression_ttl = std::chrono::hours{1},
                 .click_ttl = std::chrono::hours{24},
                 .hold_ttl = std::chrono::minutes{10},
                 .can_charge = true,
                 .outgrown = click_stats_.ceilings().outgrown()},
                scratch_, result);
  }

 private:
  void put_placement(const std::string& id, Factor squash) {
    PlacementDoc placement;
    placement.position_ctr = {{1'000'000'000}, {700'000'000}, {500'000'000}, {350'000'000}};
    placement.kind = PlacementKind::kSearch;
    placement.squash = squash;
    editor_.put(PlacementIx{symbols_->of(ResourceType::kPlacement).intern(id)}, placement);
  }

  void put_parents(std::uint32_t ad, const std::string& shop, const std::string& campaign) {
    if (ad % (kAdsOfACampaign * kCampaignsOfAnAdvertiser) == 0) {
      editor_.put(AdvertiserIx{symbols_->of(ResourceType::kAdvertiser).intern(shop)},
                  AdvertiserDoc{.name = shop});
    }
    if (ad % kAdsOfACampaign == 0) {
      editor_.put(CampaignIx{symbols_->of(ResourceType::kCampaign).intern(campaign)},
                  CampaignDoc{.advertiser_id = shop, .name = campaign, .pricing = Pricing::kCpc});
    }
  }

  void put_ad(std::uint32_t ad, std::mt19937_64& random) {
    const std::string number = std::to_string(ad);
    const std::string shop = "s" + std::to_string(ad / kAdsOfACampaign / kCampaignsOfAnAdvertiser);
    const std::string campaign = "c" + std::to_string(ad / kAdsOfACampaign);
    put_parents(ad, shop, campaign);
    const auto below = [&](std::int64_t bound) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
    };
    editor_.put(AdGroupIx{symbols_->of(ResourceType::kAdGroup).intern("g" + number)},
                AdGroupDoc{.campaign_id = campaign, .name = "g", .bid = Micros{500'000 + below(4'000'000)}});
    editor_.put(AdIx{symbols_->of(ResourceType::kAd).intern("a" + number)},
                AdDoc{.ad_group_id = "g" + number,
                      .item_id = "i" + number,
                      .title = "t",
                      .landing_url = "https://shop.example/" + number,
                      .quality = Factor{static_cast<std::int32_t>(500'000 + below(1'500'000))},
                      .pctr = Probability{static_cast<std::int32_t>(10'000'000 + below(40'000'000))}},
                0);
    for (std::size_t size = 0; size < kAdsOfAWord.size(); ++size) {
      const std::string word = word_of(size, orders_[size][ad] / kAdsOfAWord[size]);
      const std::string id = "k" + std::to_string(size) + "." + number;
      editor_.put(KeywordIx{symbols_->of(ResourceType::kKeyword).intern(id)},
                  KeywordDoc{.ad_group_id = "g" + number, .text = word, .match = MatchType::kBroad},
                  {&word, 1});
    }
  }

  std::uint32_t ads_;
  std::array<std::vector<std::uint32_t>, kAdsOfAWord.size()> orders_;  // of each size: the place of an ad
  std::shared_ptr<Symbols> symbols_ = std::make_shared<Symbols>();
  Calendar calendar_ = *Calendar::load("Asia/Shanghai");
  Accounts accounts_;
  TrafficCounts traffic_;
  ClickStats click_stats_;
  FrequencyCounts frequency_;
  HoldBook holds_{1, 0, 1 << 12, accounts_};
  AuctionScratch scratch_;
  CatalogEditor editor_{std::make_shared<Catalog>(symbols_), symbols_, accounts_, click_stats_.ceilings()};
  std::shared_ptr<const Catalog> catalog_;
};

// The last world that was asked for: one of a million ads takes a while to make.
ColdWorld& world_of(std::uint32_t ads) {
  static const Store& store = empty_store();  // outlives the world
  static std::unique_ptr<ColdWorld> world;
  if (!world || world->ads() != ads) {
    world.reset();
    world = std::make_unique<ColdWorld>(ads, store);
  }
  return *world;
}

std::size_t size_of(std::int64_t matched) {
  const auto found = std::find(kAdsOfAWord.begin(), kAdsOfAWord.end(), matched);
  return static_cast<std::size_t>(found - kAdsOfAWord.begin());
}

AuctionRequest make_request(std::string_view placement) {
  AuctionRequest request;
  request.request_id = "r";
  request.auctions.push_back({placement, kSlots});
  request.user.device = "mobile";
  return request;
}

// An explained auction looks at everything, and must come to the same winners and prices.
void check(ColdWorld& world, AuctionRequest request, const std::vector<std::string>& queries) {
  AuctionResult fast, slow;
  for (std::size_t i = 0; i < std::min(kCheckedQueries, queries.size()); ++i) {
    request.query = queries[i];
    request.explain = false;
    world.run(request, fast);
    request.explain = true;
    world.run(request, slow);
    if (fast.winners.size() != kSlots || slow.winners.size() != kSlots) fail("a slot is empty");
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      const Claims &a = fast.winners[slot].claims, &b = slow.winners[slot].claims;
      if (a.ad != b.ad || a.price != b.price)
        fail("winners or prices differ from those of the explained auction");
    }
  }
}

void bench(benchmark::State& state, std::string_view placement) {
  ColdWorld& world = world_of(static_cast<std::uint32_t>(state.range(0)));
  const std::vector<std::string> queries = world.queries(size_of(state.range(1)));
  AuctionRequest request = make_request(placement);
  check(world, request, queries);
  AuctionResult result;
  std::size_t next = 0;
  std::uint64_t looked_at = 0;
  for (auto _ : state) {
    request.query = queries[next];
    if (++next == queries.size()) next = 0;
    world.run(request, result);
    looked_at += result.placements[0].candidates;
  }
  state.counters["looked_at"] =
      benchmark::Counter(static_cast<double>(looked_at), benchmark::Counter::kAvgIterations);
}

// Ads in the catalog, ads that match the query.
void cold_auction(benchmark::State& state) {
  bench(state, "search");
}
void cold_auction_of_all(benchmark::State& state) {
  bench(state, "search-all");
}

// The yardstick: as many lines as there are ads, read in random order, so many at a time.
void gather(benchmark::State& state) {
  struct alignas(64) Line {
    std::uint64_t value[8];
  };
  const auto count = static_cast<std::size_t>(state.range(0)),
             size = static_cast<std::size_t>(state.range(1));
  const std::vector<Line> lines(count, Line{{1}});
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
  std::size_t next = 0;
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += lines[order[next + i]].value[0];
    if (sum != size) state.SkipWithError("a wrong sum");
    next = next + 2 * size <= count ? next + size : 0;
  }
}

void sizes(benchmark::internal::Benchmark* b) {
  for (const std::int64_t ads : {10'000, 20'000, 100'000, 1'000'000}) {
    for (const std::uint32_t matched : kAdsOfAWord) {
      if (matched <= ads / 10) b->Args({ads, matched});
    }
  }
}
BENCHMARK(gather)->Apply(sizes);
BENCHMARK(cold_auction)->Apply(sizes);
BENCHMARK(cold_auction_of_all)->Args({1'000'000, 1'000})->Args({20'000, 1'000});

}  // namespace
}  // namespace gavel
