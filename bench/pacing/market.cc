#include "bench/pacing/market.h"

#include <stdlib.h>

#include <bit>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "auction/catalog_editor.h"
#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/frequency.h"
#include "budget/ledger_batch.h"
#include "budget/ledger_state.h"

namespace gavel::pacing_sim {
namespace {

std::string make_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "gavel-pacing-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
  return path;
}

Calendar load_calendar() {
  auto calendar = Calendar::load("Asia/Shanghai");
  if (!calendar) throw std::runtime_error("unknown time zone");
  return std::move(*calendar);
}

std::unique_ptr<Store> open_store(const std::string& directory) {
  auto store = Store::open(directory + "/db");
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

template <class Set>
std::vector<std::string> names(char kind, Set set, std::size_t of) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < of; ++i) {
    if ((set >> i & 1) != 0) list.push_back(kind + std::to_string(i));
  }
  if (list.size() == of) list.clear();  // all
  return list;
}

PlacementDoc placement_doc() {
  PlacementDoc doc;
  doc.kind = PlacementKind::kDisplay;
  for (const double ctr : kPositionCtr) {
    doc.position_ctr.push_back({static_cast<std::int32_t>(ctr * kProbabilityOne)});
  }
  doc.reserve_cpc = {kReserveCpcMicros};
  doc.reserve_cpm = {kReserveCpmMicros};
  return doc;
}

}  // namespace

Foundation::Foundation()
    : directory_(make_directory()), calendar_(load_calendar()), store_(open_store(directory_)) {}

