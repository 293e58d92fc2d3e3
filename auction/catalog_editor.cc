#include "auction/catalog_editor.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "auction/score_bound.h"
#include "auction/score_peaks.h"

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

float bid_bound(Micros bid) {
  return round_up(static_cast<double>(bid.value));
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
  BoundList& change_groups_under(Term term);
  void change_gate(AdGroupIx ix);
  void change_gates(CampaignIx ix);
  void write_gates();

  // The lists that auctions read from the top, kept sorted by score bounds. Each of these compares what is
  // listed with what should be, and changes nothing where they agree.
  double weight_of(AdIx ix) const;
  void relist(AdvertiserIx ix);
  void relist(CampaignIx ix);
  float factor_of(AdGroupIx ix, double weight) const;
  void set_factor(AdGroupIx ix, float factor);
  void refactor(AdGroupIx ix);
  void refactor(AdGroupIx ix, double before, double now);
  void relist(AdGroupIx ix);
  void relist(KeywordIx ix);
  void set_greatest_bid(AdGroupIx ix, float bid);
  void lower_greatest_bid(AdGroupIx ix, Micros before);
  float shown_bid(const KeywordRow& row) const;
  void set_peak(AdGroupIx ix);
  void unlist_group(AdGroupIx ix);
  void unlist_keyword(KeywordIx ix);

  Catalog catalog;
  std::shared_ptr<Symbols> symbols;
  Accounts& accounts;
  const PctrCeilings& ceilings;
  ScorePeaks peaks;  // of the groups
  std::vector<AdGroupIx> changed_gates;  // since the last snapshot
  // All that were ever put: parents never change.
  std::unordered_map<std::uint32_t, std::vector<CampaignIx>> campaigns_of_advertiser;
  std::unordered_map<std::uint32_t, std::vector<AdGroupIx>> groups_of_campaign;
};

CatalogEditor::Impl::Impl(const Catalog& base, std::shared_ptr<Symbols> names, Accounts& opened,
                          const PctrCeilings& estimates)
    : catalog(base), symbols(std::move(names)), accounts(opened), ceilings(estimates) {
  for (std::uint32_t i = 0; i < catalog.campaigns_.size(); ++i) {
    const CampaignRow& row = catalog[CampaignIx{i}];
    if (row.serving) campaigns_of_advertiser[row.serving->advertiser.value].push_back(CampaignIx{i});
  }
  for (std::uint32_t i = 0; i < catalog.ad_groups_.size(); ++i) {
    const AdGroupRow& row = catalog[AdGroupIx{i}];
    if (row.serving) groups_of_campaign[row.serving->campaign.value].push_back(AdGroupIx{i});
    peaks.replace(0, row.peak);
  }
}

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
            return catalog.groups_of_tag_.at(tag).size();
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

BoundList& CatalogEditor::Impl::change_groups_under(Term term) {
  switch (term.kind) {
    case TermKind::kTag:
      return catalog.groups_of_tag_.mutate(term.number);
    case TermKind::kCategory:
      return catalog.groups_of_category_.mutate(term.number);
    case TermKind::kPlacement:
      return catalog.groups_of_placement_.mutate(term.number);
    case TermKind::kEverything:
      break;
  }
  return catalog.groups_of_everything_;
}

// After a change of the group, its campaign or its number of ads.
void CatalogEditor::Impl::change_gate(AdGroupIx ix) {
  if (changed_gates.empty() || changed_gates.back() != ix) changed_gates.push_back(ix);
}

void CatalogEditor::Impl::change_gates(CampaignIx ix) {
  const auto groups = groups_of_campaign.find(ix.value);
  if (groups == groups_of_campaign.end()) return;
  for (const AdGroupIx group : groups->second) change_gate(group);
}

// All at once and last, since auctions on the snapshot before see them, too.
void CatalogEditor::Impl::write_gates() {
  for (const AdGroupIx ix : changed_gates) {
    const AdGroupRow& row = catalog[ix];
    if (!row.live) continue;
    catalog.gates_->set(ix, gate_of(*catalog[row.serving->campaign].serving, *row.serving, row.ads.span().size()));
  }
  changed_gates.clear();
}

