#include "auction/candidates.h"

namespace gavel {
namespace {

// An ad that is predicted to do well may belong to a group that its bound would leave out.
void list_predicted(const AuctionView& auction, GroupCursor& groups) {
  const Catalog& catalog = auction.context.catalog;
  AdGroupIx last;
  for (const AdIx ad : auction.facts.predicted_ads) {
    if (!catalog[ad].live) continue;
    const AdGroupIx group = catalog[ad].ad_group;
    if (group == last) continue;
    last = group;
    if (auction.needs_keyword) {
      const auto match = auction.matcher.match(group, catalog);
      if (!match || !match->keyword.exists()) continue;
    }
    groups.add(group);
  }
}

}  // namespace

void list_candidates(const AuctionView& auction, bool whole, GroupCursor& groups) {
  const Catalog& catalog = auction.context.catalog;
  const RequestFacts& facts = auction.facts;
  groups.clear();
  if (!whole) list_predicted(auction, groups);
  if (auction.needs_keyword) {
    auction.matcher.list(catalog, groups);
  } else {
    for (const Symbol tag : facts.tags) groups.add(catalog.groups_under({TermKind::kTag, tag}));
    for (const Symbol category : facts.categories) {
      groups.add(catalog.groups_under({TermKind::kCategory, category}));
    }
    groups.add(catalog.groups_under({TermKind::kPlacement, auction.placement.value}));
    groups.add(catalog.groups_under({TermKind::kEverything, 0}));
  }
  groups.start(catalog);
}

void gather_ads_of_items(const AuctionView& auction, std::vector<AdIx>& ads) {
  ads.clear();
  for (const Symbol item : auction.facts.items) {
    const std::span<const AdIx> more = auction.context.catalog.ads_of_item(item);
    ads.insert(ads.end(), more.begin(), more.end());
  }
}

}  // namespace gavel