Foundation::~Foundation() {
  store_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

struct Market::Impl {
  Impl(const Foundation& foundation, const Landscape& market_landscape, Timestamp begin,
       std::size_t holds_max)
      : landscape(market_landscape),
        calendar(foundation.calendar()),
        clock(BusinessClock::manual(begin)),
        holds(1, 1, holds_max, accounts),
        frequency(foundation.store()),
        parts{foundation.store(), clock, calendar, accounts, holds, click_stats, click_delay, frequency} {}

  void put_placements(CatalogEditor& editor);
  void put_campaign(CatalogEditor& editor, CampaignNumber number, Micros budget, const MarketRules& rules);
  void put_festival(CatalogEditor& editor, const std::vector<FestivalPhase>& phases);

  const Landscape& landscape;
  const Calendar& calendar;
  BusinessClock clock;
  Accounts accounts;
  Holds holds;
  TrafficBooks traffic{1};
  ClickStats click_stats;
  ClickDelay click_delay;
  FrequencyCounts frequency;
  LedgerParts parts;
  LedgerOptions ledger_options;
  LedgerState ledger_state{parts, ledger_options};

  std::shared_ptr<Symbols> symbols = std::make_shared<Symbols>();
  std::shared_ptr<const Catalog> catalog;
  std::vector<std::string> regions, categories, placements, ads;
  AuctionRequest request;
  AuctionScratch scratch;
  AuctionResult result;
};

void Market::Impl::put_placements(CatalogEditor& editor) {
  for (std::size_t i = 0; i < kRegions; ++i) regions.push_back("r" + std::to_string(i));
  for (std::size_t i = 0; i < kCategories; ++i) categories.push_back("k" + std::to_string(i));
  for (std::size_t i = 0; i < kPlacements; ++i) {
    placements.push_back("p" + std::to_string(i));
    editor.put(PlacementIx{symbols->of(ResourceType::kPlacement).intern(placements[i])}, placement_doc());
  }
}

void Market::Impl::put_campaign(CatalogEditor& editor, CampaignNumber number, Micros budget,
                                const MarketRules& rules) {
  const SimCampaign& c = landscape.campaigns[number];
  const std::string suffix = std::to_string(number);
  const auto intern = [&](ResourceType type, const std::string& id) { return symbols->of(type).intern(id); };
  ads.push_back("a" + suffix);
  const AdvertiserIx advertiser{intern(ResourceType::kAdvertiser, "s" + suffix)};
  editor.put(advertiser, AdvertiserDoc{.name = "s"});
  CampaignDoc campaign{.advertiser_id = "s" + suffix, .name = "c", .pricing = c.pricing};
  campaign.regions = names('r', c.regions, kRegions);
  const bool of_campaign = budget > Micros{0} && !rules.advertisers_pay;
  if (of_campaign) campaign.daily_budget = budget;
  campaign.pacing = rules.pacing;
  campaign.pacing_method = rules.method;
  const CampaignIx ix{intern(ResourceType::kCampaign, "c" + suffix)};
  editor.put(ix, campaign);
  if (of_campaign) accounts[ix].daily_budget.store(budget.value);
  if (budget > Micros{0} && rules.advertisers_pay) accounts[advertiser].daily_budget.store(budget.value);
  editor.put(AdGroupIx{intern(ResourceType::kAdGroup, "g" + suffix)},
             AdGroupDoc{.campaign_id = "c" + suffix,
                        .name = "g",
                        .bid = c.bid,
                        .placements = names('p', c.placements, kPlacements),
                        .categories = names('k', c.categories, kCategories)});
  editor.put(AdIx{intern(ResourceType::kAd, ads.back())},
             AdDoc{.ad_group_id = "g" + suffix,
                   .item_id = "i" + suffix,
                   .title = "t",
                   .landing_url = "https://shop.example/"},
             0);
}

void Market::Impl::put_festival(CatalogEditor& editor, const std::vector<FestivalPhase>& phases) {
  if (phases.empty()) return;
  editor.put(FestivalIx{symbols->of(ResourceType::kFestival).intern("f")},
             FestivalDoc{.name = "f", .phases = phases});
}

Market::Market(const Foundation& foundation, const Landscape& landscape, std::span<const Micros> budgets,
               const MarketRules& rules, Timestamp begin, std::size_t auctions)
    : impl_(std::make_unique<Impl>(foundation, landscape, begin, std::bit_ceil(auctions * kSlots + 1))) {
  Impl& my = *impl_;
  CatalogEditor editor(std::make_shared<Catalog>(my.symbols), my.symbols, my.accounts, my.click_stats.ceilings());
  my.put_placements(editor);
  for (CampaignNumber c = 0; c < landscape.campaigns.size(); ++c) {
    my.put_campaign(editor, c, budgets.empty() ? Micros{0} : budgets[c], rules);
  }
  my.put_festival(editor, rules.festival);
  my.catalog = editor.snapshot();
}

Market::~Market() = default;

const AuctionResult& Market::auction(std::uint64_t request, Cell cell, Timestamp now) {
  Impl& my = *impl_;
  char id[24];
  const int length = std::snprintf(id, sizeof id, "r-%llu", static_cast<unsigned long long>(request));
  AuctionRequest& r = my.request;
  r.clear();
  r.request_id = {id, static_cast<std::size_t>(length)};
  r.category_ids.push_back(my.categories[cell.category]);
  r.user.region = my.regions[cell.region];
  r.auctions.push_back({my.placements[cell.placement], kSlots});
  for (const CampaignNumber c : my.landscape.eligible[cell.number()]) {
    r.predictions.push_back({my.ads[c], predicted_pctr(my.landscape, request, c), {}});
  }
  const AuctionContext context{.catalog = *my.catalog,
                               .calendar = my.calendar,
                               .accounts = my.accounts,
                               .holds = my.holds.book(0),
                               .traffic = my.traffic.book(0),
                               .click_stats = my.click_stats,
                               .frequency = my.frequency,
                               .now = now,
                               .impression_ttl = my.ledger_options.impression_ttl,
                               .click_ttl = my.ledger_options.click_ttl,
                               .hold_ttl = kHoldTtl,
                               .outgrown = my.click_stats.ceilings().outgrown()};
  run_auction(r, context, my.scratch, my.result);
  return my.result;
}

std::vector<EventOutcome> Market::record(std::span<const LedgerEvent> events, Timestamp now) {
  Impl& my = *impl_;
  LedgerBatch batch(my.parts, my.ledger_options, my.ledger_state, now);
  std::vector<EventOutcome> outcomes;
  batch.record(events, outcomes);
  batch.publish();  // what the ledger does once the batch is on the disk
  return outcomes;
}

void Market::expire_holds(Timestamp now) {
  impl_->holds.expire(now, impl_->click_delay.schedule());
}

Accounts& Market::accounts() {
  return impl_->accounts;
}

const Calendar& Market::calendar() const {
  return impl_->calendar;
}

const Catalog& Market::catalog() const {
  return *impl_->catalog;
}

const TrafficBooks& Market::traffic() const {
  return impl_->traffic;
}

std::uint64_t Market::holds_evicted() const {
  return impl_->holds.evicted();
}

}  // namespace gavel::pacing_sim
