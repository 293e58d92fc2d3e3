#include "api/json/auction_response_writer.h"

#include <array>

#include "api/json/json_writer.h"

namespace gavel {
namespace {

template <class Tag>
std::string_view name_of_id(const Catalog& catalog, ResourceType type, Index<Tag> ix) {
  return catalog.symbols().of(type).at(ix.value);
}

// The token and both URLs: their characters need no escaping, neither in JSON nor in a URL.
void write_token(JsonWriter& json, const Claims& claims, TokenSealer& sealer) {
  static constexpr std::string_view kImpressionPath = "/v1/impression?t=", kClickPath = "/v1/click?t=";
  std::array<char, kTokenChars> token;
  sealer.seal(claims, token);
  std::array<char, 1 + kImpressionPath.size() + kTokenChars + 1> quoted;
  const auto write = [&](std::string_view name, std::string_view path) {
    char* end = quoted.data();
    *end++ = '"';
    end = std::copy(path.begin(), path.end(), end);
    end = std::copy(token.begin(), token.end(), end);
    *end++ = '"';
    json.key(name).raw({quoted.data(), static_cast<std::size_t>(end - quoted.data())});
  };
  write("token", "");
  write("impression_url", kImpressionPath);
  write("click_url", kClickPath);
}

void write_winner(JsonWriter& json, const Winner& winner, const Catalog& catalog, TokenSealer& sealer) {
  const Claims& claims = winner.claims;
  const AdText& text = *catalog[claims.ad].text;
  json.begin_object();
  json.field("position", claims.position);
  json.field("ad_id", name_of_id(catalog, ResourceType::kAd, claims.ad));
  json.field("ad_group_id", name_of_id(catalog, ResourceType::kAdGroup, claims.ad_group));
  json.field("campaign_id", name_of_id(catalog, ResourceType::kCampaign, claims.campaign));
  json.field("advertiser_id", name_of_id(catalog, ResourceType::kAdvertiser, claims.advertiser));
  json.field("item_id", catalog.symbols().items.at(winner.item));
  json.key("keyword_id");
  if (claims.keyword.exists()) {
    json.value(name_of_id(catalog, ResourceType::kKeyword, claims.keyword));
  } else {
    json.null();
  }
  json.field("pricing", claims.pricing == Pricing::kCpc ? "cpc" : "cpm");
  json.field("effective_bid_micros", winner.effective_bid);
  json.field("price_micros", claims.price);
  json.field("pctr", winner.pctr);
  json.field("title", text.title());
  json.key("image_url");
  if (text.image_url().empty()) {
    json.null();
  } else {
    json.value(text.image_url());
  }
  json.field("landing_url", text.landing_url());
  write_token(json, claims, sealer);
  json.end_object();
}

std::string_view outcome_of(Reason reason) {
  switch (reason) {
    case Reason::kWon:
      return "won";
    case Reason::kOutranked:
      return "outranked";
    default:
      return "filtered";
  }
}

void write_explanation(JsonWriter& json, const Explanation& explanation, const Catalog& catalog) {
  json.begin_object();
  json.field("ad_id", name_of_id(catalog, ResourceType::kAd, explanation.ad));
  json.field("outcome", outcome_of(explanation.reason));
  json.field("reason", name_of(explanation.reason));
  json.key("score").decimal_string(static_cast<Int128>(explanation.score), 9);
  json.field("effective_bid_micros", explanation.effective_bid);
  json.field("price_to_win_micros", explanation.price_to_win);
  json.end_object();
}

void write_placement(JsonWriter& json, const PlacementResult& placement, bool explain,
                     const AuctionResult& result, const Catalog& catalog, TokenSealer& sealer) {
  json.begin_object().field("placement_id", placement.placement_id);
  if (placement.unknown_placement) json.field("error", "unknown placement");
  json.key("winners").begin_array();
  for (std::uint32_t i = 0; i < placement.winner_count; ++i) {
    write_winner(json, result.winners[placement.first_winner + i], catalog, sealer);
  }
  json.end_array();
  if (explain && !placement.unknown_placement) {
    json.key("explain").begin_array();
    for (std::uint32_t i = 0; i < placement.explain_count; ++i) {
      write_explanation(json, result.explanations[placement.first_explain + i], catalog);
    }
    json.end_array();
    if (placement.explain_truncated) json.field("truncated", true);
  }
  json.end_object();
}

}  // namespace

void write_auction_response(const AuctionRequest& request, const AuctionResult& result,
                            const Catalog& catalog, TokenSealer& sealer, std::string& out) {
  JsonWriter json(out);
  json.begin_object().field("request_id", request.request_id);
  json.key("auctions").begin_array();
  for (const PlacementResult& placement : result.placements) {
    write_placement(json, placement, request.explain, result, catalog, sealer);
  }
  json.end_array().end_object();
}

}  // namespace gavel
