#include "auction/catalog_listing.h"

#include <algorithm>

#include "auction/raised_bids.h"
#include "auction/score_bound.h"

namespace gavel {
namespace {

constexpr std::size_t kFetchedTogether = 64;

float bid_bound(Micros bid) {
  return round_up(static_cast<double>(bid.value));
}

}  // namespace

CatalogListing::CatalogListing(Catalog& catalog, const PctrCeilings& ceilings)
    : catalog_(catalog), ceilings_(ceilings), versions_(catalog.version_) {
  catalog_.version_ = versions_.now();
  for (std::uint32_t i = 0; i < catalog.campaigns_.size(); ++i) {
    const CampaignRow& row = catalog[CampaignIx{i}];
    if (row.serving) add(CampaignIx{i}, row.serving->advertiser);
  }
  for (std::uint32_t i = 0; i < catalog.ad_groups_.size(); ++i) {
    const AdGroupRow& row = catalog[AdGroupIx{i}];
    if (row.serving) add(AdGroupIx{i}, row.serving->campaign);
    peaks_.replace(0, row.peak);
  }
}

void CatalogListing::change_gate(AdGroupIx ix) {
  if (changed_gates_.empty() || changed_gates_.back() != ix) changed_gates_.push_back(ix);
}

void CatalogListing::change_gates(CampaignIx ix) {
  groups_.visit(ix, [this](AdGroupIx group) { change_gate(group); });
}

// All at once and last, since auctions on the snapshot before see them, too.
void CatalogListing::write_gates() {
  for (const AdGroupIx ix : changed_gates_) {
    const AdGroupRow& row = catalog_[ix];
    if (!row.live) continue;
    catalog_.gates_->set(ix, gate_of(*catalog_[row.serving->campaign].serving, *row.serving, row.ads.span().size()),
                         versions_.number());
  }
  changed_gates_.clear();
}

double CatalogListing::weight_of(AdIx ix) const {
  const AdRow& ad = catalog_[ix];
  if (!ad.live || !ad.enabled) return 0;
  const CampaignServing& campaign = *catalog_[catalog_[ad.ad_group].serving->campaign].serving;
  const double estimate = ad.pctr_nano >= 0 ? 0 : ceilings_.of(ix).nano / 1e9;
  return weight_bound(campaign.pricing, ad, estimate);
}

void CatalogListing::relist(AdvertiserIx ix) {
  campaigns_.visit(ix, [this](CampaignIx campaign) { relist(campaign); });
}

void CatalogListing::relist(CampaignIx ix) {
  groups_.visit(ix, [this](AdGroupIx group) { refactor(group); });
}

// Where its ads weigh at most `weight`.
float CatalogListing::factor_of(AdGroupIx ix, double weight) const {
  const CampaignServing& campaign = *catalog_[catalog_[ix].serving->campaign].serving;
  return group_factor(weight, catalog_[campaign.advertiser].shop_score, targeting_stretch(campaign).all());
}

void CatalogListing::set_factor(AdGroupIx ix, float factor) {
  if (catalog_[ix].factor == factor) return;
  catalog_.ad_groups_.mutate(ix.value).factor = factor;
  relist(ix);
}

void CatalogListing::refactor(AdGroupIx ix) {
  if (!catalog_[ix].live) return;
  set_peak(ix);
  double weight = 0;
  for (const AdIx ad : catalog_.ads_of(ix)) weight = std::max(weight, weight_of(ad));
  set_factor(ix, factor_of(ix, weight));
}

// After a change of one of its ads, which weighed `before` and weighs `now`. The others are looked at only
// where it may have been the greatest of them, and only until one is found that is as great.
void CatalogListing::refactor(AdGroupIx ix, double before, double now) {
  const AdGroupRow& row = catalog_[ix];
  if (!row.live) return;
  const float factor = factor_of(ix, now);
  if (now >= before || factor >= row.factor) return set_factor(ix, std::max(row.factor, factor));
  if (factor_of(ix, before) < row.factor) return;
  double weight = now;
  for (const AdIx ad : catalog_.ads_of(ix)) {
    const double other = weight_of(ad);
    if (other <= weight) continue;
    weight = other;
    if (factor_of(ix, weight) >= row.factor) return;
  }
  set_factor(ix, factor_of(ix, weight));
}

// By its bid and factor, itself and its keywords.
void CatalogListing::relist(AdGroupIx ix) {
  const AdGroupRow& row = catalog_[ix];
  const float bound = row.live ? score_bound(row.serving->bid, row.factor) : kUnlisted;
  if (bound != row.bound) {
    unlist(ix);
    AdGroupRow& changed = catalog_.ad_groups_.mutate(ix.value);
    changed.bound = bound;
    if (bound != kUnlisted) {
      for (const Term term : changed.serving->terms) {
        catalog_.listings_->of(term.kind).insert(term.number, {bound, ix}, versions_);
      }
    }
  }
  float greatest_bid = catalog_[ix].live ? bid_bound(catalog_[ix].serving->bid) : 0;
  const std::span<const GroupKeyword> keywords = catalog_.keywords_of(ix);
  for (std::size_t begin = 0; begin < keywords.size(); begin += kFetchedTogether) {
    const auto some = keywords.subspan(begin, std::min(kFetchedTogether, keywords.size() - begin));
    prefetch_lists(some);
    for (const GroupKeyword& keyword : some) {
      greatest_bid = std::max(greatest_bid, shown_bid(catalog_[keyword.keyword]));
      relist(keyword.keyword);
    }
  }
  set_greatest_bid(ix, greatest_bid);
}

// They lie all over memory, which is waited for once.
void CatalogListing::prefetch_lists(std::span<const GroupKeyword> keywords) const {
  for (const GroupKeyword& keyword : keywords) {
    catalog_.prefetch(keyword.keyword);
    catalog_.prefetch(keyword.text);
  }
  for (const GroupKeyword& keyword : keywords) {
    catalog_.prefetch_groups(keyword.text, catalog_[keyword.keyword].match);
  }
}

void CatalogListing::set_greatest_bid(AdGroupIx ix, float bid) {
  if (bid != catalog_[ix].greatest_bid) catalog_.ad_groups_.mutate(ix.value).greatest_bid = bid;
  set_peak(ix);
}

void CatalogListing::rebid(KeywordIx ix, Micros before) {
  const KeywordRow& row = catalog_[ix];
  const AdGroupIx ix_of_group = row.ad_group;
  const AdGroupRow& group = catalog_[ix_of_group];
  if (const float bid = shown_bid(row); bid > group.greatest_bid) return set_greatest_bid(ix_of_group, bid);
  if (!group.live || before == Micros{} || bid_bound(before) < group.greatest_bid) return;
  float greatest_bid = bid_bound(group.serving->bid);
  for (const GroupKeyword& keyword : group.keywords.span()) {
    greatest_bid = std::max(greatest_bid, shown_bid(catalog_[keyword.keyword]));
  }
  set_greatest_bid(ix_of_group, greatest_bid);
}

// Its own; 0 where it shows no ad or has the group's.
float CatalogListing::shown_bid(const KeywordRow& row) const {
  return row.live && row.enabled && !row.negative ? bid_bound(row.bid()) : 0;
}

void CatalogListing::set_peak(AdGroupIx ix) {
  const AdGroupRow& row = catalog_[ix];
  ScorePeaks::Peak peak = 0;
  if (row.live && row.factor > 0) {
    const CampaignServing& campaign = *catalog_[row.serving->campaign].serving;
    peak = ScorePeaks::of(bare_bound(row.greatest_bid, campaign, catalog_[campaign.advertiser].shop_score));
  }
  if (peak == row.peak) return;
  peaks_.replace(row.peak, peak);
  catalog_.ad_groups_.mutate(ix.value).peak = peak;
}

void CatalogListing::relist(KeywordIx ix) {
  const KeywordRow& row = catalog_[ix];
  const AdGroupRow& group = catalog_[row.ad_group];
  const bool shows = row.live && row.enabled && !row.negative && group.live;
  const Micros bid = row.bid() != Micros{} || !group.live ? row.bid() : group.serving->bid;
  const float bound = shows ? score_bound(bid, group.factor) : kUnlisted;
  if (bound == row.bound) return;
  unlist(ix);
  KeywordRow& changed = catalog_.keywords_.mutate(ix.value);
  changed.bound = bound;
  if (!shows) return;
  catalog_.listings_->of_text.insert(Listings::number(changed.text, changed.match), {bound, changed.ad_group}, versions_);
}

void CatalogListing::unlist(AdGroupIx ix) {
  const float bound = catalog_[ix].bound;
  if (bound == kUnlisted) return;
  for (const Term term : catalog_[ix].serving->terms) {
    catalog_.listings_->of(term.kind).erase(term.number, {bound, ix}, versions_);
  }
  catalog_.ad_groups_.mutate(ix.value).bound = kUnlisted;
}

void CatalogListing::unlist(KeywordIx ix) {
  const KeywordRow& row = catalog_[ix];
  if (row.bound == kUnlisted) return;
  catalog_.listings_->of_text.erase(Listings::number(row.text, row.match), {row.bound, row.ad_group}, versions_);
  catalog_.keywords_.mutate(ix.value).bound = kUnlisted;
}

std::shared_ptr<const Catalog> CatalogListing::snapshot() {
  write_gates();
  catalog_.score_ceiling_ = peaks_.ceiling() * (catalog_.quality_max_.millionths / 1e6);
  auto snapshot = std::make_shared<const Catalog>(catalog_);
  versions_.turn();
  catalog_.version_ = versions_.now();
  return snapshot;
}

}  // namespace gavel
