// A synthetic shopper: asks for ads as people do, looks at them, clicks on some and buys from few, so that
// budgets, reports and metrics of a demo move.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"
#include "bench/load/loopback_client.h"
#include "bench/marketplace/prng.h"
#include "bench/marketplace/queries.h"
#include "budget/money.h"
#include "budget/time.h"

namespace gavel {

struct ShopperTotals {
  std::uint64_t auctions = 0;     // requests answered
  std::uint64_t ads = 0;          // winners in them
  std::uint64_t impressions = 0;  // recorded
  std::uint64_t clicks = 0;
  std::uint64_t conversions = 0;
  std::uint64_t errors = 0;  // calls without an answer or with another status than they should have
};

// What a shopper needs of a winning ad.
struct ShownAd {
  std::string token, impression_url, click_url;
  Probability pctr;
};

// The winners of all auctions of an answer of POST /v1/auctions; none where it is not such an answer.
std::vector<ShownAd> read_winners(JsonParser& parser, std::string_view answer);

// Path and query of a URL, absolute or not: "http://h:1/a?b" and "/a?b" are "/a?b".
std::string_view url_target(std::string_view url);

// Holds a reference to `client`. Not thread-safe.
class Shopper {
 public:
  Shopper(LoopbackClient& client, const Marketplace& marketplace, std::uint64_t seed);

  // One visit of a page at `now`: an auction for its placements, an impression of every ad, clicks as often
  // as the ads' pctr says, and a conversion after one click of twenty.
  void visit(Timestamp now);

  const ShopperTotals& totals() const { return totals_; }

 private:
  void look_at(const ShownAd& ad, Timestamp now);
  bool convert(const ShownAd& ad, Timestamp now);

  LoopbackClient& client_;
  QueryGenerator queries_;
  Prng random_;
  JsonParser parser_;
  ShopperTotals totals_;
};

}  // namespace gavel
