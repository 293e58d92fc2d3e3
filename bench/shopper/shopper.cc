#include "bench/shopper/shopper.h"

#include <array>
#include <optional>
#include <span>

#include "api/json/json_writer.h"

namespace gavel {
namespace {

constexpr std::uint32_t kSlots = 4;
constexpr std::uint64_t kConversionsPerMille = 50;  // of clicks

// The pages of the shop, by the placements on them.
const std::vector<std::string>& draw_page(Prng& random) {
  static const std::array<std::vector<std::string>, 3> kPages = {{
      {"search-top", "search-side"},
      {"home-banner", "feed-video"},
      {"category-page", "live-strip"},
  }};
  const std::uint64_t choice = random.below(100);
  return kPages[choice < 70 ? 0 : choice < 85 ? 1 : 2];
}

void read_winner(const JsonNode& node, std::vector<ShownAd>& ads) {
  ErrorList errors;
  ObjectReader reader(node, errors);
  const StringRule any{.min_characters = 1, .max_characters = 8'192};
  std::string_view token, impression_url, click_url;
  ShownAd ad;
  reader.take_string("token", Need::kRequired, any, token);
  reader.take_string("impression_url", Need::kRequired, any, impression_url);
  reader.take_string("click_url", Need::kRequired, any, click_url);
  reader.take_probability("pctr", Need::kRequired, ad.pctr);
  if (!errors.empty()) return;
  ad.token = token;
  ad.impression_url = impression_url;
  ad.click_url = click_url;
  ads.push_back(std::move(ad));
}

}  // namespace

std::vector<ShownAd> read_winners(JsonParser& parser, std::string_view answer) {
  std::vector<ShownAd> ads;
  const auto root = parser.parse(answer);
  if (!root) return ads;
  const ListRule any{.min = 0, .max = 1'000};
  ErrorList errors;
  const JsonNode root_node{*root, {}};
  ObjectReader reader(root_node, errors);
  reader.take_array("auctions", Need::kRequired, any, [&](const JsonNode& auction) {
    ErrorList none;  // an auction with an error in it has no winners
    ObjectReader entry(auction, none);
    entry.take_array("winners", Need::kOptional, any,
                     [&](const JsonNode& winner) { read_winner(winner, ads); });
  });
  return ads;
}

std::string_view url_target(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || url.starts_with('/')) return url;
  const std::size_t path = url.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : url.substr(path);
}

Shopper::Shopper(LoopbackClient& client, const Marketplace& marketplace, std::uint64_t seed)
    : client_(client), queries_(marketplace, seed), random_(mix64(seed)) {}

void Shopper::visit(Timestamp now) {
  std::string body;
  append_auction_body(body, queries_.next(), draw_page(random_), kSlots);
  const std::optional<LoopbackAnswer> answer = client_.call({"POST", "/v1/auctions", body});
  if (!answer || answer->status != 200) {
    ++totals_.errors;
    return;
  }
  ++totals_.auctions;
  for (const ShownAd& ad : read_winners(parser_, answer->body)) {
    ++totals_.ads;
    look_at(ad, now);
  }
}

void Shopper::look_at(const ShownAd& ad, Timestamp now) {
  const std::optional<LoopbackAnswer> seen = client_.call({"GET", url_target(ad.impression_url)});
  ++(seen && seen->status == 204 ? totals_.impressions : totals_.errors);
  if (random_.below(kProbabilityOne) >= static_cast<std::uint64_t>(ad.pctr.nano)) return;
  const std::optional<LoopbackAnswer> clicked = client_.call({"GET", url_target(ad.click_url)});
  const bool redirected = clicked && clicked->status == 302 && !clicked->location.empty();
  ++(redirected ? totals_.clicks : totals_.errors);
  if (redirected && random_.chance(kConversionsPerMille)) {
    ++(convert(ad, now) ? totals_.conversions : totals_.errors);
  }
}

bool Shopper::convert(const ShownAd& ad, Timestamp now) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("events").begin_array().begin_object();
  json.field("id", "order-" + std::to_string(random_.next()))
      .field("type", "conversion")
      .field("token", ad.token);
  json.field("at", now).field("value_micros", random_.log_normal(120'000'000, 350) / 10'000 * 10'000);
  json.end_object().end_array().end_object();
  const std::optional<LoopbackAnswer> answer = client_.call({"POST", "/v1/events", body});
  return answer && answer->status == 200;
}

}  // namespace gavel
