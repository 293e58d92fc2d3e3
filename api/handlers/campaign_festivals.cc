#include "api/handlers/campaign_festivals.h"

#include <algorithm>

#include "auction/festival.h"

namespace gavel {
namespace {

PhaseState state_of(const FestivalPhase& phase, Timestamp now) {
  if (now < phase.start) return PhaseState::kComing;
  return now < phase.end ? PhaseState::kRunning : PhaseState::kPast;
}

}  // namespace

std::string_view phase_state_name(PhaseState state) {
  switch (state) {
    case PhaseState::kPast:
      return "past";
    case PhaseState::kRunning:
      return "running";
    case PhaseState::kComing:
      return "coming";
  }
  return "coming";
}

std::vector<JoinedFestival> campaign_festivals(const Catalog& catalog, const Accounts& accounts,
                                               CampaignIx campaign, Timestamp now) {
  const CampaignServing& serving = *catalog[campaign].serving;
  const std::int64_t own_budget = accounts[campaign].daily_budget.load(std::memory_order_acquire);
  const std::vector<FestivalIx> in_force = festivals_in_force(catalog, serving, now);
  std::vector<JoinedFestival> festivals;
  for (const CampaignFestival& joined : serving.festivals) {
    const FestivalRow& row = catalog[joined.festival];
    if (!row.live) continue;
    const Micros extra{accounts[joined.account].daily_budget.load(std::memory_order_acquire)};
    JoinedFestival& shown = festivals.emplace_back();
    shown.festival = joined.festival;
    shown.bid_multiplier = joined.bid_multiplier;
    if (extra > Micros{0}) shown.daily_budget = extra;
    const bool counts = std::ranges::find(in_force, joined.festival) != in_force.end();
    for (const FestivalPhase& phase : row.serving->phases) {
      const PhaseState state = state_of(phase, now);
      shown.phases.push_back({.name = phase.name,
                              .from = phase.start,
                              .to = phase.end,
                              .boost = phase.boost,
                              .effective_daily_budget = own_budget == kNoLimit
                                                            ? std::nullopt
                                                            : std::optional(Micros{own_budget} + extra),
                              .state = state,
                              .in_force = counts && state == PhaseState::kRunning});
    }
  }
  return festivals;
}

}  // namespace gavel
