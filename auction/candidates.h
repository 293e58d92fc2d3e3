// The first stage of an auction: which ads are looked at.
#pragma once

#include <vector>

#include "auction/request_facts.h"

namespace gavel {

// Replaces `ads` by the candidates, each once, those of one ad group side by side except where the request
// limits the items. Every ad that could be eligible is among them: with item_ids the ads of these items; on a
// search placement with a query the ads of the groups with a positive keyword match; else those of the groups
// that the term lists of the user's tags, the request's categories, this placement and everything give.
// `seen` is working memory.
void gather_candidates(const AuctionView& auction, ScratchMap& seen, std::vector<AdIx>& ads);

}  // namespace gavel
