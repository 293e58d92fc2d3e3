// From a bid to the effective bid: one multiplier after the other, each step rounded down to the micro.
#pragma once

#include <span>

#include "auction/request_facts.h"

namespace gavel {

// The first entry that holds at this local time; nullptr where none does.
const ScheduleEntry* schedule_entry(std::span<const ScheduleEntry> schedule, const LocalTime& local);

// The bid x schedule x device x region x each matching tag in byte order, held at kMaxBid: all of the
// effective bid but the festival's multiplier, which hangs on the ad. Off schedule the schedule's multiplier
// is one.
Micros targeted_bid(Micros bid, const CampaignServing& campaign, const RequestFacts& facts);

}  // namespace gavel
