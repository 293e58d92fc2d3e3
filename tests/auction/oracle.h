// The slow twin of run_auction(): the contract written down a second time, for plain documents, by linear
// scans, sorts and arbitrary precision. It shares no code with auction/ but the documents and the names of
// reasons.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/auction_world.h"

namespace gavel {

struct OracleWinner {
  std::string ad, keyword, festival;  // empty where there is none
  std::int64_t effective_bid = 0, price = 0;
  std::int32_t pctr = 0;
};

struct OracleEntry {
  std::string ad;
  Reason reason = Reason::kWon;
  boost::multiprecision::cpp_int score;
  std::int64_t effective_bid = 0;
  std::optional<std::int64_t> price_to_win;
};

struct OracleAuction {
  bool unknown_placement = false;
  std::vector<OracleWinner> winners;
  std::vector<OracleEntry> explain;  // where the request asks for it
  bool truncated = false;
  int failed_holds = 0;
};

// What run_auction() has to decide for this request in the world as it stands. Texts of keywords and the
// query must be lower-case ASCII words with single spaces between them. Changes nothing.
std::vector<OracleAuction> oracle(const AuctionWorld& world, const AuctionRequest& request);

}  // namespace gavel
