#include "bench/shopper/shopper.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>

#include "tests/bench/fake_server.h"

namespace gavel {
namespace {

// A winner whose token says its number; the URLs of even ones are absolute.
std::string winner(int number, const char* pctr) {
  const std::string n = std::to_string(number);
  const std::string host = number % 2 == 0 ? "http://gavel.example:1" : "";
  return "{\"position\":1,\"ad_id\":\"a" + n + "\",\"pctr\":" + pctr + ",\"token\":\"t" + n +
         "\",\"impression_url\":\"" + host + "/v1/impression?t=t" + n + "\",\"click_url\":\"" + host +
         "/v1/click?t=t" + n + "\"}";
}

std::string answer_with(const std::string& winners) {
  return "{\"request_id\":\"r\",\"auctions\":[{\"placement_id\":\"p\",\"error\":\"unknown\"},"
         "{\"placement_id\":\"q\",\"winners\":[" +
         winners + "]}]}";
}

TEST(Shopper, ReadsWinnersOfAllAuctions) {
  JsonParser parser;
  const auto ads = read_winners(parser, answer_with(winner(1, "0.25") + "," + winner(2, "1")));
  ASSERT_EQ(ads.size(), 2u);
  EXPECT_EQ(ads[0].token, "t1");
  EXPECT_EQ(ads[0].pctr.nano, 250'000'000);
  EXPECT_EQ(ads[1].click_url, "http://gavel.example:1/v1/click?t=t2");
  EXPECT_TRUE(read_winners(parser, "not JSON").empty());
  EXPECT_TRUE(read_winners(parser, "{}").empty());
  EXPECT_TRUE(read_winners(parser, answer_with("")).empty());
}

TEST(Shopper, TargetOfAUrl) {
  EXPECT_EQ(url_target("/v1/click?t=a://b"), "/v1/click?t=a://b");
  EXPECT_EQ(url_target("http://h:1/v1/click?t=x"), "/v1/click?t=x");
  EXPECT_EQ(url_target("http://h:1"), "/");
}

// One ad is always clicked and one never; each is looked at once a visit, and one click of twenty converts.
TEST(Shopper, LooksClicksAndBuys) {
  std::mutex mutex;
  std::map<std::string, int> calls;
  FakeServer server([&](const FakeRequest& request) {
    const std::lock_guard lock(mutex);
    ++calls[std::string(request.target)];
    if (request.target == "/v1/auctions")
      return fake_answer(answer_with(winner(1, "0") + "," + winner(2, "1")));
    if (request.target == "/v1/events") {
      EXPECT_NE(request.body.find("\"type\":\"conversion\",\"token\":\"t2\""), std::string_view::npos);
      return fake_answer("{\"results\":[]}");
    }
    if (request.target.starts_with("/v1/impression")) return fake_answer("", "204 No Content");
    return fake_answer("", "302 Found", "Location: https://shop.example/\r\n");
  });
  LoopbackClient client(*parse_loopback(server.url()), "");
  Shopper shopper(client, Marketplace({.ads = 100}), 1);
  for (int i = 0; i < 200; ++i) shopper.visit(Timestamp{});
  const ShopperTotals& totals = shopper.totals();
  EXPECT_EQ(totals.auctions, 200u);
  EXPECT_EQ(totals.ads, 400u);
  EXPECT_EQ(totals.impressions, 400u);
  EXPECT_EQ(totals.clicks, 200u);
  EXPECT_GT(totals.conversions, 0u);
  EXPECT_LT(totals.conversions, 30u);
  EXPECT_EQ(totals.errors, 0u);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(calls["/v1/impression?t=t1"], 200);
  EXPECT_EQ(calls["/v1/click?t=t2"], 200);
  EXPECT_EQ(calls.count("/v1/click?t=t1"), 0u);
  EXPECT_EQ(calls["/v1/events"], static_cast<int>(totals.conversions));
}

TEST(Shopper, CountsWhatFails) {
  FakeServer server([&](const FakeRequest&) { return fake_answer("", "503 Service Unavailable"); });
  LoopbackClient client(*parse_loopback(server.url()), "");
  Shopper shopper(client, Marketplace({.ads = 100}), 1);
  shopper.visit(Timestamp{});
  EXPECT_EQ(shopper.totals().errors, 1u);
  EXPECT_EQ(shopper.totals().auctions, 0u);
}

}  // namespace
}  // namespace gavel
