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

  // Plans every campaign that is not as it was, and all that join festivals where a festival or the day is not. Costs what
  // has changed since the last time, and gives way to auctions on the way. Keeps the rows of
  // advertisers, campaigns and ad groups until the next.
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
  // By parent the first child and by child the next one, of all that were ever put: parents never change.
  struct Children {
    void add(std::uint32_t parent, std::uint32_t child);
    template <class Visit>
    void visit(std::uint32_t parent, const Visit& visit) const {
      if (parent >= first.size()) return;
      for (std::uint32_t child = first[parent]; child != kNone; child = next[child]) visit(child);
    }
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
    std::vector<std::uint32_t> first, next;
  };

  void find_changed(const Catalog& catalog);
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
  Catalog::Top before_;                 // as of the last update
  Children campaigns_, groups_;         // of advertisers, of campaigns
  std::vector<CampaignIx> changed_;     // in order, each once
  std::vector<Planned> planned_;        // by campaign
  std::vector<SharedPtr<FestivalServing>> festivals_;
  Day day_{};
};

}  // namespace gavel
