// What run_auction() decided: plain data in internal ids; the catalog snapshot gives the names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "auction/symbols.h"
#include "budget/claims.h"
#include "budget/money.h"

namespace gavel {

// Why an ad is shown or not: the contract's list in its order (the first that holds is given), and kNoKeyword and kItem
// (not among the request's item_ids), which explain_ad_ids can ask for and the contract's list has no name for.
enum class Reason : std::uint8_t {
  kLedgerUnavailable, kSuspended, kPaused, kNotStarted, kEnded, kPlacement, kCategory, kAudience, kRegion, kDevice, kSchedule,
  kNegativeKeyword, kNoKeyword, kItem, kFrequencyCap, kBalanceExhausted, kBudgetExhausted, kPaced, kBelowReserve,
  kDuplicateItem, kAdvertiserLimit, kOutranked, kWon,
};
inline constexpr int kReasonCount = 23;
// As in answers and metric labels: "suspended", "not_started", ...
std::string_view name_of(Reason reason);

// effective bid (micros) x weight (1e-9): exact, at most 1e28.
using Score = UInt128;

struct Winner {
  Symbol item = kNoSymbol;
  Micros effective_bid;
  Probability pctr;
  Claims claims;               // ids, price, position, festival: what the token will vouch for
};

struct Explanation {
  AdIx ad;
  Reason reason = Reason::kWon;  // kWon = won, kOutranked = outranked, all others = filtered
  Score score = 0;
  Micros effective_bid;
  std::optional<Micros> price_to_win;
};

struct PlacementResult {
  std::string_view placement_id;
  bool unknown_placement = false;
  std::uint32_t first_winner = 0, winner_count = 0;    // into AuctionResult::winners
  std::uint32_t first_explain = 0, explain_count = 0;  // into AuctionResult::explanations
  bool explain_truncated = false;
  // For metrics.
  std::uint32_t candidates = 0, eligible = 0;  // looked at; of these, left after the filters (before cuts and holds)
  // Candidates out, by reason (won and outranked stay 0). Cuts are counted as far down as the ranking was needed.
  // By a reason that keeps each out: the first, but for groups that GroupGate tells of without looking at them.
  std::array<std::uint32_t, kReasonCount> filtered{};
};

// Reused from request to request.
struct AuctionResult {
  std::vector<PlacementResult> placements;
  std::vector<Winner> winners;
  std::vector<Explanation> explanations;
  void clear();
};

}  // namespace gavel