double CatalogEditor::Impl::weight_of(AdIx ix) const {
  const AdRow& ad = catalog[ix];
  if (!ad.live || !ad.enabled) return 0;
  const CampaignServing& campaign = *catalog[catalog[ad.ad_group].serving->campaign].serving;
  const double estimate = ad.pctr_nano >= 0 ? 0 : ceilings.of(ix).nano / 1e9;
  return weight_bound(campaign.pricing, ad, estimate);
}

void CatalogEditor::Impl::relist(AdvertiserIx ix) {
  const auto campaigns = campaigns_of_advertiser.find(ix.value);
  if (campaigns == campaigns_of_advertiser.end()) return;
  for (const CampaignIx campaign : campaigns->second) relist(campaign);
}

void CatalogEditor::Impl::relist(CampaignIx ix) {
  const auto groups = groups_of_campaign.find(ix.value);
  if (groups == groups_of_campaign.end()) return;
  for (const AdGroupIx group : groups->second) refactor(group);
}

// Where its ads weigh at most `weight`.
float CatalogEditor::Impl::factor_of(AdGroupIx ix, double weight) const {
  const CampaignServing& campaign = *catalog[catalog[ix].serving->campaign].serving;
  return group_factor(weight, catalog[campaign.advertiser].shop_score, targeting_stretch(campaign));
}

void CatalogEditor::Impl::set_factor(AdGroupIx ix, float factor) {
  if (catalog[ix].factor == factor) return;
  catalog.ad_groups_.mutate(ix.value).factor = factor;
  relist(ix);
}

void CatalogEditor::Impl::refactor(AdGroupIx ix) {
  if (!catalog[ix].live) return;
  set_peak(ix);
  double weight = 0;
  for (const AdIx ad : catalog.ads_of(ix)) weight = std::max(weight, weight_of(ad));
  set_factor(ix, factor_of(ix, weight));
}

// After a change of one of its ads, which weighed `before` and weighs `now`. The others are looked at only
// where it may have been the greatest of them, and only until one is found that is as great.
void CatalogEditor::Impl::refactor(AdGroupIx ix, double before, double now) {
  const AdGroupRow& row = catalog[ix];
  if (!row.live) return;
  const float factor = factor_of(ix, now);
  if (now >= before || factor >= row.factor) return set_factor(ix, std::max(row.factor, factor));
  if (factor_of(ix, before) < row.factor) return;
  double weight = now;
  for (const AdIx ad : catalog.ads_of(ix)) {
    const double other = weight_of(ad);
    if (other <= weight) continue;
    weight = other;
    if (factor_of(ix, weight) >= row.factor) return;
  }
  set_factor(ix, factor_of(ix, weight));
}

// By its bid and factor, itself and its keywords.
void CatalogEditor::Impl::relist(AdGroupIx ix) {
  const AdGroupRow& row = catalog[ix];
  const float bound = row.live ? score_bound(row.serving->bid, row.factor) : kUnlisted;
  if (bound != row.bound) {
    unlist_group(ix);
    AdGroupRow& changed = catalog.ad_groups_.mutate(ix.value);
    changed.bound = bound;
    if (bound != kUnlisted) {
      for (const Term term : changed.serving->terms) change_groups_under(term).insert({bound, ix});
    }
  }
  float greatest_bid = catalog[ix].live ? bid_bound(catalog[ix].serving->bid) : 0;
  for (const GroupKeyword& keyword : catalog.keywords_of(ix)) {
    greatest_bid = std::max(greatest_bid, shown_bid(catalog[keyword.keyword]));
    relist(keyword.keyword);
  }
  set_greatest_bid(ix, greatest_bid);
}

void CatalogEditor::Impl::set_greatest_bid(AdGroupIx ix, float bid) {
  if (bid != catalog[ix].greatest_bid) catalog.ad_groups_.mutate(ix.value).greatest_bid = bid;
  set_peak(ix);
}

