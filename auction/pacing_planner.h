// What the pacer must know of campaigns, read off the catalog whenever it has changed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "auction/catalog.h"
#include "auction/children.h"
#include "budget/calendar.h"
#include "budget/pacer.h"
#include "budget/traffic_watch.h"

namespace gavel {

// Not thread-safe: used by whoever steps the pacer.
class PacingPlanner {
 public:
  // All outlive it.
  PacingPlanner(Pacer& pacer, TrafficWatch& traffic, const Calendar& calendar)
      : pacer_(pacer), traffic_(traffic), calendar_(calendar) {}

  // Plans every campaign that is not as it was, and all that join festivals where a festival or the day is not. Costs what
  // has changed since the last time, and gives way to auctions on the way. Keeps the rows of advertisers, campaigns and ad
  // groups until the next. Gives how many campaigns it looked at; who has changed and joins festivals may
  // count twice.
  std::size_t update(const Catalog& catalog, Timestamp now);

 private:
  // What ad groups that can serve say about a campaign.
  struct Groups {
    std::uint64_t placements = 0;  // bit: number of the placement; the last bit = all, or one beyond
    std::int64_t bid = 0;          // the highest
    bool operator==(const Groups&) const = default;
  };
  // What a campaign was planned from.
  struct Planned {
    SharedPtr<CampaignServing> serving;
    Groups groups;
    bool active = false;  // its advertiser
  };
  void take_changes(const Catalog& catalog);
  Groups groups_of(const Catalog& catalog, CampaignIx campaign) const;
  void plan(const Catalog& catalog, CampaignIx campaign, bool anew, Timestamp now);
  bool festivals_changed(const Catalog& catalog);
  void expect_festivals();
  PacingPlan plan_of(const Catalog& catalog, const CampaignServing& serving, const Groups& groups, bool active,
                     Timestamp now);
  std::vector<ExtraBudget> extra_of(const Catalog& catalog, const CampaignServing& serving, Timestamp now) const;

  Pacer& pacer_;
  TrafficWatch& traffic_;
  const Calendar& calendar_;
  Catalog::Top before_;                           // as of the last update
  Children<AdvertiserIx, CampaignIx> campaigns_;  // all that were ever met
  Children<CampaignIx, AdGroupIx> groups_;
  std::vector<CampaignIx> changed_;               // since the update before: in order, each once
  std::vector<Planned> planned_;                  // by campaign
  std::vector<SharedPtr<FestivalServing>> festivals_;
  Day day_{};
};

}  // namespace gavel
