// The first stage of an auction: which ad groups are looked at, and in which order.
#pragma once

#include <vector>

#include "auction/group_cursor.h"
#include "auction/request_facts.h"

namespace gavel {

// Fills `groups`, for a request that does not limit its items. Every group with an ad that could be eligible and win is
// among them: on a search placement with a query those with a positive keyword match; else those that the term lists of
// the user's tags, the request's categories, this placement and everything give. Where not the `whole` of them will be
// looked at, groups whose ads have a prediction come first: bounds know nothing of it.
void list_candidates(const AuctionView& auction, bool whole, GroupCursor& groups);

// Replaces `ads` by those of the items that the request is limited to.
void gather_ads_of_items(const AuctionView& auction, std::vector<AdIx>& ads);

}  // namespace gavel
