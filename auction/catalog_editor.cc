#include "auction/catalog_editor.h"

#include <algorithm>
#include <utility>

#include "auction/catalog_listing.h"
#include "auction/score_bound.h"

namespace gavel {

namespace {

template <class T>
SharedPtr<T> share(T value) {
  boost::intrusive_ptr<Shared<T>> shared(new Shared<T>);
  static_cast<T&>(*shared) = std::move(value);
  return shared;
}

// The contract's lists of names are sets: equal entries count once, in the order they were first named.
std::vector<Symbol> intern_all(Interner& names, const std::vector<std::string>& texts) {
  std::vector<Symbol> symbols;
  symbols.reserve(texts.size());
  for (const std::string& text : texts) {
    const Symbol symbol = names.intern(text);
    if (std::ranges::find(symbols, symbol) == symbols.end()) symbols.push_back(symbol);
  }
  return symbols;
}

// By name in byte order, whatever order the document has.
std::vector<SymbolFactor> intern_factors(Interner& names, const NamedFactors& factors) {
  std::vector<SymbolFactor> result;
  result.reserve(factors.size());
  for (const auto& [name, factor] : factors) result.push_back({names.intern(name), factor});
  std::ranges::stable_sort(result, {}, [&](const SymbolFactor& f) { return names.at(f.symbol); });
  return result;
}

}  // namespace

// Has the snapshot that is being made, pages shared with the last one until they change.
struct CatalogEditor::Impl {
  Impl(const Catalog& base, std::shared_ptr<Symbols> names, Accounts& opened, const PctrCeilings& estimates);

  template <class Ix>
  Ix find(ResourceType type, const std::string& id) const {
    return Ix{symbols->of(type).find(id)};
  }

  // The parent given at first never changes.
  AdGroupIx group_of(AdGroupIx known, const std::string& id) const {
    return known.exists() ? known : find<AdGroupIx>(ResourceType::kAdGroup, id);
  }

  std::uint32_t& live_count(ResourceType type) {
    return catalog.counts_.live[static_cast<std::size_t>(type)];
  }

  // Sets `live` and counts the change.
  void bring_up(bool& live, ResourceType type) {
    if (!live) ++live_count(type);
    live = true;
  }
  void take_down(bool& live, ResourceType type) {
    live = false;
    --live_count(type);
  }

  std::vector<CampaignFestival> festivals_of(CampaignIx campaign, const std::vector<FestivalEntry>& entries);
  std::vector<PlacementIx> find_placements(const std::vector<std::string>& ids) const;
  std::vector<Term> terms_of(const AdGroupDraft& group) const;

