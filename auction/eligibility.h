// Whether an ad group is to be shown to this user, here and now: the reasons that hang on targeting and
// status.
#pragma once

#include <optional>

#include "auction/request_facts.h"

namespace gavel {

// An ad group and what is above it, all live.
struct GroupView {
  CampaignIx campaign_ix;
  AdvertiserIx advertiser_ix;
  const AdGroupServing* group = nullptr;
  const CampaignServing* campaign = nullptr;
  const AdvertiserRow* advertiser = nullptr;
};

// None where the group or something above it is not live.
std::optional<GroupView> view_of(const Catalog& catalog, AdGroupIx group);

// The first of the contract's reasons from `suspended` to `schedule` that keeps the whole group out; none where
// nothing does.
std::optional<Reason> why_group_is_out(const AuctionView& auction, const GroupView& view);

// Why a group that nothing else keeps out has no keyword to be shown for: `negative_keyword`, else kNoKeyword; none where
// it has one. `match`: what matches of it.
std::optional<Reason> why_keywords_fail(const std::optional<GroupMatch>& match);

}  // namespace gavel
