#include "api/json/auction_request_reader.h"

#include <bit>
#include <functional>

#include "auction/resources.h"

namespace gavel {
namespace {

constexpr StringRule kQueryRule{
    .min_characters = 0, .max_characters = kQueryLengthMax, .allow_control = true};
constexpr StringRule kRequestIdRule{.min_characters = 1, .max_characters = kRequestIdLengthMax};
constexpr StringRule kTagRule{.min_characters = 1, .max_characters = kTagLengthMax};

// True where the list is there, empty or not.
bool read_ids(ObjectReader& object, std::string_view name, std::size_t max,
              std::vector<std::string_view>& out) {
  return object.take_array(name, Need::kOptional, {.min = 0, .max = max}, [&](const JsonNode& node) {
    std::string_view id;
    if (read_id(node, id, object.errors())) out.push_back(id);
  });
}

void read_user(ObjectReader& root, UserContext& user) {
  root.take_object("user", Need::kOptional, [&](ObjectReader& object) {
    object.take_id("id", Need::kOptional, user.id);
    object.take_array("tags", Need::kOptional, {.min = 0, .max = kUserTagsMax}, [&](const JsonNode& node) {
      std::string_view tag;
      if (read_string(node, kTagRule, tag, object.errors())) user.tags.push_back(tag);
    });
    object.take_string("region", Need::kOptional, kTagRule, user.region);
    object.take_string("device", Need::kOptional, kTagRule, user.device);
  });
}

void read_auctions(ObjectReader& root, AuctionRequest& request) {
  root.take_array("auctions", Need::kRequired, {.min = 1, .max = kAuctionsMax}, [&](const JsonNode& node) {
    ObjectReader object(node, root.errors());
    PlacementRequest auction;
    object.take_id("placement_id", Need::kRequired, auction.placement_id);
    std::int64_t slots = 0;
    object.take_integer("slots", Need::kOptional, 1, kPositionsMax, slots);
    auction.slots = static_cast<std::uint32_t>(slots);
    object.finish();
    request.auctions.push_back(auction);
  });
}

}  // namespace

bool AuctionRequestReader::read(std::string_view body, AuctionRequest& request, ErrorList& errors) {
  request.clear();
  const Result<JsonValue, FieldError> document = parser_.parse_padded(body);
  if (!document) {
    errors.add(document.error().field, document.error().reason);
    return false;
  }
  const JsonNode node{*document, {}};
  ObjectReader root(node, errors);
  root.take_string("request_id", Need::kOptional, kRequestIdRule, request.request_id);
  root.take_string("query", Need::kOptional, kQueryRule, request.query);
  std::int64_t tmax_ms = 0;
  root.take_integer("tmax_ms", Need::kOptional, 1, kTmaxMsMax, tmax_ms);
  request.tmax_ms = static_cast<std::uint32_t>(tmax_ms);
  read_user(root, request.user);
  read_auctions(root, request);
  read_lists(root, request);
  read_predictions(root, request);
  root.finish();
  return errors.empty();
}

void AuctionRequestReader::read_lists(ObjectReader& root, AuctionRequest& request) {
  read_ids(root, "category_ids", kRequestCategoriesMax, request.category_ids);
  request.limits_items = read_ids(root, "item_ids", kRequestItemsMax, request.item_ids);
  const bool chosen = root.take_bool("explain", Need::kOptional, request.explain);
  read_ids(root, "explain_ad_ids", kExplainMax, request.explain_ad_ids);
  if (!chosen) request.explain = !request.explain_ad_ids.empty();
}

void AuctionRequestReader::read_predictions(ObjectReader& root, AuctionRequest& request) {
  JsonNode list;
  if (!root.take("predictions", Need::kOptional, list)) return;
  if (list.value.type() == JsonType::kArray) {
    seen_.assign(std::bit_ceil(2 * std::min(list.value.size(), kPredictionsMax) + 1), 0);
  }
  read_array(list, {.min = 0, .max = kPredictionsMax}, root.errors(), [&](const JsonNode& node) {
    ObjectReader object(node, root.errors());
    Prediction prediction;
    Probability value;
    if (object.take_id("ad_id", Need::kRequired, prediction.ad_id) && !is_new_ad(request, prediction.ad_id)) {
      object.add_error("ad_id", "an earlier prediction is for this ad, too");
    }
    if (object.take_probability("pctr", Need::kOptional, value)) prediction.pctr = value;
    if (object.take_probability("pcvr", Need::kOptional, value)) prediction.pcvr = value;
    object.finish();
    request.predictions.push_back(prediction);
  });
}

bool AuctionRequestReader::is_new_ad(const AuctionRequest& request, std::string_view ad_id) {
  const std::size_t mask = seen_.size() - 1;
  std::size_t at = std::hash<std::string_view>{}(ad_id)&mask;
  for (; seen_[at] != 0; at = (at + 1) & mask) {
    if (request.predictions[seen_[at] - 1].ad_id == ad_id) return false;
  }
  seen_[at] = static_cast<std::uint32_t>(request.predictions.size() + 1);
  return true;
}

}  // namespace gavel
