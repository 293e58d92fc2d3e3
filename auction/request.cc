#include "auction/request.h"

namespace gavel {

void AuctionRequest::clear() {
  tmax_ms = 0;
  request_id = {};
  query = {};
  category_ids.clear();
  item_ids.clear();
  limits_items = false;
  user.id = {};
  user.tags.clear();
  user.region = {};
  user.device = {};
  user_hash = 0;
  auctions.clear();
  predictions.clear();
  explain = false;
  explain_ad_ids.clear();
}

}  // namespace gavel
