#include "bench/marketplace/queries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "api/json/json_reader.h"

namespace gavel {
namespace {

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

TEST(Queries, AFifthHasWordsThatNoKeywordHas) {
  const Marketplace marketplace({});
  std::set<std::string> keywords;
  for (std::uint64_t i = 0; i < marketplace.size().ad_groups; ++i) {
    for (const auto& keyword : marketplace.keywords(i)) {
      if (!keyword.doc.negative) keywords.insert(without_spaces(keyword.doc.text));
    }
  }
  QueryGenerator queries(marketplace, 1);
  int unseen = 0, seen_there = 0, chinese = 0;
  std::map<std::string, int> by_text;
  for (int i = 0; i < 10'000; ++i) {
    const ShopperQuery query = queries.next();
    const bool there = keywords.contains(without_spaces(query.text));
    unseen += query.unseen;
    seen_there += !query.unseen && there;
    EXPECT_FALSE(query.unseen && there) << query.text;
    chinese += static_cast<unsigned char>(query.text.back()) >= 0x80;
    ++by_text[query.text];
  }
  EXPECT_NEAR(unseen, 2'000, 150);
  EXPECT_GT(seen_there, 7'500) << "of 8,000";
  EXPECT_NEAR(chinese, 6'700, 300);
  int head = 0;
  for (const auto& [text, count] : by_text) head = std::max(head, count);
  EXPECT_GT(head, 60) << "the most wanted word";
  EXPECT_GT(by_text.size(), 2'500u);
}

TEST(Queries, ThePersonIsTheSameOnEveryVisit) {
  QueryGenerator queries(Marketplace({}), 2);
  std::map<std::string, ShopperQuery> people;
  int again = 0;
  for (int i = 0; i < 5'000; ++i) {
    const ShopperQuery query = queries.next();
    if (query.user_id.empty()) continue;
    const auto [it, first] = people.emplace(query.user_id, query);
    EXPECT_EQ(it->second.tags, query.tags);
    EXPECT_EQ(it->second.region, query.region);
    again += !first;
  }
  EXPECT_GT(again, 100);
}

TEST(Queries, BodiesAreAuctionRequests) {
  QueryGenerator queries(Marketplace({}), 3);
  QueryGenerator twin(Marketplace({}), 3);
  JsonParser parser;
  const std::vector<std::string> placements = {"search-top", "search-side"};
  for (int i = 0; i < 500; ++i) {
    std::string body, same;
    append_auction_body(body, queries.next(), placements, 4);
    append_auction_body(same, twin.next(), placements, 4);
    EXPECT_EQ(body, same);
    const auto root = parser.parse(body);
    ASSERT_TRUE(root) << body;
    ErrorList errors;
    const JsonNode node{*root, {}};
    ObjectReader request(node, errors);
    std::string_view text;
    std::int64_t auctions = 0;
    request.take_id("request_id", Need::kRequired, text);
    request.take_string("query", Need::kRequired, {}, text);
    request.take_array("category_ids", Need::kOptional, {}, [](const JsonNode&) {});
    request.take_object("user", Need::kRequired, [&](ObjectReader& user) {
      user.take_id("id", Need::kOptional, text);
      user.take_array("tags", Need::kOptional, {}, [](const JsonNode&) {});
      user.take_id("region", Need::kOptional, text);
      user.take_id("device", Need::kRequired, text);
    });
    request.take_array("auctions", Need::kRequired, {}, [&](const JsonNode& entry) {
      ErrorList none;
      ObjectReader auction(entry, none);
      std::int64_t slots = 0;
      auction.take_id("placement_id", Need::kRequired, text);
      auction.take_integer("slots", Need::kRequired, 4, 4, slots);
      auction.finish();
      EXPECT_TRUE(none.empty());
      ++auctions;
    });
    request.finish();
    EXPECT_TRUE(errors.empty()) << body << errors.get().front().field;
    EXPECT_EQ(auctions, 2);
    EXPECT_EQ(body.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace gavel