// After one of its keywords has left or changed its bid, which was `before`.
void CatalogEditor::Impl::lower_greatest_bid(AdGroupIx ix, Micros before) {
  const AdGroupRow& row = catalog[ix];
  if (!row.live || before == Micros{} || bid_bound(before) < row.greatest_bid) return;
  float greatest_bid = bid_bound(row.serving->bid);
  for (const GroupKeyword& keyword : row.keywords.span()) {
    greatest_bid = std::max(greatest_bid, shown_bid(catalog[keyword.keyword]));
  }
  set_greatest_bid(ix, greatest_bid);
}

// Its own; 0 where it shows no ad or has the group's.
float CatalogEditor::Impl::shown_bid(const KeywordRow& row) const {
  return row.live && row.enabled && !row.negative ? bid_bound(row.bid()) : 0;
}

void CatalogEditor::Impl::set_peak(AdGroupIx ix) {
  const AdGroupRow& row = catalog[ix];
  ScorePeaks::Peak peak = 0;
  if (row.live && row.factor > 0) {
    const CampaignServing& campaign = *catalog[row.serving->campaign].serving;
    peak = ScorePeaks::of(bare_bound(row.greatest_bid, campaign, catalog[campaign.advertiser].shop_score));
  }
  if (peak == row.peak) return;
  peaks.replace(row.peak, peak);
  catalog.ad_groups_.mutate(ix.value).peak = peak;
}

void CatalogEditor::Impl::relist(KeywordIx ix) {
  const KeywordRow& row = catalog[ix];
  const AdGroupRow& group = catalog[row.ad_group];
  const bool shows = row.live && row.enabled && !row.negative && group.live;
  const Micros bid = row.bid() != Micros{} || !group.live ? row.bid() : group.serving->bid;
  const float bound = shows ? score_bound(bid, group.factor) : kUnlisted;
  if (bound == row.bound) return;
  unlist_keyword(ix);
  KeywordRow& changed = catalog.keywords_.mutate(ix.value);
  changed.bound = bound;
  if (!shows) return;
  TextPostings& postings = catalog.postings_of_text_.mutate(changed.text.value);
  postings.of_match[static_cast<std::size_t>(changed.match)].insert({bound, changed.ad_group});
}

void CatalogEditor::Impl::unlist_group(AdGroupIx ix) {
  const float bound = catalog[ix].bound;
  if (bound == kUnlisted) return;
  for (const Term term : catalog[ix].serving->terms) change_groups_under(term).erase({bound, ix});
  catalog.ad_groups_.mutate(ix.value).bound = kUnlisted;
}

void CatalogEditor::Impl::unlist_keyword(KeywordIx ix) {
  const KeywordRow& row = catalog[ix];
  if (row.bound == kUnlisted) return;
  TextPostings& postings = catalog.postings_of_text_.mutate(row.text.value);
  postings.of_match[static_cast<std::size_t>(row.match)].erase({row.bound, row.ad_group});
  catalog.keywords_.mutate(ix.value).bound = kUnlisted;
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
  if (!same_score) impl_->relist(ix);
}

void CatalogEditor::put(CampaignIx ix, const CampaignDoc& doc) {
  Impl& my = *impl_;
  CampaignDraft serving;
  serving.advertiser = my.find<AdvertiserIx>(ResourceType::kAdvertiser, doc.advertiser_id);
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
  if (!row.serving) my.campaigns_of_advertiser[serving.advertiser.value].push_back(ix);
  my.bring_up(row.live, ResourceType::kCampaign);
  const SharedPtr<CampaignServing> before = std::exchange(row.serving, pack(serving));
  // A change of budget or status leaves what is below it where it is listed.
  const bool same_bounds = before && before->pricing == serving.pricing &&
                           targeting_stretch(*before) == targeting_stretch(*row.serving);
  if (!same_bounds) my.relist(ix);
  if (!before || gate_of(*before) != gate_of(*row.serving)) my.change_gates(ix);
}

