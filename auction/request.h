// An auction request: plain data whose views point into the bytes of the HTTP request.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "budget/money.h"

namespace gavel {

// Limits of a request; beyond them it is refused by the reader, naming the field.
inline constexpr std::size_t kAuctionsMax = 8;
inline constexpr std::size_t kQueryLengthMax = 16 * 1024;
inline constexpr std::size_t kUserTagsMax = 256;
inline constexpr std::size_t kRequestCategoriesMax = 64;
inline constexpr std::size_t kRequestItemsMax = 1'000;
inline constexpr std::size_t kPredictionsMax = 10'000;
inline constexpr std::uint32_t kTmaxMsMax = 60'000;
inline constexpr std::size_t kExplainMax = 1'000;  // entries of one auction's explain, and of explain_ad_ids

struct UserContext {
  std::string_view id;  // empty = none
  std::vector<std::string_view> tags;
  std::string_view region, device;  // empty = none
};

struct PlacementRequest {
  std::string_view placement_id;
  std::uint32_t slots = 0;  // 1 .. 40; 0 = all positions
};

struct Prediction {
  std::string_view ad_id;
  std::optional<Probability> pctr, pcvr;
};

// Reused from request to request: clear() keeps the capacity.
struct AuctionRequest {
  std::uint32_t tmax_ms = 0;    // how long the sender waits for the answer; 0 = not said
  std::string_view request_id;  // never empty: the reader's caller makes one where the client gave none
  std::string_view query;       // empty = none
  std::vector<std::string_view> category_ids, item_ids;
  bool limits_items = false;  // item_ids was there: an empty list leaves no candidates
  UserContext user;
  std::uint64_t user_hash = 0;  // keyed hash of user.id, 0 where there is none
  std::vector<PlacementRequest> auctions;
  std::vector<Prediction> predictions;
  bool explain = false;  // where left out: whether explain_ad_ids names any
  std::vector<std::string_view> explain_ad_ids;

  void clear();
};

}  // namespace gavel
