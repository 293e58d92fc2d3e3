// What the festivals that a campaign has joined bring it, phase by phase, before they start as well as after.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auction/catalog.h"
#include "budget/accounts.h"

namespace gavel {

enum class PhaseState : std::uint8_t { kPast, kRunning, kComing };
std::string_view phase_state_name(PhaseState state);

struct CampaignPhase {
  std::string name;
  Timestamp from, to;  // [from, to)
  Factor boost;
  // The campaign's own daily budget and the festival's on a day of this phase; none where the campaign has no
  // daily limit. Limits over a lifetime and those of the advertiser hold besides.
  std::optional<Micros> effective_daily_budget;
  PhaseState state = PhaseState::kComing;
  bool in_force = false;  // running, and no larger boost covers all of its ads
};

struct JoinedFestival {
  FestivalIx festival;
  std::optional<Micros> daily_budget;  // extra money a day; none = no extra money
  Factor bid_multiplier;
  std::vector<CampaignPhase> phases;
};

// By festival id. Requires that the campaign is live. Thread-safe.
std::vector<JoinedFestival> campaign_festivals(const Catalog& catalog, const Accounts& accounts,
                                               CampaignIx campaign, Timestamp now);

}  // namespace gavel
