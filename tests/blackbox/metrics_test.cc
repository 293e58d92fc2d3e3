// What /metrics of the real server says after an auction, an impression, a click and what may go wrong with
// them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "tests/blackbox/shop.h"

namespace gavel {
namespace {

// The samples of a text in Prometheus' format, by name and labels.
std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = text.substr(begin, end - begin);
    const auto blank = line.rfind(' ');
    if (line.starts_with('#') || blank == std::string::npos) continue;
    samples[line.substr(0, blank)] = std::strtod(line.c_str() + blank, nullptr);
  }
  return samples;
}

class MetricsOfTheServer : public testing::Test {
 protected:
  // The value of a sample that must be there.
  double value(const std::string& name) const {
    const auto found = samples_.find(name);
    EXPECT_NE(found, samples_.end()) << name;
    return found == samples_.end() ? -1 : found->second;
  }
  // Whether there is a sample whose name begins so.
  bool any(const std::string& prefix) const {
    const auto found = samples_.lower_bound(prefix);
    return found != samples_.end() && found->first.starts_with(prefix);
  }
  std::string token(HttpClient& http, const std::string& more = "") {
    const auto answer =
        http.request("POST", "/v1/auctions", R"({"auctions": [{"placement_id": "p"}])" + more + "}");
    const auto body = JsonTree::parse(answer.body);
    const auto* token = body ? body->at("/auctions/0/winners/0/token") : nullptr;
    return token != nullptr ? token->text_or_empty() : "";
  }

  std::map<std::string, double> samples_;
};

TEST_F(MetricsOfTheServer, TellOfEverythingThatHappened) {
  GaveldProcess server(JsonTree::Object{{"threads", 1}});
  ASSERT_TRUE(server.start()) << server.log();
  // The campaign can pay for one click and a half, and counts its users.
  Shop(server).open(
      R"(, "lifetime_budget_micros": 1500, "frequency_cap": {"impressions": 9, "window_s": 60})");
  HttpClient http(server.port());  // one connection: what was answered on it has been counted
  const std::string user = R"(, "user": {"id": "u1"})";
  const std::string first = token(http, user), second = token(http, user);
  EXPECT_EQ(token(http), "");  // a capped campaign is not shown to nobody
  EXPECT_EQ(http.get("/v1/impression?t=" + first).status, 204);
  EXPECT_EQ(http.get("/v1/click?t=" + first).status, 302);
  EXPECT_EQ(http.get("/v1/click?t=" + first).status, 302);
  EXPECT_EQ(http.get("/v1/click?t=" + second).status, 302);
  EXPECT_EQ(http.get("/v1/click?t=nonsense").status, 400);
  EXPECT_EQ(http.get("/nowhere").status, 404);
  samples_ = samples_of(http.get("/metrics").body);

  EXPECT_EQ(value(R"(gavel_http_requests_total{method="POST",route="/v1/auctions",status="200"})"), 3);
  EXPECT_EQ(value(R"(gavel_http_requests_total{method="GET",route="/v1/click",status="302"})"), 3);
  EXPECT_EQ(value(R"(gavel_http_requests_total{method="any",route="unmatched",status="404"})"), 1);
  EXPECT_EQ(value(R"(gavel_http_request_duration_seconds_count{class="auction"})"), 3);

  EXPECT_EQ(value("gavel_auction_duration_seconds_count"), 3);
  EXPECT_EQ(value(R"(gavel_auction_duration_seconds_bucket{le="+Inf"})"), 3);
  EXPECT_TRUE(any(R"(gavel_auction_duration_seconds_bucket{le="5e-06"})")) << "buckets of microseconds";
  EXPECT_EQ(value("gavel_auctions_total"), 3);
  EXPECT_EQ(value("gavel_auction_winners_total"), 2);
  EXPECT_EQ(value("gavel_auction_candidates_sum"), 3);
  EXPECT_EQ(value(R"(gavel_auction_no_fill_total{reason="frequency_cap"})"), 1);

  EXPECT_EQ(value(R"(gavel_events_total{type="impression",status="counted"})"), 1);
  EXPECT_EQ(value(R"(gavel_events_total{type="click",status="charged"})"), 1);
  EXPECT_EQ(value(R"(gavel_events_total{type="click",status="duplicate"})"), 1);
  EXPECT_EQ(value(R"(gavel_events_total{type="click",status="over_budget"})"), 1);
  EXPECT_EQ(value(R"(gavel_events_total{type="click",status="invalid_token"})"), 1);
  EXPECT_EQ(value("gavel_charged_micros_total"), 1'500);
  EXPECT_EQ(value("gavel_uncharged_micros_total"), 500);
  EXPECT_GE(value("gavel_held_micros"), 0);
  EXPECT_EQ(value("gavel_holds_evicted_total"), 0);
  EXPECT_EQ(value("gavel_frequency_pairs"), 1);
  EXPECT_EQ(value("gavel_ledger_commit_duration_seconds_count"), 3) << "a duplicate is found, not written";
  EXPECT_EQ(value("gavel_ledger_batch_events_sum"), 3);

  EXPECT_EQ(value(R"(gavel_catalog_resources{type="ad"})"), 1);
  EXPECT_EQ(value(R"(gavel_catalog_resources{type="keyword"})"), 0);
  EXPECT_TRUE(any("gavel_rocksdb_"));
  EXPECT_TRUE(any("gavel_build_info{version="));
  EXPECT_GT(value("gavel_process_resident_memory_bytes"), 0);
}

TEST_F(MetricsOfTheServer, HaveNoLabelThatGrowsWithTheMarket) {
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  const auto names = [&server] {
    HttpClient http(server.port());
    http.get("/metrics");
    std::string all;
    for (const auto& [name, value] : samples_of(http.get("/metrics").body)) {
      if (!name.starts_with("gavel_http_requests_total")) all += name + "\n";  // shown once they are not 0
    }
    return all;
  };
  const std::string before = names();
  const Shop shop(server);
  Shop(server).open();
  for (const std::string& token : shop.tokens(3)) EXPECT_EQ(shop.click(token), 302);
  EXPECT_EQ(names(), before);
}

}  // namespace
}  // namespace gavel
