// The body of POST /v1/auctions as an AuctionRequest.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"
#include "auction/request.h"

namespace gavel {

inline constexpr std::size_t kRequestIdLengthMax = 128;
inline constexpr std::size_t kTagLengthMax = 64;  // tags, regions, devices

// One worker's reader: reuses its memory, so that reading a request no larger than those before allocates
// nothing. Not thread-safe.
class AuctionRequestReader {
 public:
  // Reads `body` (kJsonPadding bytes behind it must be readable) into `request`, which is cleared first.
  // False with at least one error where the request breaks a rule of the contract or a limit of
  // auction/request.h; `request` is unspecified then. Views of the request point into `body` or this reader:
  // valid until the next read. `request_id` stays empty where the client gave none, and `user_hash` 0.
  bool read(std::string_view body, AuctionRequest& request, ErrorList& errors);

 private:
  void read_lists(ObjectReader& root, AuctionRequest& request);
  void read_predictions(ObjectReader& root, AuctionRequest& request);
  // Whether the ad was not named by an earlier prediction of this request.
  bool is_new_ad(const AuctionRequest& request, std::string_view ad_id);

  JsonParser parser_;
  // Open addressing over request.predictions: its position + 1, 0 = free. At least twice as large as their
  // number.
  std::vector<std::uint32_t> seen_;
};

}  // namespace gavel
