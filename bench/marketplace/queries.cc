#include "bench/marketplace/queries.h"

#include <set>
#include <utility>

#include "api/json/json_writer.h"
#include "bench/marketplace/campaign_maker.h"
#include "bench/marketplace/keyword_maker.h"
#include "bench/marketplace/words.h"

namespace gavel {
namespace {

constexpr std::uint64_t kShoppers = 200'000;
constexpr std::uint64_t kBusyShoppers = 500;

void write_names(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  json.key(name).begin_array();
  for (const std::string& value : values) json.value(value);
  json.end_array();
}

}  // namespace

QueryGenerator::QueryGenerator(const Marketplace& marketplace, std::uint64_t seed)
    : marketplace_(marketplace), random_(mix64(seed ^ 0x7175657279) + marketplace.options().seed) {}

ShopperQuery QueryGenerator::next() {
  ShopperQuery query;
  query.request_id.assign(1, 'q').append(std::to_string(made_++));
  const std::uint32_t kind = draw_kind(random_);
  query.unseen = random_.chance(200);
  if (query.unseen) {
    set_unseen_text(query, kind);
  } else {
    set_text(query, kind);
  }
  if (random_.chance(800)) {
    query.category_ids = {std::string(product_kinds()[kind].department), category_id(kind)};
  }
  set_user(query);
  return query;
}

void QueryGenerator::set_text(ShopperQuery& query, std::uint32_t kind) {
  SearchTerm term{kind, 0, draw_language(random_)};
  if (random_.chance(650)) {
    term.modifier =
        1 + static_cast<std::uint32_t>(random_.heavy_tailed(marketplace_.size().modifiers - 1, 8));
  }
  append_term(query.text, term, random_.chance(300));
}

void QueryGenerator::set_unseen_text(ShopperQuery& query, std::uint32_t kind) {
  SearchTerm term{kind, 0, draw_language(random_)};
  const bool chinese = term.language == Language::kChinese;
  const std::uint64_t choice = random_.below(10);
  if (choice < 4) {
    const std::uint32_t used = marketplace_.size().modifiers;
    term.modifier = used + static_cast<std::uint32_t>(random_.below(modifiers_max() - used));
    append_term(query.text, term, random_.chance(300));
  } else if (choice < 8) {
    const WordPair& word = random_.pick(rare_words());
    append_term(query.text, term, false);
    query.text += " ";
    query.text += chinese ? word.zh : word.en;
  } else {
    // A model number, such as "kx 48213", of something that nobody here sells.
    query.text += static_cast<char>('a' + random_.below(26));
    query.text += static_cast<char>('a' + random_.below(26));
    query.text.append(1, ' ').append(std::to_string(10'000 + random_.below(90'000)));
  }
}

void QueryGenerator::set_user(ShopperQuery& query) {
  if (random_.chance(950)) {
    // The same person is the same on every visit: all about them follows from their number.
    const std::uint64_t number = random_.heavy_tailed(kShoppers, kBusyShoppers);
    Prng person(mix64(marketplace_.options().seed + 0x75736572) + number);
    query.user_id.assign(1, 'u').append(std::to_string(number));
    std::set<std::string> tags = {marketplace_.tag(person.below(2)), marketplace_.tag(2 + person.below(5))};
    for (std::int64_t n = person.between(1, 6); n > 0; --n) {
      tags.insert(marketplace_.tag(7 + person.heavy_tailed(marketplace_.size().tags - 7, 16)));
    }
    query.tags.assign(tags.begin(), tags.end());
    query.region = draw_province(person);
  }
  const std::uint64_t device = random_.below(100);
  query.device = device < 80 ? "mobile" : device < 95 ? "desktop" : "tablet";
}

void append_auction_body(std::string& out, const ShopperQuery& query, std::span<const std::string> placements,
                         std::uint32_t slots) {
  JsonWriter json(out);
  json.begin_object().field("request_id", query.request_id).field("query", query.text);
  write_names(json, "category_ids", query.category_ids);
  json.key("user").begin_object();
  if (!query.user_id.empty()) json.field("id", query.user_id);
  write_names(json, "tags", query.tags);
  if (!query.region.empty()) json.field("region", query.region);
  json.field("device", query.device).end_object();
  json.key("auctions").begin_array();
  for (const std::string& placement : placements) {
    json.begin_object().field("placement_id", placement).field("slots", slots).end_object();
  }
  json.end_array().end_object();
}

}  // namespace gavel
