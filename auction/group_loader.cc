#include "auction/group_loader.h"

#include <cstddef>

#include "budget/prefetch.h"

namespace gavel {
namespace {

// Most packed lists are within so many bytes behind their value.
constexpr std::size_t kLists = 96;

void find_row(LoadedGroup& group, const Catalog& catalog) {
  group.row = &catalog[group.group];
  prefetch_object(group.row);
}

void find_group(LoadedGroup& group) {
  group.view.group = group.row->serving.get();
  prefetch_object(group.view.group, kLists);
}

void find_campaign_path(LoadedGroup& group, const Catalog& catalog) {
  group.view.campaign_ix = group.view.group->campaign;
  catalog.prefetch_path(group.view.campaign_ix);
}

void find_campaign_row(LoadedGroup& group, const Catalog& catalog) {
  group.campaign_row = &catalog[group.view.campaign_ix];
  __builtin_prefetch(group.campaign_row);
}

void find_campaign(LoadedGroup& group) {
  group.view.campaign = group.campaign_row->serving.get();
  prefetch_object(group.view.campaign, kLists);
}

void find_advertiser_path(LoadedGroup& group, const Catalog& catalog) {
  group.view.advertiser_ix = group.view.campaign->advertiser;
  catalog.prefetch_path(group.view.advertiser_ix);
}

void find_advertiser(LoadedGroup& group, const Catalog& catalog) {
  group.view.advertiser = &catalog[group.view.advertiser_ix];
  __builtin_prefetch(group.view.advertiser);
}

void find_lists(const LoadedGroup& group, const AuctionView& auction) {
  if (auction.needs_keyword) group.row->keywords.prefetch();
  group.row->ads.prefetch();
  auction.context.accounts.prefetch(group.view.campaign_ix, group.view.advertiser_ix);
}

void find_paths(LoadedGroup& group, const AuctionView& auction, std::vector<GroupKeyword>& likely) {
  const Catalog& catalog = auction.context.catalog;
  group.likely_begin = static_cast<std::uint32_t>(likely.size());
  if (auction.needs_keyword) auction.matcher.sift(group.row->keywords.span(), likely);
  group.likely_end = static_cast<std::uint32_t>(likely.size());
  for (std::uint32_t i = group.likely_begin; i < group.likely_end; ++i) catalog.prefetch_path(likely[i].keyword);
  for (const AdIx ad : group.row->ads.span()) catalog.prefetch_path(ad);
}

void find_ads(const LoadedGroup& group, const Catalog& catalog) {
  for (const AdIx ad : group.row->ads.span()) catalog.prefetch(ad);
}

bool is_wanted(const LoadedGroup& group, bool whole) {
  return group.live && (whole || !group.reason);
}

}  // namespace

void load(LoadedGroups& batch, const AuctionView& auction, bool whole) {
  const Catalog& catalog = auction.context.catalog;
  std::vector<LoadedGroup>& groups = batch.groups;
  for (const LoadedGroup& group : groups) catalog.prefetch_path(group.group);
  for (LoadedGroup& group : groups) find_row(group, catalog);
  for (LoadedGroup& group : groups) {
    group.live = group.row->live;
    if (group.live) find_group(group);
  }
  for (LoadedGroup& group : groups) {
    if (group.live) find_campaign_path(group, catalog);
  }
  for (LoadedGroup& group : groups) {
    if (group.live) find_campaign_row(group, catalog);
  }
  for (LoadedGroup& group : groups) {
    group.live = group.live && group.campaign_row->live;
    if (group.live) find_campaign(group);
  }
  for (LoadedGroup& group : groups) {
    if (group.live) find_advertiser_path(group, catalog);
  }
  for (LoadedGroup& group : groups) {
    if (group.live) find_advertiser(group, catalog);
  }
  for (LoadedGroup& group : groups) {
    group.live = group.live && group.view.advertiser->live;
    if (group.live) group.reason = why_group_is_out(auction, group.view);
    if (is_wanted(group, whole)) find_lists(group, auction);
  }
  for (LoadedGroup& group : groups) {
    if (is_wanted(group, whole)) find_paths(group, auction, batch.likely);
  }
  for (const GroupKeyword& entry : batch.likely) catalog.prefetch(entry.keyword);
  for (const LoadedGroup& group : groups) {
    if (is_wanted(group, whole)) find_ads(group, catalog);
  }
}

}  // namespace gavel
