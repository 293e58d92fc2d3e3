// One ad on its way through an auction.
#pragma once

#include "auction/catalog.h"
#include "auction/festival.h"
#include "auction/result.h"

namespace gavel {

struct Candidate {
  AdIx ad;
  AdGroupIx ad_group;
  CampaignIx campaign;
  AdvertiserIx advertiser;
  KeywordIx keyword;  // one of the best (GroupMatch); of a winner the one to be named; none where none was needed
  Symbol item = kNoSymbol;
  Pricing pricing = Pricing::kCpc;
  bool admitted = false;  // nothing speaks against it: it stands in the ranking, or is cut from it
  Reason reason = Reason::kOutranked;
  FestivalInForce festival;
  Probability pctr;
  Micros effective_bid;
  Micros reserve;
  std::uint64_t weight = 0;  // at 1e-9
  Score score = 0;
  std::uint32_t landing_revision = 0;
};

}  // namespace gavel
