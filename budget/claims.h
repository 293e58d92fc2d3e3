// What a token vouches for: one shown ad, its price, and everything needed to charge it once, later.
#pragma once

#include <compare>
#include <cstdint>

#include "budget/ids.h"
#include "budget/money.h"
#include "budget/time.h"

namespace gavel {

// Unique over all winners of a data directory, restarts included: `epoch` is of one start of the server (see
// api/tokens/token_epochs.h), `serial` counts within one worker (its top 8 bits are the worker's number).
struct TokenId {
  std::uint32_t epoch = 0;
  std::uint64_t serial = 0;
  constexpr auto operator<=>(const TokenId&) const = default;
};
inline constexpr int kWorkerShift = 56;

constexpr std::uint8_t worker_of(TokenId id) { return static_cast<std::uint8_t>(id.serial >> kWorkerShift); }
// The worker's own count: 0, 1, 2 ...
constexpr std::uint64_t number_of(TokenId id) { return id.serial & ((std::uint64_t{1} << kWorkerShift) - 1); }

struct Claims {
  TokenId id;
  Timestamp issued_at;
  AdIx ad;
  AdGroupIx ad_group;
  CampaignIx campaign;
  AdvertiserIx advertiser;
  KeywordIx keyword;    // none where no keyword matched
  PlacementIx placement;
  FestivalIx festival;  // the festival in force at the auction, or none
  Pricing pricing = Pricing::kCpc;
  Micros price;                 // a click (CPC) or 1,000 impressions (CPM)
  std::uint8_t position = 0;    // from 1
  Probability examination;      // the placement's position_ctr there, for the engine's own pCTR
  std::uint64_t user_hash = 0;  // keyed hash of user.id; 0 where there was none
  std::uint32_t landing_revision = 0;  // which of the ad's landing URLs was shown
  bool operator==(const Claims&) const = default;
};

enum class EventType : std::uint8_t { kImpression, kClick, kConversion };
inline constexpr std::size_t kEventTypeCount = 3;

}  // namespace gavel
