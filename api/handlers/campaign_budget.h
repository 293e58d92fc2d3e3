// What a campaign's budget is at a moment: amounts, status and pacing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "auction/catalog.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/pacing.h"

namespace gavel {

// Why a campaign spends or does not: the first that holds, in this order.
enum class CampaignStatus : std::uint8_t {
  kSuspended,  // its advertiser is
  kEnded,
  kNotStarted,
  kPaused,
  kNoBalance,  // the balance less held leaves nothing
  kExhausted,  // a daily, lifetime or advertiser's limit less spent less held leaves nothing
  kOffSchedule,
  kPaced,  // takes part in some of its auctions only
  kDelivering,
};
std::string_view campaign_status_name(CampaignStatus status);

struct FestivalBudget {
  FestivalIx festival;
  std::optional<Micros> daily_budget;
  Micros spent_today;
};

struct CampaignBudget {
  Day today;
  CampaignStatus status = CampaignStatus::kDelivering;
  std::optional<Micros> daily_budget, lifetime_budget;
  Micros spent_today;  // festival budgets included
  Micros held;
  std::optional<Micros> remaining_today;  // the daily budget less spent_today, not under 0
  Micros spent_lifetime;
  Micros uncharged_today;
  std::vector<FestivalBudget> festivals;  // those joined, by id
  PacingDecision pacing;
};

// Requires that the campaign is live. Reads counters that others may change meanwhile: each figure is true,
// all of them together are so only when nothing is being charged. Thread-safe.
CampaignBudget campaign_budget(const Catalog& catalog, const Accounts& accounts, const Calendar& calendar,
                               CampaignIx campaign, Timestamp now);

}  // namespace gavel
