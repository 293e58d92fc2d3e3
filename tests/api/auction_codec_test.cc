// Reading of auction requests: every field, every limit, every refusal at its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

#include "api/json/auction_request_reader.h"
#include "auction/resources.h"

namespace gavel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AuctionRequestReaderTest : public testing::Test {
 protected:
  // Reads a copy of `body` with padding behind it, which stays until the next call.
  bool read(std::string_view body) {
    body_.assign(body);
    body_.append(kJsonPadding, 'x');
    errors_ = {};
    return reader_.read({body_.data(), body.size()}, request_, errors_);
  }
  std::string refusal(std::string_view body) {
    if (read(body)) return "accepted";
    std::string text;
    for (const FieldError& error : errors_.get()) text += error.field + ": " + error.reason + "; ";
    return text;
  }
  // The fields named by the errors.
  std::vector<std::string> fields(std::string_view body) {
    std::vector<std::string> names;
    if (read(body)) names.push_back("accepted");
    for (const FieldError& error : errors_.get()) names.push_back(error.field);
    return names;
  }

  AuctionRequestReader reader_;
  AuctionRequest request_;
  ErrorList errors_;
  std::string body_;
};

// A minimal request with one more member.
std::string with(std::string_view member) {
  return R"({"auctions":[{"placement_id":"p"}],)" + std::string(member) + "}";
}

std::string list_of(std::size_t count, std::string_view item) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text.append(i == 0 ? "" : ",").append(item);
  return text + "]";
}

TEST_F(AuctionRequestReaderTest, ReadsEveryField) {
  ASSERT_TRUE(read(
      R"({"request_id": "r-1", "query": "夏季 连衣裙", "category_ids": ["dress"], "item_ids": ["i1","i2"],
    "user": {"id": "u1", "tags": ["female", "城市"], "region": "CN-ZJ", "device": "mobile"},
    "auctions": [{"placement_id": "search-top", "slots": 4}, {"placement_id": "side"}],
    "predictions": [{"ad_id": "a1", "pctr": 0.031, "pcvr": 0.01}, {"ad_id": "a2"}],
    "explain": false, "explain_ad_ids": ["a1"]})"))
      << refusal(body_.substr(0, body_.size() - kJsonPadding));
  EXPECT_EQ(request_.request_id, "r-1");
  EXPECT_EQ(request_.query, "夏季 连衣裙");
  EXPECT_THAT(request_.category_ids, ElementsAre("dress"));
  EXPECT_THAT(request_.item_ids, ElementsAre("i1", "i2"));
  EXPECT_TRUE(request_.limits_items);
  EXPECT_EQ(request_.user.id, "u1");
  EXPECT_THAT(request_.user.tags, ElementsAre("female", "城市"));
  EXPECT_EQ(request_.user.region, "CN-ZJ");
  EXPECT_EQ(request_.user.device, "mobile");
  ASSERT_EQ(request_.auctions.size(), 2u);
  EXPECT_EQ(request_.auctions[0].placement_id, "search-top");
  EXPECT_EQ(request_.auctions[0].slots, 4u);
  EXPECT_EQ(request_.auctions[1].slots, 0u);
  ASSERT_EQ(request_.predictions.size(), 2u);
  EXPECT_EQ(request_.predictions[0].ad_id, "a1");
  EXPECT_EQ(request_.predictions[0].pctr, Probability{31'000'000});
  EXPECT_EQ(request_.predictions[0].pcvr, Probability{10'000'000});
  EXPECT_EQ(request_.predictions[1].pctr, std::nullopt);
  EXPECT_FALSE(request_.explain) << "said outright, whatever explain_ad_ids implies";
  EXPECT_THAT(request_.explain_ad_ids, ElementsAre("a1"));
}

