// What a campaign's budget is at a moment: amounts, status and pacing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "auction/catalog.h"
#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/pacer.h"
#include "budget/pacing.h"

namespace gavel {

// Why a campaign spends or does not: the first that holds, in this order.
enum class CampaignStatus : std::uint8_t {
  kSuspended,  // its advertiser is
  kEnded,
  kNotStarted,
  kPaused,
  kNoBalance,  // the balance less held leaves no expected charge
  kExhausted,  // a daily, lifetime or advertiser's limit less spent less held leaves no expected charge
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

struct PacingState {
  PacingMethod method = PacingMethod::kThrottle;
  Probability participation{kProbabilityOne};  // 0 while it is ahead of its day
  Factor multiplier{};                         // of its bids
  std::optional<Micros> target;                // none where nothing is paced
  std::optional<Micros> forecast_spend;        // of today; none before the pacer has met it
  double time_in_budget = 1;
  bool by_advertiser = false;  // whether its advertiser's daily budget holds it back more than its own
  std::uint32_t eligible_today = 0, shown_today = 0;
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
  PacingState pacing;
};

// Requires that the campaign is live. Reads counters that others may change meanwhile: each figure is true,
// all of them together are so only when nothing is being charged. Thread-safe.
CampaignBudget campaign_budget(const Catalog& catalog, const Accounts& accounts, const Calendar& calendar,
                               const PacingView& paced, CampaignIx campaign, Timestamp now);

// Why it is not shown: its status where that is not to deliver, that nothing can be charged (see Ledger::can_charge), else
// what its auctions of today say; empty where it is shown.
std::string_view not_delivering_reason(const CampaignBudget& budget, bool can_charge);

}  // namespace gavel
