#include "api/json/auction_response_writer.h"

#include <algorithm>
#include <array>
#include <span>

#include "api/json/json_writer.h"
#include "api/json/text_buffer.h"

namespace gavel {
namespace {

template <class Tag>
std::string_view name_of_id(const Catalog& catalog, ResourceType type, Index<Tag> ix) {
  return catalog.symbols().of(type).at(ix.value);
}

// What the answer says of winners lies all over memory: asks for it all at once, in two steps
// (Interner::prefetch()).
void prefetch_names(std::span<const Winner> winners, const Catalog& catalog, int step) {
  const Symbols& symbols = catalog.symbols();
  for (const Winner& winner : winners) {
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

void put_string(TextBuffer& out, std::string_view text) {
  if (plain_json_prefix(text) == text.size()) {
    out.put("\"").put(text).put("\"");
  } else {
    append_json_string(out.flushed(), text);  // rare
  }
}

// Their characters need no escaping, and neither do those of ids (is_id()): neither in JSON nor in a URL.
void put_token(TextBuffer& out, std::string_view token) {
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
void write_winner(std::string& answer, const Winner& winner, const Catalog& catalog, std::string_view token) {
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
  put_token(out, token);
  out.put("}");
}

// Tokens are sealed a few at a time while the names are on their way.
void write_winners(JsonWriter& json, std::span<const Winner> winners, const Catalog& catalog,
                   TokenSealer& sealer) {
  constexpr std::size_t kAtOnce = 8;
  std::array<std::array<char, kTokenChars>, kAtOnce> tokens;
  for (std::size_t from = 0; from < winners.size(); from += kAtOnce) {
    const auto some = winners.subspan(from, std::min(kAtOnce, winners.size() - from));
    prefetch_names(some, catalog, 0);
    for (std::size_t i = 0; i < some.size(); ++i) {
      sealer.seal(some[i].claims, tokens[i]);
      if (i == 0) prefetch_names(some, catalog, 1);
    }
    for (std::size_t i = 0; i < some.size(); ++i) {
      write_winner(json.raw(), some[i], catalog, {tokens[i].data(), kTokenChars});
    }
  }
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
  write_winners(json, std::span(result.winners).subspan(placement.first_winner, placement.winner_count),
                catalog, sealer);
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
