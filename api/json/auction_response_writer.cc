#include "api/json/auction_response_writer.h"

#include <array>

#include "api/json/json_writer.h"
#include "api/json/text_buffer.h"

namespace gavel {
namespace {

template <class Tag>
std::string_view name_of_id(const Catalog& catalog, ResourceType type, Index<Tag> ix) {
  return catalog.symbols().of(type).at(ix.value);
}

// What the answer says of winners lies all over memory: asks for it all at once.
void prefetch_names(const AuctionResult& result, const Catalog& catalog) {
  const Symbols& symbols = catalog.symbols();
  for (const int step : {0, 1}) {
    for (const Winner& winner : result.winners) {
      const Claims& claims = winner.claims;
      symbols.of(ResourceType::kAd).prefetch(claims.ad.value, step);
      symbols.of(ResourceType::kAdGroup).prefetch(claims.ad_group.value, step);
      symbols.of(ResourceType::kCampaign).prefetch(claims.campaign.value, step);
      symbols.of(ResourceType::kAdvertiser).prefetch(claims.advertiser.value, step);
      symbols.items.prefetch(winner.item, step);
      if (claims.keyword.exists()) symbols.of(ResourceType::kKeyword).prefetch(claims.keyword.value, step);
      if (step == 0) catalog[claims.ad].text->prefetch();
    }
  }
}

void put_string(TextBuffer& out, std::string_view text) {
  if (plain_json_prefix(text) == text.size()) {
    out.put("\"").put(text).put("\"");
  } else {
    append_json_string(out.flushed(), text);  // rare
  }
}

// Their characters need no escaping, and neither do those of ids (is_id()): neither in JSON nor in a URL.
void put_token(TextBuffer& out, const Claims& claims, TokenSealer& sealer) {
  std::array<char, kTokenChars> chars;
  sealer.seal(claims, chars);
  const std::string_view token(chars.data(), chars.size());
  out.put(R"(,"token":")").put(token);
  out.put(R"(","impression_url":"/v1/impression?t=)").put(token);
  out.put(R"(","click_url":"/v1/click?t=)").put(token);
  out.put("\"");
}

void put_ids(TextBuffer& out, const Winner& winner, const Catalog& catalog) {
  const Claims& claims = winner.claims;
  out.put(R"(,"ad_id":")").put(name_of_id(catalog, ResourceType::kAd, claims.ad));
  out.put(R"(","ad_group_id":")").put(name_of_id(catalog, ResourceType::kAdGroup, claims.ad_group));
  out.put(R"(","campaign_id":")").put(name_of_id(catalog, ResourceType::kCampaign, claims.campaign));
  out.put(R"(","advertiser_id":")").put(name_of_id(catalog, ResourceType::kAdvertiser, claims.advertiser));
  out.put(R"(","item_id":")").put(catalog.symbols().items.at(winner.item));
  if (claims.keyword.exists()) {
    out.put(R"(","keyword_id":")").put(name_of_id(catalog, ResourceType::kKeyword, claims.keyword)).put("\"");
  } else {
    out.put(R"(","keyword_id":null)");
  }
}

// Most of an auction's answer, and most of its work.
void write_winner(std::string& answer, const Winner& winner, const Catalog& catalog, TokenSealer& sealer) {
  const Claims& claims = winner.claims;
  const AdText& text = *catalog[claims.ad].text;
  TextBuffer out(answer);
  out.put(R"({"position":)").put(claims.position);
  put_ids(out, winner, catalog);
  out.put(R"(,"pricing":)").put(claims.pricing == Pricing::kCpc ? R"("cpc")" : R"("cpm")");
  out.put(R"(,"effective_bid_micros":)").put(winner.effective_bid.value);
  out.put(R"(,"price_micros":)").put(claims.price.value);
  out.put(R"(,"pctr":)");
  append_decimal(out.flushed(), winner.pctr.nano, 9);
  out.put(R"(,"title":)");
  put_string(out, text.title());
  out.put(R"(,"image_url":)");
  if (text.image_url().empty()) {
    out.put("null");
  } else {
    put_string(out, text.image_url());
  }
  out.put(R"(,"landing_url":)");
  put_string(out, text.landing_url());
  put_token(out, claims, sealer);
  out.put("}");
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
    write_winner(json.raw(), result.winners[placement.first_winner + i], catalog, sealer);
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
  prefetch_names(result, catalog);
  JsonWriter json(out);
  json.begin_object().field("request_id", request.request_id);
  json.key("auctions").begin_array();
  for (const PlacementResult& placement : result.placements) {
    write_placement(json, placement, request.explain, result, catalog, sealer);
  }
  json.end_array().end_object();
}

}  // namespace gavel