TEST_F(AuctionRequestReaderTest, ExplainAdIdsImplyExplainOnlyWhereItIsLeftOut) {
  ASSERT_TRUE(read(with(R"("explain_ad_ids":["a1"])")));
  EXPECT_TRUE(request_.explain);
  ASSERT_TRUE(read(with(R"("explain":null,"explain_ad_ids":["a1"])")));
  EXPECT_TRUE(request_.explain);
  ASSERT_TRUE(read(with(R"("explain":false,"explain_ad_ids":["a1"])")));
  EXPECT_FALSE(request_.explain);
  ASSERT_TRUE(read(with(R"("explain":true)")));
  EXPECT_TRUE(request_.explain);
}

TEST_F(AuctionRequestReaderTest, ReadsHowLongTheSenderWaits) {
  ASSERT_TRUE(read(with(R"("tmax_ms":120)")));
  EXPECT_EQ(request_.tmax_ms, 120U);
  ASSERT_TRUE(read(with(R"("tmax_ms":60000)")));
  ASSERT_TRUE(read(with(R"("query":"x")")));
  EXPECT_EQ(request_.tmax_ms, 0U) << "nothing is left of the request before";
  for (const std::string_view wrong : {"0", "-1", "60001", "1.5", "\"100\"", "true", "[]"}) {
    EXPECT_THAT(fields(with(R"("tmax_ms":)" + std::string(wrong))), ElementsAre("/tmax_ms")) << wrong;
  }
}

TEST_F(AuctionRequestReaderTest, OnlyAuctionsIsRequired) {
  ASSERT_TRUE(read(R"({"auctions":[{"placement_id":"p"}]})"));
  EXPECT_EQ(request_.request_id, "");
  EXPECT_EQ(request_.query, "");
  EXPECT_FALSE(request_.limits_items);
  EXPECT_FALSE(request_.explain);
  EXPECT_EQ(request_.user_hash, 0u);
  EXPECT_THAT(request_.predictions, IsEmpty());
  EXPECT_THAT(fields("{}"), ElementsAre("/auctions"));
  EXPECT_THAT(fields(R"({"auctions":[{}]})"), ElementsAre("/auctions/0/placement_id"));
}

