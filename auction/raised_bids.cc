#include "auction/raised_bids.h"

#include <algorithm>

namespace gavel {
namespace {

constexpr double kParts = 256;

double at_least_one(Factor factor) {
  return std::max(1.0, factor.millionths / 1e6);
}

bool raises(Factor factor) {
  return factor.millionths > kFactorOne;
}

double greatest(const PackedList<SymbolFactor>& factors) {
  double greatest = 1;
  for (const SymbolFactor& entry : factors) greatest = std::max(greatest, at_least_one(entry.factor));
  return greatest;
}

template <class Bits, class Field>
void add_raised(Field& signature, const PackedList<SymbolFactor>& factors) {
  for (const SymbolFactor& entry : factors) {
    if (raises(entry.factor)) signature |= Bits::of(entry.symbol);
  }
}

std::uint8_t part_of(double stretch) {
  return static_cast<std::uint8_t>(std::min((1 - 1 / stretch) * kParts, kParts - 1));
}

double share_without(std::uint8_t part) {
  return 1 - part / kParts;
}

}  // namespace

TargetingStretch targeting_stretch(const CampaignServing& campaign) {
  TargetingStretch stretch;
  for (const ScheduleEntry& entry : campaign.schedule) {
    stretch.schedule = std::max(stretch.schedule, at_least_one(entry.bid_multiplier));
  }
  stretch.device = greatest(campaign.device_multipliers);
  stretch.region = greatest(campaign.region_multipliers);
  for (const SymbolFactor& entry : campaign.tag_multipliers) stretch.tags *= at_least_one(entry.factor);
  return stretch;
}

RaisedBids raised_bids_of(const CampaignServing& campaign) {
  RaisedBids raised;
  add_raised<TagBits>(raised.tags, campaign.tag_multipliers);
  add_raised<RegionBits>(raised.regions, campaign.region_multipliers);
  add_raised<DeviceBits>(raised.devices, campaign.device_multipliers);
  for (const ScheduleEntry& entry : campaign.schedule) {
    if (raises(entry.bid_multiplier)) raised.times |= time_bits(entry.days, entry.from_minute, entry.to_minute);
  }
  const TargetingStretch stretch = targeting_stretch(campaign);
  raised.tags_part = part_of(stretch.tags);
  raised.regions_part = part_of(stretch.region);
  raised.times_part = part_of(stretch.schedule);
  raised.devices_part = part_of(stretch.device);
  raised.no_festivals = campaign.festivals.empty() ? 1 : 0;
  return raised;
}

double share_left(const RaisedBids& raised, const RaisedBids& request) {
  double share = 1;
  if ((raised.tags & request.tags) == 0) share *= share_without(raised.tags_part);
  if ((raised.regions & request.regions) == 0) share *= share_without(raised.regions_part);
  if ((raised.devices & request.devices) == 0) share *= share_without(raised.devices_part);
  if (!may_be_at(raised.times, request.times)) share *= share_without(raised.times_part);
  return share;
}

}  // namespace gavel
