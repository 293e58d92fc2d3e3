// The rows that an auction reads of ad groups, fetched for many groups side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "auction/eligibility.h"

namespace gavel {

// What an auction reads of a group, so that nobody after load() walks to it again.
struct LoadedGroup {
  AdGroupIx group;
  bool live = false;  // nothing else below counts where it, or something above it, is not live
  std::optional<Reason> reason;  // that keeps the group out, before its keywords are matched
  GroupView view;
  const AdGroupRow* row = nullptr;
  std::uint32_t likely_begin = 0, likely_end = 0;  // LoadedGroups::likely: of its keywords those that may match

  // Who most likely pays, to fetch ahead: from its gate and their account, which may be of a snapshot to come.
  CampaignIx campaign;
  AdvertiserIx advertiser;
};

// Reused from batch to batch.
struct LoadedGroups {
  std::vector<LoadedGroup> groups;
  std::vector<GroupKeyword> likely;

  void clear() {
    groups.clear();
    likely.clear();
  }
  std::span<const GroupKeyword> likely_of(const LoadedGroup& group) const {
    return std::span(likely).subspan(group.likely_begin, group.likely_end - group.likely_begin);
  }
};

// Fills what stands below `group` in each; pointers live as long as the auction's catalog. What is read only of groups that nothing
// keeps out (of all where `whole`) is fetched last: their keywords and ads, of which there may be many. What one group and those above
// and below it take to look at lies in some twenty places of memory, each known from another: every step asks the processor for what
// the last one has made known, of all groups, so that their waits overlap. Gate and account say who pays before the group's own
// row has come, so that both ways up are gone at once.
void load(LoadedGroups& batch, const AuctionView& auction, bool whole);

}  // namespace gavel
