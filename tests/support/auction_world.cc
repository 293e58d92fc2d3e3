#include "tests/support/auction_world.h"

#include <stdexcept>

#include "budget/store.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

// One for all worlds of the process: nothing is ever written to it.
const Store& empty_store() {
  static const TempDir directory;
  static const std::unique_ptr<Store> store = [] {
    auto opened = Store::open(directory.file("store"));
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }();
  return *store;
}

Calendar load_calendar(std::string_view zone) {
  auto calendar = Calendar::load(zone);
  if (!calendar) throw std::runtime_error("unknown time zone");
  return std::move(*calendar);
}

void add_spend(DaySpend& spend, Day today, Micros amount) {
  spend.spent.store((spend.on(today) + amount).value);
  spend.day.store(static_cast<std::int32_t>(today.time_since_epoch().count()));
}

}  // namespace

AuctionWorld::AuctionWorld(std::string_view zone, std::size_t holds_capacity)
    : symbols(std::make_shared<Symbols>()),
      calendar(load_calendar(zone)),
      frequency(std::make_unique<FrequencyCounts>(empty_store())),
      holds(1, 0, holds_capacity, accounts),
      editor_(std::make_shared<Catalog>(symbols), symbols, accounts, click_stats.ceilings()) {}

AuctionWorld::~AuctionWorld() = default;

std::uint32_t AuctionWorld::number(ResourceType type, std::string_view id) const {
  const std::uint32_t found = symbols->of(type).find(id);
  if (found == Interner::kAbsent) throw std::out_of_range("never put: " + std::string(id));
  return found;
}

std::uint32_t AuctionWorld::number_of(ResourceType type, const std::string& id) {
  catalog_.reset();
  return symbols->of(type).intern(id);
}

AdvertiserDoc& AuctionWorld::put(const std::string& id, const AdvertiserDoc& doc) {
  const AdvertiserIx ix{number_of(ResourceType::kAdvertiser, id)};
  editor_.put(ix, doc);
  AdvertiserAccount& account = accounts[ix];
  account.daily_budget.store(doc.daily_budget ? doc.daily_budget->value : kNoLimit);
  account.opening_balance.store(doc.balance ? doc.balance->value : kNoLimit);
  return advertisers[id] = doc;
}

CampaignDoc& AuctionWorld::put(const std::string& id, const CampaignDoc& doc) {
  const CampaignIx ix{number_of(ResourceType::kCampaign, id)};
  editor_.put(ix, doc);
  CampaignAccount& account = accounts[ix];
  account.daily_budget.store(doc.daily_budget ? doc.daily_budget->value : kNoLimit);
  account.lifetime_budget.store(doc.lifetime_budget ? doc.lifetime_budget->value : kNoLimit);
  for (const FestivalEntry& entry : doc.festivals) {
    const FestivalAccountIx extra = accounts.open_festival(ix, festival(entry.festival_id));
    accounts[extra].daily_budget.store(entry.daily_budget ? entry.daily_budget->value : 0);
  }
  const std::uint32_t window_s = doc.frequency_cap ? doc.frequency_cap->window_s : 0;
  frequency->set_window(ix, std::chrono::seconds{window_s}, now);
  return campaigns[id] = doc;
}

AdGroupDoc& AuctionWorld::put(const std::string& id, const AdGroupDoc& doc) {
  editor_.put(AdGroupIx{number_of(ResourceType::kAdGroup, id)}, doc);
  return ad_groups[id] = doc;
}

AdDoc& AuctionWorld::put(const std::string& id, const AdDoc& doc) {
  editor_.put(AdIx{number_of(ResourceType::kAd, id)}, doc, 0);
  return ads[id] = doc;
}

KeywordDoc& AuctionWorld::put(const std::string& id, const KeywordDoc& doc) {
  WordList words;
  if (!segmenter_.cut(doc.text, kKeywordWordsMax, words)) throw std::invalid_argument("not UTF-8");
  editor_.put(KeywordIx{number_of(ResourceType::kKeyword, id)}, doc, words.strings());
  return keywords[id] = doc;
}

PlacementDoc& AuctionWorld::put(const std::string& id, const PlacementDoc& doc) {
  editor_.put(PlacementIx{number_of(ResourceType::kPlacement, id)}, doc);
  return placements[id] = doc;
}

FestivalDoc& AuctionWorld::put(const std::string& id, const FestivalDoc& doc) {
  editor_.put(FestivalIx{number_of(ResourceType::kFestival, id)}, doc);
  return festivals[id] = doc;
}