void CatalogEditor::put(AdGroupIx ix, const AdGroupDoc& doc) {
  Impl& my = *impl_;
  AdGroupDraft serving;
  serving.campaign = my.find<CampaignIx>(ResourceType::kCampaign, doc.campaign_id);
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
  const bool same_place = row.live && row.serving->audience == serving.audience &&
                          row.serving->categories == serving.categories &&
                          row.serving->placements == serving.placements;
  if (same_place) {
    serving.terms.assign(row.serving->terms.begin(), row.serving->terms.end());
  } else {
    my.unlist_group(ix);
    serving.terms = my.terms_of(serving);
  }
  if (!row.serving) my.groups_of_campaign[serving.campaign.value].push_back(ix);
  my.bring_up(row.live, ResourceType::kAdGroup);
  row.serving = pack(serving);
  my.change_gate(ix);
  my.refactor(ix);
  my.relist(ix);
}

void CatalogEditor::put(AdIx ix, const AdDoc& doc, std::uint32_t landing_revision) {
  Impl& my = *impl_;
  Catalog& catalog = my.catalog;
  const auto group = my.find<AdGroupIx>(ResourceType::kAdGroup, doc.ad_group_id);
  const Symbol item = my.symbols->items.intern(doc.item_id);
  const double weight_before = my.weight_of(ix);
  AdRow& row = catalog.ads_.mutate(ix.value);
  if (!row.live) {
    catalog.ad_groups_.mutate(group.value).ads.append(ix);
    my.change_gate(group);
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
  my.refactor(group, weight_before, my.weight_of(ix));
}

void CatalogEditor::put(KeywordIx ix, const KeywordDoc& doc, std::span<const std::string> words) {
  Impl& my = *impl_;
  Catalog& catalog = my.catalog;
  const TextIx text = my.symbols->texts.intern(words);
  const auto group = my.find<AdGroupIx>(ResourceType::kAdGroup, doc.ad_group_id);
  if (catalog[ix].text != text || catalog[ix].match != doc.match) my.unlist_keyword(ix);
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
  const float bid = my.shown_bid(row);
  my.relist(ix);
  if (bid > catalog[group].greatest_bid) {
    my.set_greatest_bid(group, bid);
  } else {
    my.lower_greatest_bid(group, bid_before);
  }
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
  impl_->relist(ix);
}

void CatalogEditor::erase(AdIx ix) {
  Catalog& catalog = impl_->catalog;
  if (!catalog[ix].live) return;
  const double weight_before = impl_->weight_of(ix);
  AdRow& row = catalog.ads_.mutate(ix.value);
  catalog.ad_groups_.mutate(row.ad_group.value).ads.erase(ix);
  impl_->change_gate(row.ad_group);
  catalog.ads_of_item_.mutate(row.item).erase(ix);
  impl_->take_down(row.live, ResourceType::kAd);
  impl_->refactor(row.ad_group, weight_before, 0);
}

void CatalogEditor::erase(KeywordIx ix) {
  Catalog& catalog = impl_->catalog;
  if (!catalog[ix].live) return;
  impl_->unlist_keyword(ix);
  KeywordRow& row = catalog.keywords_.mutate(ix.value);
  catalog.ad_groups_.mutate(row.ad_group.value).keywords.erase({row.text, ix});
  impl_->take_down(row.live, ResourceType::kKeyword);
  impl_->lower_greatest_bid(row.ad_group, row.bid());
}

void CatalogEditor::relist(AdIx ix) {
  const AdRow& row = impl_->catalog[ix];
  if (row.live) impl_->refactor(row.ad_group, 0, impl_->weight_of(ix));
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
  Catalog& catalog = impl_->catalog;
  impl_->write_gates();
  catalog.score_ceiling_ = impl_->peaks.ceiling() * (catalog.quality_max_.millionths / 1e6);
  return std::make_shared<const Catalog>(catalog);
}

}  // namespace gavel
