// The catalog as auctions see it: an immutable snapshot. A change makes a new snapshot that shares all pages it did not
// touch, and the lists of groups, which keep what snapshots in use may see (versions.h); who holds an old one keeps reading it
// undisturbed, but for what gates ask (group_gate.h), which is what the newest says.
#pragma once

#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auction/ad_text.h"
#include "auction/bound_list.h"
#include "auction/group_gate.h"
#include "auction/paged_table.h"
#include "auction/resources.h"
#include "auction/serving.h"
#include "auction/shared_list.h"
#include "auction/symbols.h"
#include "auction/versions.h"
#include "budget/accounts.h"

namespace gavel {

// The bound of what stands in no list.
inline constexpr float kUnlisted = -1;

// In every row `live` is false where the resource was never made or is deleted; nothing else of it counts then.

struct AdvertiserRow {
  bool live = false;
  bool active = false;
  Factor shop_score;
};

struct CampaignRow {
  bool live = false;
  SharedPtr<CampaignServing> serving;                // not null where live

  void prefetch_shares() const { __builtin_prefetch(serving.get()); }
};

// A keyword as its ad group lists it.
struct GroupKeyword {
  TextIx text;
  KeywordIx keyword;
  bool operator==(const GroupKeyword&) const = default;
};

struct AdGroupRow {
  bool live = false;
  std::uint8_t peak = 0;                             // ScorePeaks: of its bare_bound(); 0 = it has none
  float factor = 0;                                  // group_factor() of its ads; 0 = it has none to show
  float bound = kUnlisted;                           // what it is listed with under its terms
  float greatest_bid = 0;                            // no less than its own and those of its keywords that show ads
  SharedPtr<AdGroupServing> serving;                 // not null where live
  // The live ones, kept whether the group is live or not. They stand here since who reads the row reads them, too.
  SharedList<AdIx> ads;
  SharedList<GroupKeyword> keywords;

  void prefetch_shares() const {
    __builtin_prefetch(serving.get());
    ads.prefetch();
    keywords.prefetch();
  }
};

struct AdRow {
  bool live = false;
  bool enabled = false;
  AdGroupIx ad_group;
  Symbol item = kNoSymbol;
  Symbol category = kNoSymbol;                       // kNoSymbol = none
  Factor quality;
  std::int32_t pctr_nano = -1;                       // -1 = none
  std::int32_t pcvr_nano = -1;
  std::uint32_t landing_revision = 0;
  boost::intrusive_ptr<const AdText> text;           // not null where live

  void prefetch_shares() const { __builtin_prefetch(text.get()); }
};

// Packed: there are millions.
struct KeywordRow {
  AdGroupIx ad_group;
  TextIx text;
  float bound = kUnlisted;                           // what it is listed with under its text
  MatchType match = MatchType::kBroad;
  bool live = false;
  bool enabled : 1 = false;
  bool negative : 1 = false;

  Micros bid() const { return {std::int64_t{bid_high_} << 32 | bid_low_}; }  // 0 = the ad group's
  // At most kMaxBid.
  void set_bid(Micros bid) {
    bid_low_ = static_cast<std::uint32_t>(bid.value);
    bid_high_ = static_cast<std::uint8_t>(bid.value >> 32);
  }

 private:
  std::uint8_t bid_high_ = 0;
  std::uint32_t bid_low_ = 0;
};
static_assert(sizeof(KeywordRow) == 20 && kMaxBid.value >> 40 == 0);

struct PlacementRow {
  bool live = false;
  SharedPtr<PlacementDoc> doc;                       // not null where live
};

struct FestivalServing {
  std::vector<FestivalPhase> phases;
  std::vector<Symbol> categories;                    // empty = all
};
struct FestivalRow {
  bool live = false;
  Factor multiplier_max;                             // no campaign that joined it has or had a greater one
  SharedPtr<FestivalServing> serving;                // not null where live
};

struct CatalogCounts {
  std::uint32_t live[kResourceTypes] = {};           // by ResourceType
};

// What auctions find ad groups by, of all snapshots.
struct Listings {
  static constexpr std::uint32_t number(TextIx text, MatchType match) {
    return text.value * kMatchTypes + static_cast<std::uint32_t>(match);
  }
  BoundLists& of(TermKind kind) { return of_term[static_cast<std::size_t>(kind)]; }

  BoundLists of_text;                                // by number()
  std::array<BoundLists, kTermKinds> of_term;        // by TermKind, of each by Term::number
};

class Catalog {
 public:
  explicit Catalog(std::shared_ptr<Symbols> symbols)
      : symbols_(std::move(symbols)), gates_(std::make_shared<GroupGates>()), listings_(std::make_shared<Listings>()) {}

  // The rows alone: its lists are empty, and it keeps no version of them.
  Catalog without_lists() const {
    Catalog rows = *this;
    rows.version_ = Version::first();
    return rows;
  }

