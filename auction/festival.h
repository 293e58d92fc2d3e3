// Which festival, if any, lifts an ad at a moment.
#pragma once

#include <vector>

#include "auction/catalog.h"

namespace gavel {

// The festival in force for an ad: its boost, the campaign's multiplier for it and its extra budget go
// together.
struct FestivalInForce {
  FestivalIx festival;  // none where no festival is in force; the factors are one then
  FestivalAccountIx account;
  Factor boost, bid_multiplier;
};

// The phase of this festival that runs at `now`; nullptr where none does. Valid as long as the festival.
const FestivalPhase* phase_at(const FestivalServing& festival, Timestamp now);

// Of the festivals that the campaign has joined, that have a phase running at `now` and whose categories hold
// `category`, the one of largest boost; of equals the one of least id.
FestivalInForce festival_in_force(const Catalog& catalog, const CampaignServing& campaign, Symbol category,
                                  Timestamp now);

// What runs at `now`, for whichever campaigns.
struct RunningFestivals {
  bool any = false;    // where none runs, none is in force for any ad
  double stretch = 1;  // the most that boost and bid multiplier of one make of a score; at least 1
};
RunningFestivals running_festivals(const Catalog& catalog, Timestamp now);

// The joined festivals that are in force at `now` for ads of some category or of none, the largest boost
// first. Where the festivals are for different categories there may be several. Allocates: not for auctions.
std::vector<FestivalIx> festivals_in_force(const Catalog& catalog, const CampaignServing& campaign,
                                           Timestamp now);

}  // namespace gavel
