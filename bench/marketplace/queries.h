// Auction requests as the demo marketplace's shoppers make them: the same words as its keywords, as unevenly
// spread, and a fifth of them words that no keyword has.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/marketplace/marketplace.h"
#include "bench/marketplace/prng.h"

namespace gavel {

struct ShopperQuery {
  std::string request_id;
  std::string text;
  bool unseen = false;  // no keyword of the marketplace has just these words
  std::vector<std::string> category_ids;
  std::string user_id, region, device;
  std::vector<std::string> tags;
};

// Appends the query as the body of POST /v1/auctions, on one line without a newline: an auction of `slots`
// slots (1 to 40) for each of the placements (1 to 8).
void append_auction_body(std::string& out, const ShopperQuery& query, std::span<const std::string> placements,
                         std::uint32_t slots);

// Equal marketplaces and seeds give equal queries. Not thread-safe.
class QueryGenerator {
 public:
  QueryGenerator(const Marketplace& marketplace, std::uint64_t seed);

  ShopperQuery next();

 private:
  void set_text(ShopperQuery& query, std::uint32_t kind);
  void set_unseen_text(ShopperQuery& query, std::uint32_t kind);
  void set_user(ShopperQuery& query);

  Marketplace marketplace_;
  Prng random_;
  std::uint64_t made_ = 0;
};

}  // namespace gavel