void AuctionWorld::put(const LoneAd& ad) {
  const std::string shop = ad.advertiser.empty() ? "shop-" + ad.id : ad.advertiser;
  if (!advertisers.contains(shop)) put(shop, AdvertiserDoc{.name = shop});
  put("campaign-" + ad.id, CampaignDoc{.advertiser_id = shop, .name = ad.id, .pricing = ad.pricing});
  put("group-" + ad.id, AdGroupDoc{.campaign_id = "campaign-" + ad.id, .name = ad.id, .bid = ad.bid});
  put(ad.id, AdDoc{.ad_group_id = "group-" + ad.id,
                   .item_id = ad.item.empty() ? "item-" + ad.id : ad.item,
                   .title = ad.id,
                   .landing_url = "https://shop.example/" + ad.id,
                   .quality = ad.quality,
                   .pctr = ad.pctr});
}

void AuctionWorld::erase_ad(const std::string& id) {
  catalog_.reset();
  editor_.erase(ad(id));
  ads.erase(id);
}

const Catalog& AuctionWorld::catalog() {
  if (!catalog_) catalog_ = editor_.snapshot();
  return *catalog_;
}

void AuctionWorld::release_all() {
  for (std::uint64_t number = 0; number < holds.next_number(); ++number) holds.release({1, number});
}

AuctionContext AuctionWorld::context() {
  return {.catalog = catalog(),
          .calendar = calendar,
          .accounts = accounts,
          .holds = holds,
          .traffic = traffic,
          .click_stats = click_stats,
          .frequency = *frequency,
          .now = now,
          .impression_ttl = impression_ttl,
          .click_ttl = click_ttl,
          .hold_ttl = hold_ttl,
          .can_charge = can_charge,
          .outgrown = click_stats.ceilings().outgrown()};
}

const AuctionResult& AuctionWorld::run(const AuctionRequest& request) {
  run_auction(request, context(), scratch_, result_);
  return result_;
}

AuctionRequest AuctionWorld::request(std::string_view placement_id, std::uint32_t slots) {
  AuctionRequest request;
  request.request_id = "request-1";
  request.auctions.push_back({placement_id, slots});
  return request;
}

std::vector<std::string> AuctionWorld::winners(std::size_t auction) const {
  std::vector<std::string> shown;
  const PlacementResult& placement = result_.placements.at(auction);
  for (std::uint32_t i = 0; i < placement.winner_count; ++i) {
    const Claims& claims = result_.winners.at(placement.first_winner + i).claims;
    shown.push_back(std::string(name(claims.ad)) + "@" + std::to_string(claims.price.value));
  }
  return shown;
}

const Explanation* AuctionWorld::explanation(std::string_view ad_id, std::size_t auction) const {
  const PlacementResult& placement = result_.placements.at(auction);
  for (std::uint32_t i = 0; i < placement.explain_count; ++i) {
    const Explanation& entry = result_.explanations.at(placement.first_explain + i);
    if (name(entry.ad) == ad_id) return &entry;
  }
  return nullptr;
}

std::optional<Reason> AuctionWorld::reason(std::string_view ad_id, std::size_t auction) const {
  const Explanation* entry = explanation(ad_id, auction);
  return entry == nullptr ? std::nullopt : std::optional(entry->reason);
}

void AuctionWorld::spend(std::string_view campaign_id, Micros amount) {
  const Day today = calendar.day_of(now);
  CampaignAccount& account = accounts[campaign(campaign_id)];
  add_spend(account.today, today, amount);
  add_spend(account.today_regular, today, amount);
  account.charged += amount.value;
  AdvertiserAccount& payer = accounts[AdvertiserIx{account.advertiser.load()}];
  add_spend(payer.today, today, amount);
  payer.charged += amount.value;
}

void AuctionWorld::spend_festival(std::string_view campaign_id, std::string_view festival_id, Micros amount) {
  const Day today = calendar.day_of(now);
  const CampaignIx ix = campaign(campaign_id);
  CampaignAccount& account = accounts[ix];
  add_spend(accounts[accounts.find_festival(ix, festival(festival_id))].today, today, amount);
  add_spend(account.today, today, amount);
  account.charged += amount.value;
  AdvertiserAccount& payer = accounts[AdvertiserIx{account.advertiser.load()}];
  add_spend(payer.today, today, amount);
  payer.charged += amount.value;
}

}  // namespace gavel
