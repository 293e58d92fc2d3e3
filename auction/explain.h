// The account of an auction: every ad that was considered, and why it was shown or not.
#pragma once

#include <utility>
#include <vector>

#include "auction/evaluation.h"
#include "auction/price_to_win.h"
#include "auction/ranking.h"

namespace gavel {

// An auction that is over: its candidates, all of them, with their last reasons.
struct DecidedAuction {
  std::span<const Candidate> candidates;
  const Ranking& ranking;  // finished, and whole
  std::size_t shown;       // its first ads
  const RankingOrder& before;
  RankingRules rules;
};

// Working memory of explain().
struct ExplainScratch {
  std::vector<std::pair<AdIx, std::uint32_t>> by_ad;  // where each candidate is
  ScratchMap done;
  PriceToWinScratch price_to_win;
};

// Appends to `result.explanations`, and enters in `placement`, at most kExplainMax entries: first the
// request's explain_ad_ids in their order, each once, unknown ones left out; then the ranking, best first;
// then what was filtered, in the order in which the ads were made. Where neither a query nor item_ids narrow
// the request, the ads that the term lists passed over count as considered too.
void explain(const AuctionView& auction, const DecidedAuction& decided, ExplainScratch& scratch,
             PlacementResult& placement, AuctionResult& result);

}  // namespace gavel
