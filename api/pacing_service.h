// Pacing as the service runs it: watches the traffic, plans from the catalog, steps the pacer, keeps it on disk.
#pragma once

#include <memory>
#include <optional>

#include "auction/catalog_publisher.h"
#include "auction/pacing_planner.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/pacer.h"
#include "budget/pacing_laws.h"
#include "budget/store.h"
#include "budget/traffic_counts.h"
#include "budget/traffic_watch.h"

namespace gavel {

// All outlive it.
struct PacingParts {
  Store& store;
  const Calendar& calendar;
  Accounts& accounts;
  const CatalogPublisher& catalog;
};

// load(), step(), skip() and save(): one thread at a time. The rest: any thread.
class PacingService {
 public:
  PacingService(const PacingParts& parts, std::size_t workers);

  // Takes up where the last process stopped. After the accounts and before the first step.
  void load();
  // Business time has come to `now`. Changes of the catalog are taken up within kPlanPeriod; the minute that ends goes to
  // the disk.
  void step(Timestamp now);
  // Business time has come to `now`, but not by passing: the machine slept, or the system's clock was set, or lies behind so
  // that business time stood. Before the step of that time. The traffic of this while belongs to no hour.
  void skip(Timestamp now);
  // The same as step() for everything at once: before a jump of a manual clock, with the time that it leaves, so that what was
  // changed is paced from there on, and after it.
  void step_all(Timestamp now);
  // What a process that ends must leave behind.
  void save(Timestamp now);

  TrafficCounts& traffic(std::size_t worker) { return books_.book(worker); }
  PacingView view(CampaignIx campaign) const { return pacer_.view(campaign); }

 private:
  void plan(Timestamp now);
  void save_minute(Timestamp now);

  PacingParts parts_;
  TrafficBooks books_;
  TrafficWatch watch_;
  ThrottleLaw throttle_;
  ShadingLaw shading_;
  Pacer pacer_;
  PacingPlanner planner_;
  std::optional<Timestamp> watched_at_, planned_at_, dropped_at_;
  std::uint64_t planned_version_ = 0;
  std::int64_t minute_ = 0;
};

}  // namespace gavel
