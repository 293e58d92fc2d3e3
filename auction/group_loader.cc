#include "auction/group_loader.h"

#include <cstddef>

namespace gavel {
namespace {

constexpr std::ptrdiff_t kLine = 64;

template <class T>
void prefetch_object(const T* object) {
  const char* const first = reinterpret_cast<const char*>(object);
  for (std::ptrdiff_t offset = 0; offset < static_cast<std::ptrdiff_t>(sizeof(T)); offset += kLine) {
    __builtin_prefetch(first + offset);
  }
}

template <class T>
void prefetch_list(const std::vector<T>& list) {
  if (!list.empty()) __builtin_prefetch(list.data());
}

void find_rows(LoadedGroup& group, const Catalog& catalog) {
  group.row = &catalog[group.group];
  group.ads = &catalog.ad_list(group.group);
  group.keywords = &catalog.keyword_list(group.group);
  __builtin_prefetch(group.row);
  __builtin_prefetch(group.ads);
  __builtin_prefetch(group.keywords);
}

void find_group(LoadedGroup& group, bool needs_keyword) {
  group.view.group = group.row->serving.get();
  prefetch_object(group.view.group);
  group.ads->prefetch();
  if (needs_keyword) group.keywords->prefetch();
}

void find_campaign_row(LoadedGroup& group, const Catalog& catalog) {
  const AdGroupServing& serving = *group.view.group;
  group.view.campaign_ix = serving.campaign;
  group.campaign_row = &catalog[serving.campaign];
  __builtin_prefetch(group.campaign_row);
  prefetch_list(serving.placements);
  prefetch_list(serving.categories);
  prefetch_list(serving.audience);
  for (const AdIx ad : group.ads->span()) __builtin_prefetch(&catalog[ad]);
}

void find_campaign(LoadedGroup& group, const AuctionView& auction) {
  group.view.campaign = group.campaign_row->serving.get();
  prefetch_object(group.view.campaign);
  if (auction.needs_keyword) auction.matcher.prefetch(group.keywords->span(), auction.context.catalog);
}

void find_payers(LoadedGroup& group, const AuctionContext& context) {
  const CampaignServing& campaign = *group.view.campaign;
  group.view.advertiser_ix = campaign.advertiser;
  group.view.advertiser = &context.catalog[campaign.advertiser];
  __builtin_prefetch(group.view.advertiser);
  context.accounts.prefetch(group.view.campaign_ix, campaign.advertiser);
  prefetch_list(campaign.schedule);
  prefetch_list(campaign.regions);
  prefetch_list(campaign.devices);
  prefetch_list(campaign.device_multipliers);
  prefetch_list(campaign.region_multipliers);
  prefetch_list(campaign.tag_multipliers);
}

}  // namespace

void load(std::span<LoadedGroup> groups, const AuctionView& auction) {
  const Catalog& catalog = auction.context.catalog;
  for (LoadedGroup& group : groups) find_rows(group, catalog);
  for (LoadedGroup& group : groups) {
    group.live = group.row->live;
    if (group.live) find_group(group, auction.needs_keyword);
  }
  for (LoadedGroup& group : groups) {
    if (group.live) find_campaign_row(group, catalog);
  }
  for (LoadedGroup& group : groups) {
    group.live = group.live && group.campaign_row->live;
    if (group.live) find_campaign(group, auction);
  }
  for (LoadedGroup& group : groups) {
    if (group.live) find_payers(group, auction.context);
  }
  for (LoadedGroup& group : groups) group.live = group.live && group.view.advertiser->live;
}

}  // namespace gavel
