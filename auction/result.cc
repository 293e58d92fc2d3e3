#include "auction/result.h"

namespace gavel {

std::string_view name_of(Reason reason) {
  static constexpr std::array<std::string_view, kReasonCount> kNames = {
      "ledger_unavailable",
      "suspended",        "paused",     "not_started",   "ended",          "placement",
      "category",         "audience",   "region",        "device",         "schedule",
      "negative_keyword", "no_keyword", "item",          "frequency_cap",  "balance_exhausted",
      "budget_exhausted", "paced",      "below_reserve", "duplicate_item", "advertiser_limit",
      "outranked",        "won",
  };
  return kNames[static_cast<std::size_t>(reason)];
}

void AuctionResult::clear() {
  placements.clear();
  winners.clear();
  explanations.clear();
}

}  // namespace gavel
