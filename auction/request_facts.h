// What one request asks for, in the catalog's numbers: worked out once, read for every candidate.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "auction/auction.h"
#include "auction/festival.h"
#include "auction/keyword_matcher.h"
#include "auction/request.h"
#include "auction/scratch_map.h"
#include "budget/pacing.h"

namespace gavel {

// Names that no resource uses have no symbol and are left out: they can match nothing. Lists are ascending
// and hold each symbol once, except `regions`.
struct RequestFacts {
  LocalTime local;
  RunningFestivals festivals;
  PacingDraws draws;
  bool has_tags = false;  // the request names tags, known or not
  std::vector<Symbol> tags, categories, items;
  std::vector<Symbol> regions;  // the user's region and those that hold it, longest first
  Symbol device = kNoSymbol;
  ScratchMap predicted_pctr;  // ad -> nano; where an ad is predicted twice the last one counts
  std::vector<AdIx> predicted_ads;  // its keys

  bool has_tag(Symbol tag) const;
  bool has_category(Symbol category) const;
  bool has_item(Symbol item) const;
  std::optional<Probability> prediction(AdIx ad) const;
};

// Fills `facts`, reusing its memory.
void resolve(const AuctionRequest& request, const AuctionContext& context, RequestFacts& facts);

// What every stage of one auction reads.
struct AuctionView {
  const AuctionRequest& request;
  const AuctionContext& context;
  const RequestFacts& facts;
  PlacementIx placement;
  const PlacementDoc& rules;
  std::uint32_t slots = 0;        // asked for, at most the placement's positions
  bool needs_keyword = false;     // a search placement and a query
  const KeywordMatcher& matcher;  // of the query, where needs_keyword
  const ScratchMap& shown_items;  // in the auctions before this one
};

}  // namespace gavel
