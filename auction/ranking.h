// The order of an auction, and what stands in its ranking.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "auction/candidate.h"
#include "auction/scratch_map.h"

namespace gavel {

// The last word between equals: FNV-1a (64 bits) over the request id, a zero byte and the ad's external id,
// finished as in splitmix64. Fixed for ever, since a replay must decide as the auction did.
std::uint64_t tie_hash(std::string_view request_id, std::string_view ad_id);

// Best first: the higher score; of equals the higher pCTR, then the smaller tie_hash, then the lesser ad id
// in byte order. A strict order, as ads have different ids.
class RankingOrder {
 public:
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
  const Interner* ad_ids_;
};

struct RankingRules {
  std::uint32_t slots = 0;
  std::uint32_t max_ads_per_advertiser = 1;
  bool whole = false;  // all of the ranking, for explain; else as much as slots and prices need
};

// Working memory of rank().
struct RankingScratch {
  ScratchMap items, ads_of_advertiser;
};

// Replaces `order` by the admitted candidates, and `ranking` by those of them that are left, best first, when
// an ad of an item that stands higher is cut (kDuplicateItem) and so is an advertiser's ad beyond
// max_ads_per_advertiser (kAdvertiserLimit); the reason of each cut candidate says so and that of the others
// is kOutranked. With `whole`, `order` is sorted. Otherwise its order is unspecified, and `ranking` ends
// after the ads that can be shown or set a price.
void rank(std::span<Candidate> candidates, const RankingOrder& before, const RankingRules& rules,
          RankingScratch& scratch, std::vector<Candidate*>& order, std::vector<Candidate*>& ranking);

}  // namespace gavel