TEST_F(AuctionRequestReaderTest, NothingIsLeftOfTheRequestBefore) {
  ASSERT_TRUE(read(with(R"("request_id":"r","query":"q","category_ids":["c"],"item_ids":["i"],"explain":true,
    "explain_ad_ids":["a"],"user":{"id":"u","tags":["t"],"region":"R","device":"d"},"predictions":[{"ad_id":"a"}])")));
  ASSERT_TRUE(read(R"({"auctions":[{"placement_id":"p"}]})"));
  EXPECT_EQ(request_.request_id, "");
  EXPECT_EQ(request_.query, "");
  EXPECT_THAT(request_.category_ids, IsEmpty());
  EXPECT_THAT(request_.item_ids, IsEmpty());
  EXPECT_FALSE(request_.limits_items);
  EXPECT_FALSE(request_.explain);
  EXPECT_THAT(request_.explain_ad_ids, IsEmpty());
  EXPECT_EQ(request_.user.id, "");
  EXPECT_THAT(request_.user.tags, IsEmpty());
  EXPECT_EQ(request_.user.region, "");
  EXPECT_EQ(request_.user.device, "");
  EXPECT_EQ(request_.auctions.size(), 1u);
  EXPECT_THAT(request_.predictions, IsEmpty());
}

TEST_F(AuctionRequestReaderTest, EmptyListsAreAccepted) {
  ASSERT_TRUE(read(with(R"("category_ids":[],"predictions":[],"explain_ad_ids":[],"user":{"tags":[]})")));
  EXPECT_FALSE(request_.limits_items);
  EXPECT_FALSE(request_.explain);
}

TEST_F(AuctionRequestReaderTest, AnEmptyListOfItemsIsALimitAndNoListIsNone) {
  ASSERT_TRUE(read(with(R"("item_ids":[])")));
  EXPECT_TRUE(request_.limits_items);
  EXPECT_THAT(request_.item_ids, IsEmpty());
  ASSERT_TRUE(read(with(R"("item_ids":null)")));
  EXPECT_FALSE(request_.limits_items);
}

TEST_F(AuctionRequestReaderTest, SlotsAreAnIntegerFrom1To40) {
  const auto slots = [&](std::string_view value) {
    return fields(R"({"auctions":[{"placement_id":"p","slots":)" + std::string(value) + "}]}");
  };
  EXPECT_THAT(slots("1"), ElementsAre("accepted"));
  EXPECT_THAT(slots("40"), ElementsAre("accepted"));
  for (const char* wrong : {"0", "41", "-1", "1.5", "1.0", "1e1", "\"4\"", "true", "99999999999999999999"}) {
    EXPECT_THAT(slots(wrong), testing::Not(ElementsAre("accepted"))) << wrong;
  }
  EXPECT_THAT(slots("0"), ElementsAre("/auctions/0/slots"));
}

TEST_F(AuctionRequestReaderTest, EveryWrongFieldIsNamed) {
  const struct {
    std::string body, field;
  } cases[] = {
      {"", ""},
      {"[]", ""},
      {"{", ""},
      {"{} x", ""},
      {R"({"auctions":[]})", "/auctions"},
      {R"({"auctions":{}})", "/auctions"},
      {R"({"auctions":)" + list_of(9, R"({"placement_id":"p"})") + "}", "/auctions"},
      {R"({"auctions":[{"placement_id":"p","slot":1}]})", "/auctions/0/slot"},
      {R"({"auctions":[{"placement_id":"p q"}]})", "/auctions/0/placement_id"},
      {R"({"auctions":[{"placement_id":"p"},7]})", "/auctions/1"},
      {with(R"("qery":"x")"), "/qery"},
      {with(R"("auctions":[{"placement_id":"p"}])"), "/auctions"},
      {with(R"("request_id":"")"), "/request_id"},
      {with(R"("request_id":7)"), "/request_id"},
      {with(R"("request_id":"a\u0007")"), "/request_id"},
      {with(R"("request_id":")" + std::string(129, 'r') + "\""), "/request_id"},
      {with(R"("query":[])"), "/query"},
      {with(R"("query":")" + std::string(kQueryLengthMax + 1, 'q') + "\""), "/query"},
      {with(R"("category_ids":"dress")"), "/category_ids"},
      {with(R"("category_ids":["dress",""])"), "/category_ids/1"},
      {with(R"("category_ids":)" + list_of(kRequestCategoriesMax + 1, "\"c\"")), "/category_ids"},
      {with(R"("item_ids":["i!"])"), "/item_ids/0"},
      {with(R"("item_ids":)" + list_of(kRequestItemsMax + 1, "\"i\"")), "/item_ids"},
      {with(R"("user":"u1")"), "/user"},
      {with(R"("user":{"id":""})"), "/user/id"},
      {with(R"("user":{"name":"n"})"), "/user/name"},
      {with(R"("user":{"tags":["a",1]})"), "/user/tags/1"},
      {with(R"("user":{"tags":[")" + std::string(65, 't') + "\"]}"), "/user/tags/0"},
      {with(R"("user":{"tags":)" + list_of(kUserTagsMax + 1, "\"t\"") + "}"), "/user/tags"},
      {with(R"("user":{"region":5})"), "/user/region"},
      {with(R"("user":{"device":""})"), "/user/device"},
      {with(R"("predictions":{})"), "/predictions"},
      {with(R"("predictions":[{"pctr":0.1}])"), "/predictions/0/ad_id"},
      {with(R"("predictions":[{"ad_id":"a","pctr":1.1}])"), "/predictions/0/pctr"},
      {with(R"("predictions":[{"ad_id":"a","pctr":-0.1}])"), "/predictions/0/pctr"},
      {with(R"("predictions":[{"ad_id":"a","pcvr":"0.1"}])"), "/predictions/0/pcvr"},
      {with(R"("predictions":[{"ad_id":"a","ctr":0.1}])"), "/predictions/0/ctr"},
      {with(R"("predictions":[{"ad_id":"a"},{"ad_id":"b"},{"ad_id":"a"}])"), "/predictions/2/ad_id"},
      {with(R"("predictions":)" + list_of(kPredictionsMax + 1, "1")), "/predictions"},
      {with(R"("explain":1)"), "/explain"},
      {with(R"("explain_ad_ids":[null])"), "/explain_ad_ids/0"},
      {with(R"("explain_ad_ids":)" + list_of(kExplainMax + 1, "\"a\"")), "/explain_ad_ids"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(fields(c.body), ElementsAre(c.field)) << c.body.substr(0, 200) << "\n" << refusal(c.body);
  }
}

