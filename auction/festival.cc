#include "auction/festival.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace gavel {
namespace {

bool holds_category(const FestivalServing& festival, Symbol category) {
  const std::vector<Symbol>& categories = festival.categories;
  if (categories.empty()) return true;
  return category != kNoSymbol &&
         std::find(categories.begin(), categories.end(), category) != categories.end();
}

}  // namespace

const FestivalPhase* phase_at(const FestivalServing& festival, Timestamp now) {
  const auto running = [now](const FestivalPhase& phase) { return phase.start <= now && now < phase.end; };
  const auto phase = std::find_if(festival.phases.begin(), festival.phases.end(), running);
  return phase == festival.phases.end() ? nullptr : &*phase;
}

FestivalInForce festival_in_force(const Catalog& catalog, const CampaignServing& campaign, Symbol category,
                                  Timestamp now) {
  FestivalInForce best;
  for (const CampaignFestival& joined : campaign.festivals) {  // by id, so that the first of equals stays
    const FestivalRow& row = catalog[joined.festival];
    if (!row.live || !holds_category(*row.serving, category)) continue;
    const FestivalPhase* phase = phase_at(*row.serving, now);
    if (phase == nullptr || (best.festival.exists() && phase->boost <= best.boost)) continue;
    best = {joined.festival, joined.account, phase->boost, joined.bid_multiplier};
  }
  return best;
}

RunningFestivals running_festivals(const Catalog& catalog, Timestamp now) {
  RunningFestivals running;
  for (std::uint32_t i = 0; i < catalog.festival_limit(); ++i) {
    const FestivalRow& row = catalog[FestivalIx{i}];
    const FestivalPhase* phase = row.live ? phase_at(*row.serving, now) : nullptr;
    if (phase == nullptr) continue;
    const double boost = std::max(1.0, phase->boost.millionths / 1e6);
    running.any = true;
    running.stretch = std::max(running.stretch, boost * std::max(1.0, row.multiplier_max.millionths / 1e6));
  }
  return running;
}

std::vector<FestivalIx> festivals_in_force(const Catalog& catalog, const CampaignServing& campaign,
                                           Timestamp now) {
  std::vector<std::pair<Factor, FestivalIx>> running;
  for (const CampaignFestival& joined : campaign.festivals) {
    const FestivalRow& row = catalog[joined.festival];
    const FestivalPhase* phase = row.live ? phase_at(*row.serving, now) : nullptr;
    if (phase != nullptr) running.emplace_back(phase->boost, joined.festival);
  }
  std::ranges::stable_sort(running, std::ranges::greater{}, &std::pair<Factor, FestivalIx>::first);

  std::vector<FestivalIx> in_force;
  std::unordered_set<Symbol> taken;  // categories whose ads a larger boost lifts already
  for (const auto& [boost, festival] : running) {
    const std::vector<Symbol>& categories = catalog[festival].serving->categories;
    if (categories.empty()) {  // it takes all that is left
      in_force.push_back(festival);
      break;
    }
    const std::size_t taken_before = taken.size();
    taken.insert(categories.begin(), categories.end());
    if (taken.size() > taken_before) in_force.push_back(festival);
  }
  return in_force;
}

}  // namespace gavel
