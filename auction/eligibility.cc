#include "auction/eligibility.h"

#include <algorithm>

#include "auction/bid.h"

namespace gavel {
namespace {

template <class List, class T>
bool contains(const List& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool placement_holds(const AuctionView& auction, const GroupView& view) {
  const bool accepted =
      view.campaign->pricing == Pricing::kCpc ? auction.rules.accepts_cpc : auction.rules.accepts_cpm;
  return accepted && (view.group->placements.empty() || contains(view.group->placements, auction.placement));
}

bool categories_meet(const PackedList<Symbol>& wanted, const RequestFacts& facts) {
  const auto asked_for = [&facts](Symbol category) { return facts.has_category(category); };
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), asked_for);
}

// A request without tags says nothing about its user, so only what is for everyone holds: a clause that
// merely excludes tags does not.
bool audience_holds(const PackedList<ServingClause>& audience, const RequestFacts& facts) {
  if (audience.empty()) return true;
  if (!facts.has_tags) return false;
  const auto tagged = [&facts](Symbol tag) { return facts.has_tag(tag); };
  const auto holds = [&tagged](const ServingClause& clause) {
    return std::all_of(clause.all.begin(), clause.all.end(), tagged) &&
           std::none_of(clause.none.begin(), clause.none.end(), tagged);
  };
  return std::any_of(audience.begin(), audience.end(), holds);
}

bool region_holds(const PackedList<Symbol>& wanted, const RequestFacts& facts) {
  const auto within = [&facts](Symbol region) { return contains(facts.regions, region); };
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), within);
}

bool device_holds(const PackedList<Symbol>& wanted, const RequestFacts& facts) {
  return wanted.empty() || (facts.device != kNoSymbol && contains(wanted, facts.device));
}

}  // namespace

std::optional<GroupView> view_of(const Catalog& catalog, AdGroupIx group) {
  const AdGroupRow& group_row = catalog[group];
  if (!group_row.live) return std::nullopt;
  const CampaignIx campaign = group_row.serving->campaign;
  const CampaignRow& campaign_row = catalog[campaign];
  if (!campaign_row.live) return std::nullopt;
  const AdvertiserIx advertiser = campaign_row.serving->advertiser;
  const AdvertiserRow& advertiser_row = catalog[advertiser];
  if (!advertiser_row.live) return std::nullopt;
  return GroupView{campaign, advertiser, group_row.serving.get(), campaign_row.serving.get(),
                   &advertiser_row};
}

std::optional<Reason> why_group_is_out(const AuctionView& auction, const GroupView& view) {
  const CampaignServing& campaign = *view.campaign;
  const Timestamp now = auction.context.now;
  if (!view.advertiser->active) return Reason::kSuspended;
  if (!campaign.enabled || !view.group->enabled) return Reason::kPaused;
  if (campaign.start && now < *campaign.start) return Reason::kNotStarted;
  if (campaign.end && now >= *campaign.end) return Reason::kEnded;
  if (!placement_holds(auction, view)) return Reason::kPlacement;
  if (!categories_meet(view.group->categories, auction.facts)) return Reason::kCategory;
  if (!audience_holds(view.group->audience, auction.facts)) return Reason::kAudience;
  if (!region_holds(campaign.regions, auction.facts)) return Reason::kRegion;
  if (!device_holds(campaign.devices, auction.facts)) return Reason::kDevice;
  if (!campaign.schedule.empty() && schedule_entry(campaign.schedule, auction.facts.local) == nullptr) {
    return Reason::kSchedule;
  }
  return std::nullopt;
}

std::optional<Reason> why_keywords_fail(const std::optional<GroupMatch>& match) {
  if (match && match->negative) return Reason::kNegativeKeyword;
  if (!match || !match->keyword.exists()) return Reason::kNoKeyword;
  return std::nullopt;
}

}  // namespace gavel