  const Symbols& symbols() const { return *symbols_; }

  // Rows of numbers never given are not live. References live as long as this snapshot.
  const AdvertiserRow& operator[](AdvertiserIx ix) const { return advertisers_.at(ix.value); }
  const CampaignRow& operator[](CampaignIx ix) const { return campaigns_.at(ix.value); }
  const AdGroupRow& operator[](AdGroupIx ix) const { return ad_groups_.at(ix.value); }
  const AdRow& operator[](AdIx ix) const { return ads_.at(ix.value); }
  const KeywordRow& operator[](KeywordIx ix) const { return keywords_.at(ix.value); }
  const PlacementRow& operator[](PlacementIx ix) const { return placements_.at(ix.value); }
  const FestivalRow& operator[](FestivalIx ix) const { return festivals_.at(ix.value); }

  // Of a live group: as of this snapshot, or a later one, which does not tell of bids then; nor does it where lists are left out.
  GroupGate gate(AdGroupIx ix) const { return gates_->of(ix, version_->number()); }
  void prefetch_gate(AdGroupIx ix) const { gates_->prefetch(ix); }

  // Live ones only; order unspecified but the same for the same history of changes. Spans live as long as this snapshot.
  std::span<const AdIx> ads_of(AdGroupIx group) const { return (*this)[group].ads.span(); }
  std::span<const GroupKeyword> keywords_of(AdGroupIx group) const { return (*this)[group].keywords.span(); }
  // The ad groups that have a keyword of this text and match type, without negative ones and those that are paused: they show no ad.
  BoundList groups_with(TextIx text, MatchType match) const {
    return listings_->of_text.at(Listings::number(text, match), version_->number());
  }
  std::span<const AdIx> ads_of_item(Symbol item) const { return ads_of_item_.at(item).span(); }
  BoundList groups_under(Term term) const { return listings_->of(term.kind).at(term.number, version_->number()); }
  // Of the lists of a text first where they are, then their beginnings.
  void prefetch(TextIx text) const { listings_->of_text.prefetch(Listings::number(text, {})); }
  void prefetch_groups(TextIx text, MatchType match) const {
    listings_->of_text.prefetch_list(Listings::number(text, match));
  }
  // Of big tables the pages above the leaves are far away, too: first the path, then the row.
  void prefetch_path(AdGroupIx ix) const { ad_groups_.prefetch_path(ix.value); }
  void prefetch_path(CampaignIx ix) const { campaigns_.prefetch_path(ix.value); }
  void prefetch_path(AdvertiserIx ix) const { advertisers_.prefetch_path(ix.value); }
  void prefetch_path(AdIx ix) const { ads_.prefetch_path(ix.value); }
  void prefetch_path(KeywordIx ix) const { keywords_.prefetch_path(ix.value); }
  void prefetch(CampaignIx ix) const { campaigns_.prefetch(ix.value); }
  void prefetch(AdvertiserIx ix) const { advertisers_.prefetch(ix.value); }
  void prefetch(AdIx ix) const { ads_.prefetch(ix.value); }
  void prefetch(KeywordIx ix) const { keywords_.prefetch(ix.value); }

  // What stands above ads and keywords, for who asks later what has changed (PagedTable::visit_changes). Shares pages with
  // the snapshot and keeps them.
  struct Top {
    PagedTable<AdvertiserRow> advertisers;
    PagedTable<CampaignRow> campaigns;
    PagedTable<AdGroupRow> ad_groups;
  };
  Top top() const { return {advertisers_, campaigns_, ad_groups_}; }

  // Every number ever given, for walks over all: [0, size).
  std::uint32_t ad_limit() const { return ads_.size(); }
  std::uint32_t festival_limit() const { return festivals_.size(); }
  const CatalogCounts& counts() const { return counts_; }

  // No ad scores more at a pCTR of one, but for what ScoreLift adds. Coarse.
  double score_ceiling() const { return score_ceiling_; }

 private:
  friend class CatalogEditor;
  friend class CatalogListing;
  std::shared_ptr<Symbols> symbols_;
  PagedTable<AdvertiserRow> advertisers_;
  PagedTable<CampaignRow> campaigns_;
  PagedTable<AdGroupRow> ad_groups_;
  std::shared_ptr<GroupGates> gates_;
  PagedTable<AdRow> ads_;
  PagedTable<KeywordRow> keywords_;
  PagedTable<PlacementRow> placements_;
  PagedTable<FestivalRow> festivals_;
  PagedTable<SharedList<AdIx>> ads_of_item_;
  std::shared_ptr<Listings> listings_;
  VersionPtr version_ = Version::first();
  CatalogCounts counts_;
  double score_ceiling_ = 0;
  Factor quality_max_;                               // no ad has or had a greater one; at least one, which CPM bids rely on
};

}  // namespace gavel
