#include "tests/blackbox/shop.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace gavel {

void Shop::open(const std::string& limits) {
  const std::pair<const char*, std::string> resources[] = {
      {"placements/p", R"({"kind": "display", "position_ctr": [1], "mechanism": "first_price"})"},
      {"advertisers/v", R"({"name": "V"})"},
      {"campaigns/c",
       R"({"advertiser_id": "v", "name": "C", "pricing": "cpc", "pacing": "asap")" + limits + "}"},
      {"ad_groups/g", R"({"campaign_id": "c", "name": "G", "bid_micros": 1000})"},
      {"ads/a",
       R"({"ad_group_id": "g", "item_id": "i", "title": "T", "landing_url": "https://shop.example/"})"},
  };
  for (const auto& [target, body] : resources) {
    const auto answer = HttpClient(server_.port()).request("PUT", std::string("/v1/") + target, body);
    ASSERT_EQ(answer.status, 201) << target << ": " << answer.body;
  }
}

JsonTree Shop::get(const std::string& target) const {
  const auto answer = HttpClient(server_.port()).get(target);
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
  return JsonTree::parse(answer.body).value_or(JsonTree());
}

double Shop::metric(const std::string& name) const {
  const std::string text = "\n" + HttpClient(server_.port()).get("/metrics").body;
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

std::vector<std::string> Shop::tokens(int auctions) const {
  std::vector<std::string> tokens;
  HttpClient http(server_.port());
  for (int i = 0; i < auctions; ++i) {
    const auto answer = http.request("POST", "/v1/auctions", R"({"auctions": [{"placement_id": "p"}]})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto body = JsonTree::parse(answer.body);
    const auto* token = body ? body->at("/auctions/0/winners/0/token") : nullptr;
    if (token != nullptr) tokens.push_back(token->text_or_empty());
  }
  return tokens;
}

int Shop::click(const std::string& token) const {
  return HttpClient(server_.port()).get("/v1/click?t=" + token).status;
}

ClientResponse Shop::send_click(const std::string& token) const {
  const JsonTree event(JsonTree::Object{{"id", "e"}, {"type", "click"}, {"token", token}});
  return HttpClient(server_.port())
      .request("POST", "/v1/events", JsonTree(JsonTree::Object{{"events", JsonTree::Array{event}}}).dump());
}

std::int64_t Shop::spent() const {
  return get("/v1/campaigns/c/budget")["spent_lifetime_micros"].int_or_zero();
}

}  // namespace gavel