TEST_F(AuctionRequestReaderTest, LimitsThemselvesAreAccepted) {
  EXPECT_THAT(fields(R"({"auctions":)" + list_of(8, R"({"placement_id":"p"})") + "}"),
              ElementsAre("accepted"));
  EXPECT_THAT(fields(with(R"("query":")" + std::string(kQueryLengthMax, 'q') + "\"")),
              ElementsAre("accepted"));
  EXPECT_THAT(fields(with(R"("item_ids":)" + list_of(kRequestItemsMax, "\"i\""))), ElementsAre("accepted"));
  EXPECT_THAT(fields(with(R"("user":{"tags":)" + list_of(kUserTagsMax, "\"t\"") + "}")),
              ElementsAre("accepted"));
  EXPECT_THAT(fields(with(R"("request_id":")" + std::string(128, 'r') + "\"")), ElementsAre("accepted"));
  std::string tag, query;
  for (std::size_t i = 0; i < kTagLengthMax; ++i) tag += "裙";
  for (std::size_t i = 0; i < kQueryLengthMax; ++i) query += "裙";
  EXPECT_THAT(fields(with(R"("query":")" + query + R"(","user":{"tags":[")" + tag + "\"]}")),
              ElementsAre("accepted"));
  EXPECT_THAT(fields(with(R"("query":")" + query + R"(x","user":{"tags":[")" + tag + "x\"]}")),
              ElementsAre("/query", "/user/tags/0"));
  std::string predictions;
  for (std::size_t i = 0; i < kPredictionsMax; ++i) {
    predictions += (i == 0 ? "" : ",") + (R"({"ad_id":"a)" + std::to_string(i) + "\"}");
  }
  EXPECT_THAT(fields(with(R"("predictions":[)" + predictions + "]")), ElementsAre("accepted"));
  EXPECT_EQ(request_.predictions.size(), kPredictionsMax);
}

TEST_F(AuctionRequestReaderTest, SeveralErrorsAreToldAtOnce) {
  EXPECT_THAT(fields(R"({"auctions":[{"placement_id":"p","slots":0}],"query":1,"x":2})"),
              testing::UnorderedElementsAre("/auctions/0/slots", "/query", "/x"));
}

TEST_F(AuctionRequestReaderTest, DoubledPredictionsAreFoundAmongMany) {
  // Against a set, over random sizes: the table in the reader must neither miss a double nor invent one.
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::set<std::uint32_t> ads;
    std::string predictions;
    bool doubled = false;
    const auto count = static_cast<std::uint32_t>(random() % 60);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t ad = static_cast<std::uint32_t>(random() % 2'000);
      doubled = doubled || !ads.insert(ad).second;
      predictions += (i == 0 ? "" : ",") + (R"({"ad_id":")" + std::to_string(ad) + "\"}");
    }
    EXPECT_EQ(read(with(R"("predictions":[)" + predictions + "]")), !doubled) << predictions;
  }
}

}  // namespace
}  // namespace gavel
