// A little marketplace in memory to run auctions in, put together with few lines.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "auction/auction.h"
#include "auction/catalog_editor.h"
#include "auction/segmenter.h"

namespace gavel {

// Noon of Wednesday, 2026-11-11 in Shanghai.
inline constexpr Timestamp kNoon = from_micros(1'794'369'600'000'000);

constexpr Probability probability(double p) {
  return {static_cast<std::int32_t>(p * 1e9 + 0.5)};
}
constexpr Factor factor(double f) {
  return {static_cast<std::int32_t>(f * 1e6 + 0.5)};
}
constexpr Micros yuan(double amount) {
  return {static_cast<std::int64_t>(amount * 1e6 + 0.5)};
}

// An ad with an ad group, a campaign and an advertiser of its own. For ad "x" these are "group-x",
// "campaign-x" and, by default, "shop-x", and the item is "item-x".
struct LoneAd {
  std::string id;
  Micros bid = yuan(1);
  Pricing pricing = Pricing::kCpc;
  std::string advertiser = "";
  std::string item = "";
  Factor quality = {};
  std::optional<Probability> pctr = probability(0.1);
};

// Every resource put is remembered as its document, so that a test can change a field and put it again, and a
// slow twin can read it. Parents are put first, as CatalogEditor asks. Not thread-safe.
class AuctionWorld {
 public:
  explicit AuctionWorld(std::string_view zone = "Asia/Shanghai", std::size_t holds_capacity = 1 << 12);
  ~AuctionWorld();

  // Makes or replaces a resource of this id. References are valid for the life of the world.
  AdvertiserDoc& put(const std::string& id, const AdvertiserDoc& doc);
  CampaignDoc& put(const std::string& id, const CampaignDoc& doc);
  AdGroupDoc& put(const std::string& id, const AdGroupDoc& doc);
  AdDoc& put(const std::string& id, const AdDoc& doc);
  KeywordDoc& put(const std::string& id, const KeywordDoc& doc);
  PlacementDoc& put(const std::string& id, const PlacementDoc& doc);
  FestivalDoc& put(const std::string& id, const FestivalDoc& doc);
  void put(const LoneAd& ad);
  void erase_ad(const std::string& id);

  // Changes a document with `change(doc)` and puts it again.
  template <class Doc, class Change>
  void edit(std::map<std::string, Doc>& docs, const std::string& id, Change change) {
    Doc doc = docs.at(id);
    change(doc);
    put(id, doc);
  }

  // The internal id of a name that was put.
  AdvertiserIx advertiser(std::string_view id) const { return {number(ResourceType::kAdvertiser, id)}; }
  CampaignIx campaign(std::string_view id) const { return {number(ResourceType::kCampaign, id)}; }
  AdGroupIx ad_group(std::string_view id) const { return {number(ResourceType::kAdGroup, id)}; }
  AdIx ad(std::string_view id) const { return {number(ResourceType::kAd, id)}; }
  KeywordIx keyword(std::string_view id) const { return {number(ResourceType::kKeyword, id)}; }
  PlacementIx placement(std::string_view id) const { return {number(ResourceType::kPlacement, id)}; }
  FestivalIx festival(std::string_view id) const { return {number(ResourceType::kFestival, id)}; }
  std::string_view name(AdIx ix) const { return symbols->of(ResourceType::kAd).at(ix.value); }

  // The catalog with all changes so far, and an auction's context with it at `now`.
  const Catalog& catalog();
  AuctionContext context();
  // Runs the request; the result lives until the next run.
  const AuctionResult& run(const AuctionRequest& request);
  // A request for one auction. The views point into `placement_id`.
  static AuctionRequest request(std::string_view placement_id, std::uint32_t slots = 0);

  // Of the last run: the winners of one auction, as "ad@price_micros", best first; and one ad's reason or
  // entry.
  std::vector<std::string> winners(std::size_t auction = 0) const;
  const Explanation* explanation(std::string_view ad_id, std::size_t auction = 0) const;
  std::optional<Reason> reason(std::string_view ad_id, std::size_t auction = 0) const;

  // Spent today, and over the whole life: as if the ledger had charged it.
  void spend(std::string_view campaign_id, Micros amount);
  void spend_festival(std::string_view campaign_id, std::string_view festival_id, Micros amount);

  // Gives back everything that is held.
  void release_all();

  Timestamp now = kNoon;
  bool can_charge = true;
  std::map<std::string, AdvertiserDoc> advertisers;
  std::map<std::string, CampaignDoc> campaigns;
  std::map<std::string, AdGroupDoc> ad_groups;
  std::map<std::string, AdDoc> ads;
  std::map<std::string, KeywordDoc> keywords;
  std::map<std::string, PlacementDoc> placements;
  std::map<std::string, FestivalDoc> festivals;

  std::shared_ptr<Symbols> symbols;
  Calendar calendar;
  Accounts accounts;
  TrafficCounts traffic;
  ClickStats click_stats;
  std::unique_ptr<FrequencyCounts> frequency;
  Duration impression_ttl = std::chrono::hours{1}, click_ttl = std::chrono::hours{24};
  Duration hold_ttl = std::chrono::minutes{30};
  HoldBook holds;

 private:
  std::uint32_t number(ResourceType type, std::string_view id) const;
  std::uint32_t number_of(ResourceType type, const std::string& id);

  CatalogEditor editor_;
  Segmenter segmenter_;
  std::shared_ptr<const Catalog> catalog_;  // null where something was put since
  AuctionScratch scratch_;
  AuctionResult result_;
};

// So that a failed comparison names the reason.
inline void PrintTo(Reason reason, std::ostream* out) {
  *out << name_of(reason);
}
inline void PrintTo(Micros amount, std::ostream* out) {
  *out << amount.value << " micros";
}

}  // namespace gavel
