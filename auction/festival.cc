#include "auction/festival.h"

#include <algorithm>

namespace gavel {
namespace {

const FestivalPhase* phase_at(const FestivalServing& festival, Timestamp now) {
  const auto running = [now](const FestivalPhase& phase) { return phase.start <= now && now < phase.end; };
  const auto phase = std::find_if(festival.phases.begin(), festival.phases.end(), running);
  return phase == festival.phases.end() ? nullptr : &*phase;
}

bool holds_category(const FestivalServing& festival, Symbol category) {
  const std::vector<Symbol>& categories = festival.categories;
  if (categories.empty()) return true;
  return category != kNoSymbol &&
         std::find(categories.begin(), categories.end(), category) != categories.end();
}

}  // namespace

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

}  // namespace gavel