  Catalog catalog;
  std::shared_ptr<Symbols> symbols;
  Accounts& accounts;
  CatalogListing lists;
};

CatalogEditor::Impl::Impl(const Catalog& base, std::shared_ptr<Symbols> names, Accounts& opened,
                          const PctrCeilings& estimates)
    : catalog(base), symbols(std::move(names)), accounts(opened), lists(catalog, estimates) {}

std::vector<CampaignFestival> CatalogEditor::Impl::festivals_of(CampaignIx campaign,
                                                                const std::vector<FestivalEntry>& entries) {
  std::vector<CampaignFestival> festivals;
  festivals.reserve(entries.size());
  for (const FestivalEntry& entry : entries) {
    const auto festival = find<FestivalIx>(ResourceType::kFestival, entry.festival_id);
    festivals.push_back({festival, accounts.open_festival(campaign, festival), entry.daily_budget.has_value(),
                         entry.bid_multiplier});
  }
  const Interner& ids = symbols->of(ResourceType::kFestival);
  std::ranges::sort(festivals, {}, [&](const CampaignFestival& f) { return ids.at(f.festival.value); });
  return festivals;
}

std::vector<PlacementIx> CatalogEditor::Impl::find_placements(const std::vector<std::string>& ids) const {
  std::vector<PlacementIx> placements;
  for (const std::string& id : ids) {
    const auto placement = find<PlacementIx>(ResourceType::kPlacement, id);
    if (std::ranges::find(placements, placement) == placements.end()) placements.push_back(placement);
  }
  return placements;
}

// See Term. An audience gives one term a clause, and none at all where some clause requires no tag: users
// whom that clause lets in may have no tag in common with the others.
std::vector<Term> CatalogEditor::Impl::terms_of(const AdGroupDraft& group) const {
  std::vector<Term> terms;
  const auto add = [&terms](TermKind kind, std::uint32_t number) {
    const Term term{kind, number};
    if (std::ranges::find(terms, term) == terms.end()) terms.push_back(term);
  };
  const bool by_tags =
      !group.audience.empty() &&
      std::ranges::none_of(group.audience, [](const ClauseDraft& c) { return c.all.empty(); });
  if (by_tags) {
    for (const ClauseDraft& clause : group.audience) {
      add(TermKind::kTag, *std::ranges::min_element(clause.all, {}, [this](Symbol tag) {
            return catalog.groups_under({TermKind::kTag, tag}).size();
          }));
    }
  } else if (!group.categories.empty()) {
    for (const Symbol category : group.categories) add(TermKind::kCategory, category);
  } else if (!group.placements.empty()) {
    for (const PlacementIx placement : group.placements) add(TermKind::kPlacement, placement.value);
  } else {
    add(TermKind::kEverything, 0);
  }
  return terms;
}

CatalogEditor::CatalogEditor(std::shared_ptr<const Catalog> base, std::shared_ptr<Symbols> symbols,
                             Accounts& accounts, const PctrCeilings& ceilings)
    : impl_(std::make_unique<Impl>(*base, std::move(symbols), accounts, ceilings)) {}
CatalogEditor::~CatalogEditor() = default;

void CatalogEditor::put(AdvertiserIx ix, const AdvertiserDoc& doc) {
  impl_->accounts.open(ix);
  AdvertiserRow& row = impl_->catalog.advertisers_.mutate(ix.value);
  impl_->bring_up(row.live, ResourceType::kAdvertiser);
  row.active = doc.active;
  const bool same_score = row.shop_score == doc.shop_score;
  row.shop_score = doc.shop_score;
  if (!same_score) impl_->lists.relist(ix);
}

void CatalogEditor::put(CampaignIx ix, const CampaignDoc& doc) {
  Impl& my = *impl_;
  const SharedPtr<CampaignServing> before = my.catalog[ix].serving;
  CampaignDraft serving;
  serving.advertiser =
      before ? before->advertiser : my.find<AdvertiserIx>(ResourceType::kAdvertiser, doc.advertiser_id);
  my.accounts.open(ix, serving.advertiser);
  serving.pricing = doc.pricing;
  serving.enabled = doc.enabled;
  serving.pacing = doc.pacing;
  serving.pacing_method = doc.pacing_method;
  serving.start = doc.start_time;
  serving.end = doc.end_time;
  serving.schedule = doc.schedule;
  serving.regions = intern_all(my.symbols->regions, doc.regions);
  serving.devices = intern_all(my.symbols->devices, doc.devices);
  serving.device_multipliers = intern_factors(my.symbols->devices, doc.bid_multipliers.device);
  serving.region_multipliers = intern_factors(my.symbols->regions, doc.bid_multipliers.region);
  serving.tag_multipliers = intern_factors(my.symbols->tags, doc.bid_multipliers.tag);
  serving.frequency_cap = doc.frequency_cap;
  serving.festivals = my.festivals_of(ix, doc.festivals);
  for (const CampaignFestival& joined : serving.festivals) {
    Factor& greatest = my.catalog.festivals_.mutate(joined.festival.value).multiplier_max;
    greatest = std::max(greatest, joined.bid_multiplier);
  }

  CampaignRow& row = my.catalog.campaigns_.mutate(ix.value);
  if (!before) my.lists.add(ix, serving.advertiser);
  my.bring_up(row.live, ResourceType::kCampaign);
  row.serving = pack(serving);
  // A change of budget or status leaves what is below it where it is listed.
  const bool same_bounds = before && before->pricing == serving.pricing &&
                           targeting_stretch(*before).all() == targeting_stretch(*row.serving).all();
  if (!same_bounds) my.lists.relist(ix);
  if (!before || gate_of(*before) != gate_of(*row.serving)) my.lists.change_gates(ix);
}

void CatalogEditor::put(AdGroupIx ix, const AdGroupDoc& doc) {
  Impl& my = *impl_;
  const SharedPtr<AdGroupServing> before = my.catalog[ix].serving;
  AdGroupDraft serving;
  serving.campaign = before ? before->campaign : my.find<CampaignIx>(ResourceType::kCampaign, doc.campaign_id);
  serving.bid = doc.bid;
  serving.enabled = doc.enabled;
  serving.placements = my.find_placements(doc.placements);
  serving.categories = intern_all(my.symbols->categories, doc.categories);
  for (const AudienceClause& clause : doc.audience) {
    serving.audience.push_back(
        {intern_all(my.symbols->tags, clause.all), intern_all(my.symbols->tags, clause.none)});
  }

  // A change of bid or status leaves the group where it is listed: those lists may be long.
  AdGroupRow& row = my.catalog.ad_groups_.mutate(ix.value);
  const bool same_place = row.live && before->audience == serving.audience &&
                          before->categories == serving.categories && before->placements == serving.placements;
  if (same_place) {
    serving.terms.assign(before->terms.begin(), before->terms.end());
  } else {
    my.lists.unlist(ix);
    serving.terms = my.terms_of(serving);
  }
  if (!before) my.lists.add(ix, serving.campaign);
  my.bring_up(row.live, ResourceType::kAdGroup);
  row.serving = pack(serving);
  my.lists.change_gate(ix);
  my.lists.refactor(ix);
  my.lists.relist(ix);
}

void CatalogEditor::put(AdIx ix, const AdDoc& doc, std::uint32_t landing_revision) {
  Impl& my = *impl_;
  Catalog& catalog = my.catalog;
  const AdGroupIx group = my.group_of(catalog[ix].ad_group, doc.ad_group_id);
  const Symbol item = my.symbols->items.intern(doc.item_id);
  const double weight_before = my.lists.weight_of(ix);
  AdRow& row = catalog.ads_.mutate(ix.value);
  if (!row.live) {
    catalog.ad_groups_.mutate(group.value).ads.append(ix);
    my.lists.change_gate(group);
  }
  if (!row.live || row.item != item) {
    if (row.live) catalog.ads_of_item_.mutate(row.item).erase(ix);
    catalog.ads_of_item_.mutate(item).append(ix);
  }
  my.bring_up(row.live, ResourceType::kAd);
  row.enabled = doc.enabled;
  row.ad_group = group;
  row.item = item;
  row.category = doc.category_id ? my.symbols->categories.intern(*doc.category_id) : kNoSymbol;
  row.quality = doc.quality;
  catalog.quality_max_ = std::max(catalog.quality_max_, doc.quality);
  row.pctr_nano = doc.pctr ? doc.pctr->nano : -1;
  row.pcvr_nano = doc.pcvr ? doc.pcvr->nano : -1;
  row.landing_revision = landing_revision;
  row.text = AdText::make(doc.title, doc.landing_url, doc.image_url ? *doc.image_url : std::string_view{});
  my.lists.refactor(group, weight_before, my.lists.weight_of(ix));
}

void CatalogEditor::put(KeywordIx ix, const KeywordDoc& doc, std::span<const std::string> words) {
  Impl& my = *impl_;
  Catalog& catalog = my.catalog;
  const TextIx text = my.symbols->texts.intern(words);
  const AdGroupIx group = my.group_of(catalog[ix].ad_group, doc.ad_group_id);
  if (catalog[ix].text != text || catalog[ix].match != doc.match) my.lists.unlist(ix);
  KeywordRow& row = catalog.keywords_.mutate(ix.value);
  if (!row.live || row.text != text) {
    SharedList<GroupKeyword>& keywords = catalog.ad_groups_.mutate(group.value).keywords;
    if (row.live) keywords.erase({row.text, ix});
    keywords.append({text, ix});
  }
  my.bring_up(row.live, ResourceType::kKeyword);
  row.enabled = doc.enabled;
  row.negative = doc.negative;
  row.match = doc.match;
  row.ad_group = group;
  row.text = text;
  const Micros bid_before = row.bid();
  row.set_bid(doc.bid.value_or(Micros{}));
  my.lists.relist(ix);
  my.lists.rebid(ix, bid_before);
}

void CatalogEditor::put(PlacementIx ix, const PlacementDoc& doc) {
  PlacementRow& row = impl_->catalog.placements_.mutate(ix.value);
  impl_->bring_up(row.live, ResourceType::kPlacement);
  row.doc = share(doc);
}

void CatalogEditor::put(FestivalIx ix, const FestivalDoc& doc) {
  Impl& my = *impl_;
  FestivalRow& row = my.catalog.festivals_.mutate(ix.value);
  my.bring_up(row.live, ResourceType::kFestival);
  row.serving = share(FestivalServing{doc.phases, intern_all(my.symbols->categories, doc.categories)});
}

void CatalogEditor::erase(AdvertiserIx ix) {
  if (!impl_->catalog[ix].live) return;
  impl_->take_down(impl_->catalog.advertisers_.mutate(ix.value).live, ResourceType::kAdvertiser);
}

void CatalogEditor::erase(CampaignIx ix) {
  if (!impl_->catalog[ix].live) return;
  impl_->take_down(impl_->catalog.campaigns_.mutate(ix.value).live, ResourceType::kCampaign);
}

void CatalogEditor::erase(AdGroupIx ix) {
  if (!impl_->catalog[ix].live) return;
  impl_->take_down(impl_->catalog.ad_groups_.mutate(ix.value).live, ResourceType::kAdGroup);
  impl_->lists.relist(ix);
}

void CatalogEditor::erase(AdIx ix) {
  Catalog& catalog = impl_->catalog;
  if (!catalog[ix].live) return;
  const double weight_before = impl_->lists.weight_of(ix);
  AdRow& row = catalog.ads_.mutate(ix.value);
  catalog.ad_groups_.mutate(row.ad_group.value).ads.erase(ix);
  impl_->lists.change_gate(row.ad_group);
  catalog.ads_of_item_.mutate(row.item).erase(ix);
  impl_->take_down(row.live, ResourceType::kAd);
  impl_->lists.refactor(row.ad_group, weight_before, 0);
}

void CatalogEditor::erase(KeywordIx ix) {
  Catalog& catalog = impl_->catalog;
  if (!catalog[ix].live) return;
  impl_->lists.unlist(ix);
  KeywordRow& row = catalog.keywords_.mutate(ix.value);
  catalog.ad_groups_.mutate(row.ad_group.value).keywords.erase({row.text, ix});
  impl_->take_down(row.live, ResourceType::kKeyword);
  impl_->lists.rebid(ix, row.bid());
}

void CatalogEditor::relist(AdIx ix) {
  const AdRow& row = impl_->catalog[ix];
  if (row.live) impl_->lists.refactor(row.ad_group, 0, impl_->lists.weight_of(ix));
}

void CatalogEditor::erase(PlacementIx ix) {
  if (!impl_->catalog[ix].live) return;
  impl_->take_down(impl_->catalog.placements_.mutate(ix.value).live, ResourceType::kPlacement);
}

void CatalogEditor::erase(FestivalIx ix) {
  if (!impl_->catalog[ix].live) return;
  impl_->take_down(impl_->catalog.festivals_.mutate(ix.value).live, ResourceType::kFestival);
}

std::shared_ptr<const Catalog> CatalogEditor::snapshot() {
  return impl_->lists.snapshot();
}

}  // namespace gavel
