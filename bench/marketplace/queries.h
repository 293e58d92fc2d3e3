// Auction requests as the demo marketplace's shoppers make them: the same words as its keywords, as unevenly
// spread, and a fifth of them words that no keyword has.
#pragma once

#include <cstdint>
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

struct QueryOptions {
  std::uint64_t seed = 1;
  std::vector<std::string> placements = {"search-top"};  // 1 to 8
  std::uint32_t slots = 4;                               // of every placement, 1 to 40
};

// Equal marketplaces and options give equal queries. Keeps its own copy of both. Not thread-safe.
class QueryGenerator {
 public:
  QueryGenerator(const Marketplace& marketplace, QueryOptions options);

  ShopperQuery next();
  // Appends the next query as the body of POST /v1/auctions, on one line without a newline.
  void append_next_body(std::string& out);

 private:
  void set_text(ShopperQuery& query, std::uint32_t kind);
  void set_unseen_text(ShopperQuery& query, std::uint32_t kind);
  void set_user(ShopperQuery& query);

  Marketplace marketplace_;
  QueryOptions options_;
  Prng random_;
  std::uint64_t made_ = 0;
};

}  // namespace gavel
