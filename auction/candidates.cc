#include "auction/candidates.h"

namespace gavel {
namespace {

void append_ads(const Catalog& catalog, AdGroupIx group, std::vector<AdIx>& ads) {
  const std::span<const AdIx> more = catalog.ads_of(group);
  ads.insert(ads.end(), more.begin(), more.end());
}

void gather_under(const Catalog& catalog, Term term, ScratchMap& seen, std::vector<AdIx>& ads) {
  for (const AdGroupIx group : catalog.groups_under(term)) {
    if (seen.insert(group.value)) append_ads(catalog, group, ads);
  }
}

}  // namespace

void gather_candidates(const AuctionView& auction, ScratchMap& seen, std::vector<AdIx>& ads) {
  const Catalog& catalog = auction.context.catalog;
  const RequestFacts& facts = auction.facts;
  ads.clear();
  if (auction.request.limits_items) {
    for (const Symbol item : facts.items) {
      const std::span<const AdIx> more = catalog.ads_of_item(item);
      ads.insert(ads.end(), more.begin(), more.end());
    }
    return;
  }
  if (auction.needs_keyword) {
    for (const GroupMatch& match : auction.matches) {
      if (match.keyword.exists()) append_ads(catalog, match.group, ads);
    }
    return;
  }
  seen.clear();
  for (const Symbol tag : facts.tags) gather_under(catalog, {TermKind::kTag, tag}, seen, ads);
  for (const Symbol category : facts.categories)
    gather_under(catalog, {TermKind::kCategory, category}, seen, ads);
  gather_under(catalog, {TermKind::kPlacement, auction.placement.value}, seen, ads);
  gather_under(catalog, {TermKind::kEverything, 0}, seen, ads);
}

}  // namespace gavel
