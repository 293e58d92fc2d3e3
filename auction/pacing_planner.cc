#include "auction/pacing_planner.h"

#include <algorithm>
#include <utility>

#include "auction/festival.h"
#include "auction/festival_traffic.h"
#include "budget/give_way.h"

namespace gavel {
namespace {

constexpr std::uint32_t kAllPlacements = 63;

TrafficScope scope_of(const Catalog& catalog, const CampaignServing& serving, std::uint64_t placements) {
  TrafficScope scope;
  if ((placements >> kAllPlacements & 1) == 0) {
    for (std::uint32_t ix = 0; ix < kAllPlacements; ++ix) {
      if ((placements >> ix & 1) != 0) scope.placements.push_back({ix});
    }
  }
  for (const Symbol region : serving.regions) scope.regions.emplace_back(catalog.symbols().regions.at(region));
  std::ranges::sort(scope.regions);
  for (const Symbol device : serving.devices) scope.devices.emplace_back(catalog.symbols().devices.at(device));
  std::ranges::sort(scope.devices);
  for (const ScheduleEntry& entry : serving.schedule) {
    scope.schedule.push_back({entry.days, entry.from_minute, entry.to_minute});
  }
  return scope;
}

// The festival in force for the campaign at t, whatever its categories: the largest boost, ties by least id.
const CampaignFestival* in_force(const Catalog& catalog, const CampaignServing& serving, Timestamp t) {
  const CampaignFestival* best = nullptr;
  Factor boost;
  for (const CampaignFestival& joined : serving.festivals) {
    const FestivalRow& row = catalog[joined.festival];
    const FestivalPhase* const phase = row.live ? phase_at(*row.serving, t) : nullptr;
    if (phase == nullptr || (best != nullptr && phase->boost <= boost)) continue;
    best = &joined;
    boost = phase->boost;
  }
  return best;
}

}  // namespace

void PacingPlanner::take_changes(const Catalog& catalog) {
  changed_.clear();
  Catalog::Top now = catalog.top();
  now.campaigns.visit_changes(before_.campaigns, [&](std::uint32_t ix) {
    const CampaignRow &row = now.campaigns.at(ix), &before = before_.campaigns.at(ix);
    if (row.serving == before.serving && row.live == before.live) return;
    if (!before.serving) campaigns_.add(row.serving->advertiser, {ix});
    changed_.push_back({ix});
  });
  now.ad_groups.visit_changes(before_.ad_groups, [&](std::uint32_t ix) {
    const AdGroupRow &row = now.ad_groups.at(ix), &before = before_.ad_groups.at(ix);
    if (row.serving == before.serving && row.live == before.live) return;
    if (!before.serving) groups_.add(row.serving->campaign, {ix});
    changed_.push_back(row.serving->campaign);
  });
  now.advertisers.visit_changes(before_.advertisers, [&](std::uint32_t ix) {
    if (now.advertisers.at(ix).active == before_.advertisers.at(ix).active) return;
    campaigns_.visit({ix}, [&](CampaignIx campaign) { changed_.push_back(campaign); });
  });
  before_ = std::move(now);
  std::ranges::sort(changed_);
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
}

PacingPlanner::Groups PacingPlanner::groups_of(const Catalog& catalog, CampaignIx campaign) const {
  Groups groups;
  groups_.visit(campaign, [&](AdGroupIx ix) {
    const AdGroupRow& row = catalog[ix];
    if (!row.live || !row.serving->enabled) return;
    groups.bid = std::max(groups.bid, row.serving->bid.value);
    if (row.serving->placements.empty()) groups.placements |= std::uint64_t{1} << kAllPlacements;
    for (const PlacementIx placement : row.serving->placements) {
      groups.placements |= std::uint64_t{1} << std::min(placement.value, kAllPlacements);
    }
  });
  return groups;
}

bool PacingPlanner::festivals_changed(const Catalog& catalog) {
  const std::uint32_t count = catalog.festival_limit();
  std::vector<SharedPtr<FestivalServing>> festivals(count);
  for (std::uint32_t ix = 0; ix < count; ++ix) {
    const FestivalRow& row = catalog[FestivalIx{ix}];
    if (row.live) festivals[ix] = row.serving;
  }
  if (std::exchange(festivals_, festivals) == festivals) return false;
  expect_festivals();
  return true;
}

void PacingPlanner::expect_festivals() {
  std::vector<const FestivalPhase*> phases;
  for (const SharedPtr<FestivalServing>& festival : festivals_) {
    if (!festival) continue;
    for (const FestivalPhase& phase : festival->phases) phases.push_back(&phase);
  }
  // The phases live as long as their festivals, which the function holds.
  traffic_.set_multiplier([phases, festivals = festivals_](Timestamp from, Timestamp to) {
    return traffic_between(phases, from, to) / std::chrono::duration<double>(to - from).count();
  });
}

std::vector<ExtraBudget> PacingPlanner::extra_of(const Catalog& catalog, const CampaignServing& serving,
                                                 Timestamp now) const {
  const Day today = calendar_.day_of(now);
  const Timestamp begin = calendar_.day_begin(today), end = calendar_.day_end(today);
  std::vector<Timestamp> borders{begin, end};
  for (const CampaignFestival& joined : serving.festivals) {
    const FestivalRow& row = catalog[joined.festival];
    if (!row.live) continue;
    for (const FestivalPhase& phase : row.serving->phases) {
      borders.push_back(std::clamp(phase.start, begin, end));
      borders.push_back(std::clamp(phase.end, begin, end));
    }
  }
  std::ranges::sort(borders);
  std::vector<ExtraBudget> extra;
  for (std::size_t i = 0; i + 1 < borders.size(); ++i) {
    if (borders[i] == borders[i + 1]) continue;
    const CampaignFestival* const joined = in_force(catalog, serving, borders[i]);
    if (joined == nullptr || !joined->account.exists()) continue;
    auto place = std::ranges::find(extra, joined->account, &ExtraBudget::account);
    if (place == extra.end()) place = extra.insert(extra.end(), ExtraBudget{joined->account, {}});
    place->times.emplace_back(borders[i], borders[i + 1]);
  }
  return extra;
}

PacingPlan PacingPlanner::plan_of(const Catalog& catalog, const CampaignServing& serving, const Groups& groups,
                                  bool active, Timestamp now) {
  const std::int64_t bid = serving.pricing == Pricing::kCpc ? groups.bid : groups.bid / 1'000;
  return {.paced = serving.pacing == PacingMode::kEven,
          .serving = serving.enabled && active,
          .method = serving.pacing_method,
          .scope = traffic_.scopes().intern(scope_of(catalog, serving, groups.placements)),
          .charge = {std::max<std::int64_t>(bid, 1)},
          .start = serving.start,
          .end = serving.end,
          .extra = extra_of(catalog, serving, now)};
}

void PacingPlanner::plan(const Catalog& catalog, CampaignIx campaign, bool anew, Timestamp now) {
  const CampaignRow& row = catalog[campaign];
  Planned& planned = planned_[campaign.value];
  if (!row.live) {
    if (planned.serving) pacer_.plan(campaign, {});
    planned = {};
    return;
  }
  const CampaignServing& serving = *row.serving;
  const bool active = catalog[serving.advertiser].active;
  const Groups groups = groups_of(catalog, campaign);
  const bool same = planned.serving == row.serving && planned.groups == groups && planned.active == active;
  if (same && !anew) return;
  pacer_.plan(campaign, plan_of(catalog, serving, groups, active, now));
  planned = {row.serving, groups, active};
}

std::size_t PacingPlanner::update(const Catalog& catalog, Timestamp now) {
  take_changes(catalog);
  const Day today = calendar_.day_of(now);
  const bool new_day = std::exchange(day_, today) != today;
  const bool other_festivals = festivals_changed(catalog) || new_day;
  if (!changed_.empty()) planned_.resize(std::max<std::size_t>(planned_.size(), changed_.back().value + std::size_t{1}));
  GiveWay give_way;
  for (const CampaignIx campaign : changed_) {
    plan(catalog, campaign, false, now);
    give_way.now_and_then();
  }
  std::size_t looked_at = changed_.size();
  if (other_festivals) {
    for (std::uint32_t ix = 0; ix < planned_.size(); ++ix) {
      give_way.now_and_then();
      if (!planned_[ix].serving || planned_[ix].serving->festivals.empty()) continue;
      plan(catalog, {ix}, true, now);
      ++looked_at;
    }
  }
  return looked_at;
}

}  // namespace gavel
