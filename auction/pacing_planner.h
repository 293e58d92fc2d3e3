// What the pacer must know of campaigns, read off the catalog whenever it has changed.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "auction/catalog.h"
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

  // Plans every campaign that is not as it was, and all that join festivals where a festival or the day is not. Walks
  // all ad groups and campaigns: tens of nanoseconds each where nothing has changed.
  void update(const Catalog& catalog, Timestamp now);

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
  void read_groups(const Catalog& catalog);
  bool festivals_changed(const Catalog& catalog);
  void expect_festivals();
  PacingPlan plan_of(const Catalog& catalog, const CampaignServing& serving, const Groups& groups, bool active,
                     Timestamp now);
  std::vector<ExtraBudget> extra_of(const Catalog& catalog, const CampaignServing& serving, Timestamp now) const;

  Pacer& pacer_;
  TrafficWatch& traffic_;
  const Calendar& calendar_;
  std::vector<Groups> groups_;   // by campaign
  std::vector<Planned> planned_;
  std::vector<SharedPtr<FestivalServing>> festivals_;
  Day day_{};
};

}  // namespace gavel
