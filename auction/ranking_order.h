// Which of two ads stands before the other.
#pragma once

#include <cstdint>
#include <string_view>

#include "auction/candidate.h"

namespace gavel {

// The last word between equals: FNV-1a (64 bits) over the request id, a zero byte and the ad's external id,
// finished as in splitmix64. Fixed for ever, since a replay must decide as the auction did.
std::uint64_t tie_hash(std::string_view request_id, std::string_view ad_id);

// Best first: the higher score; of equals the higher pCTR, then the smaller tie_hash, then the lesser ad id
// in byte order. A strict order, as ads have different ids.
class RankingOrder {
 public:
  // Only to be assigned to.
  RankingOrder() = default;
  // Both outlive the order; `ad_ids` gives external ids.
  RankingOrder(std::string_view request_id, const Interner& ad_ids)
      : request_id_(request_id), ad_ids_(&ad_ids) {}

  bool operator()(const Candidate* a, const Candidate* b) const {
    if (a->score != b->score) return a->score > b->score;
    return wins_tie(*a, *b);
  }
  // Whether `a` would stand before `b` if their scores were equal.
  bool wins_tie(const Candidate& a, const Candidate& b) const;

 private:
  std::string_view request_id_;
  const Interner* ad_ids_ = nullptr;
};

}  // namespace gavel
