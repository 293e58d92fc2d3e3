#include "auction/bid.h"

#include <algorithm>

namespace gavel {
namespace {

// One where the symbol has no multiplier.
Factor multiplier_of(std::span<const SymbolFactor> multipliers, Symbol symbol) {
  for (const SymbolFactor& entry : multipliers) {
    if (entry.symbol == symbol) return entry.factor;
  }
  return {};
}

// That of the longest of the user's regions that has one.
Factor region_multiplier(std::span<const SymbolFactor> multipliers, std::span<const Symbol> longest_first) {
  for (const Symbol region : longest_first) {
    for (const SymbolFactor& entry : multipliers) {
      if (entry.symbol == region) return entry.factor;
    }
  }
  return {};
}

}  // namespace

const ScheduleEntry* schedule_entry(std::span<const ScheduleEntry> schedule, const LocalTime& local) {
  const auto holds = [&local](const ScheduleEntry& entry) {
    return ((entry.days >> local.weekday) & 1) != 0 && entry.from_minute <= local.minute_of_day &&
           local.minute_of_day < entry.to_minute;
  };
  const auto entry = std::find_if(schedule.begin(), schedule.end(), holds);
  return entry == schedule.end() ? nullptr : &*entry;
}

Micros targeted_bid(Micros bid, const CampaignServing& campaign, const RequestFacts& facts) {
  if (const ScheduleEntry* entry = schedule_entry(campaign.schedule, facts.local); entry != nullptr) {
    bid = scale_bid(bid, entry->bid_multiplier);
  }
  if (facts.device != kNoSymbol)
    bid = scale_bid(bid, multiplier_of(campaign.device_multipliers, facts.device));
  bid = scale_bid(bid, region_multiplier(campaign.region_multipliers, facts.regions));
  for (const SymbolFactor& entry : campaign.tag_multipliers) {
    if (facts.has_tag(entry.symbol)) bid = scale_bid(bid, entry.factor);
  }
  return bid;
}

}  // namespace gavel
