// How far a campaign's multipliers raise bids, and for which requests.
#pragma once

#include <cstdint>

#include "auction/serving.h"
#include "auction/signature.h"

namespace gavel {

// The most that a campaign's multipliers, other than festivals', make of a bid; each at least 1.
struct TargetingStretch {
  double schedule = 1, device = 1, region = 1, tags = 1;
  double all() const { return schedule * device * region * tags; }
};
TargetingStretch targeting_stretch(const CampaignServing& campaign);

// By how much less than the campaign's stretch says its bids are raised for a request that has none of what has a multiplier
// above one. The lists are sorted by what holds for every request; this tells of one request, before anything else of the
// group is fetched. All zeros: nothing is known, so nothing is less.
struct RaisedBids {
  std::uint64_t tags = 0;     // with a multiplier above one, as signatures
  std::uint32_t regions = 0;
  std::uint32_t times = 0;    // time_bits()
  std::uint16_t devices = 0;
  // What a request without any of them takes off a bound, in 256ths, rounded down.
  std::uint8_t tags_part = 0, regions_part = 0, times_part = 0, devices_part = 0;
  std::uint16_t no_festivals = 0;  // 1 = the campaign has joined none; GroupGate::kFestivals cannot say so of an unknown one
  bool operator==(const RaisedBids&) const = default;
};

RaisedBids raised_bids_of(const CampaignServing& campaign);

// How much of the campaign's stretch is left for a request that has what `request` has, of which the signatures alone count: a
// share, at most 1 and never too little.
double share_left(const RaisedBids& raised, const RaisedBids& request);

}  // namespace gavel
