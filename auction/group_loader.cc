#include "auction/group_loader.h"

#include <cstddef>

#include "budget/prefetch.h"

namespace gavel {
namespace {

// Most packed lists are within so many bytes behind their value.
constexpr std::size_t kLists = 96;

void ask_for_paths(LoadedGroup& group, const AuctionView& auction) {
  const Catalog& catalog = auction.context.catalog;
  catalog.prefetch_path(group.group);
  group.campaign = {catalog.gate(group.group).campaign};
  catalog.prefetch_path(group.campaign);
  auction.context.accounts.prefetch(group.campaign);
}

void ask_for_rows(LoadedGroup& group, const AuctionView& auction) {
  const Catalog& catalog = auction.context.catalog;
  group.row = &catalog[group.group];
  prefetch_object(group.row);
  catalog.prefetch(group.campaign);
  group.advertiser = auction.context.accounts.advertiser_of(group.campaign);
  catalog.prefetch_path(group.advertiser);
  auction.context.accounts.prefetch(group.advertiser);
}

void ask_for_what_rows_share(const LoadedGroup& group, const AuctionView& auction) {
  const Catalog& catalog = auction.context.catalog;
  prefetch_object(group.row->serving.get(), kLists);
  if (auction.needs_keyword) group.row->keywords.prefetch();
  group.row->ads.prefetch();
  prefetch_object(catalog[group.campaign].serving.get(), kLists);
  catalog.prefetch(group.advertiser);
}

void look(LoadedGroup& group, const AuctionView& auction) {
  const std::optional<GroupView> view = view_of(auction.context.catalog, group.group);
  group.live = view.has_value();
  if (!view) return;
  group.view = *view;
  group.reason = why_group_is_out(auction, group.view);
}

void ask_for_paths_of_lists(LoadedGroup& group, const AuctionView& auction, std::vector<GroupKeyword>& likely) {
  const Catalog& catalog = auction.context.catalog;
  group.likely_begin = static_cast<std::uint32_t>(likely.size());
  if (auction.needs_keyword) auction.matcher.sift(group.row->keywords.span(), likely);
  group.likely_end = static_cast<std::uint32_t>(likely.size());
  for (std::uint32_t i = group.likely_begin; i < group.likely_end; ++i) catalog.prefetch_path(likely[i].keyword);
  for (const AdIx ad : group.row->ads.span()) catalog.prefetch_path(ad);
}

bool is_wanted(const LoadedGroup& group, bool whole) {
  return group.live && (whole || !group.reason);
}

}  // namespace

void load(LoadedGroups& batch, const AuctionView& auction, bool whole) {
  const Catalog& catalog = auction.context.catalog;
  std::vector<LoadedGroup>& groups = batch.groups;
  for (LoadedGroup& group : groups) ask_for_paths(group, auction);
  for (LoadedGroup& group : groups) ask_for_rows(group, auction);
  for (const LoadedGroup& group : groups) ask_for_what_rows_share(group, auction);
  for (LoadedGroup& group : groups) {
    look(group, auction);
    if (is_wanted(group, whole)) ask_for_paths_of_lists(group, auction, batch.likely);
  }
  for (const GroupKeyword& entry : batch.likely) catalog.prefetch(entry.keyword);
  for (const LoadedGroup& group : groups) {
    if (!is_wanted(group, whole)) continue;
    for (const AdIx ad : group.row->ads.span()) catalog.prefetch(ad);
  }
}

}  // namespace gavel
