// The targeting, budgets and times of the demo marketplace's campaigns and ad groups.
#pragma once

#include <cstdint>
#include <string>

#include "auction/resources.h"
#include "bench/marketplace/marketplace.h"
#include "bench/marketplace/prng.h"

namespace gavel {

// Draws campaigns and ad groups: their targeting, budgets and times. Holds references for its own short life.
class CampaignMaker {
 public:
  CampaignMaker(Prng& random, const Marketplace& marketplace) : random_(random), marketplace_(marketplace) {}

  // All but advertiser_id and name.
  CampaignDoc make(Pricing pricing, bool search);
  // All but campaign_id and bid.
  AdGroupDoc make_ad_group(bool search, std::uint32_t kind);

 private:
  void add_budgets(CampaignDoc& doc);
  void add_times(CampaignDoc& doc);
  void add_schedule(CampaignDoc& doc);
  void add_bid_multipliers(CampaignDoc& doc);
  void add_festivals(CampaignDoc& doc);
  void add_audience(AdGroupDoc& doc);
  Factor multiplier(std::int64_t low_percent, std::int64_t high_percent);
  std::string draw_tag();

  Prng& random_;
  const Marketplace& marketplace_;
};

// A province's code, by the number of people there.
std::string draw_province(Prng& random);

}  // namespace gavel
