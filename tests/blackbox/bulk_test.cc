// Bodies too large to be written down as scenarios.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/blackbox/answer_check.h"
#include "tests/support/gaveld_process.h"
#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"

namespace gavel {
namespace {

const ClientHeaders kNdjson = {{"Content-Type", "application/x-ndjson"}};

std::string advertiser_line(int n) {
  const std::string id = std::to_string(n);
  return R"({"op": "put", "type": "advertiser", "id": "v)" + id + R"(", "body": {"name": "Shop )" + id +
         R"("}})";
}

// `count` lines, the last without a newline.
std::string advertiser_lines(int count) {
  std::string body;
  for (int n = 0; n < count; ++n) body += advertiser_line(n) + (n + 1 < count ? "\n" : "");
  return body;
}

class BulkTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.start()) << server_.log(); }

  ClientResponse post(const std::string& target, const std::string& body) {
    return HttpClient(server_.port()).request("POST", target, body, kNdjson);
  }
  std::size_t advertisers() {
    std::size_t count = 0;
    std::string page;
    HttpClient http(server_.port());
    do {
      const auto answer =
          http.get("/v1/advertisers?page_size=1000" + (page.empty() ? "" : "&page_token=" + page));
      const auto body = JsonTree::parse(answer.body);
      if (!body) return 0;
      count += (*body)["items"].items().size();
      page = (*body)["next_page_token"].text_or_empty();
    } while (!page.empty());
    return count;
  }

  GaveldProcess server_;
};

TEST_F(BulkTest, TakesABodyOfAnyLength) {
  constexpr int kLines = 30'000;
  const auto answer = post("/v1/bulk", advertiser_lines(kLines));
  ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 1'000);
  std::vector<std::string> differences;
  const auto lines = ndjson_lines(answer.body, differences);
  EXPECT_TRUE(differences.empty());
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(kLines));
  for (int n = 0; n < kLines; ++n) {
    const JsonTree& line = lines[static_cast<std::size_t>(n)];
    ASSERT_EQ(line["line"], JsonTree(n + 1));
    ASSERT_EQ(line["status"], JsonTree(201)) << line.dump();
  }
  server_.kill_hard();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(advertisers(), static_cast<std::size_t>(kLines));
}

TEST_F(BulkTest, AtomicTakesTenThousandLinesAndNoMore) {
  const auto too_many = post("/v1/bulk?atomic=true", advertiser_lines(10'001));
  EXPECT_GE(too_many.status, 400);
  EXPECT_LT(too_many.status, 500);
  EXPECT_EQ(advertisers(), 0U);
  EXPECT_EQ(post("/v1/bulk?atomic=true", advertiser_lines(10'000)).status, 200);
  EXPECT_EQ(advertisers(), 10'000U);
}

TEST_F(BulkTest, AtomicUndoesNothingWhenItsLastLineIsBad) {
  EXPECT_EQ(post("/v1/bulk?atomic=true", advertiser_lines(2'000) + "\n{\"op\": \"put\"").status, 200);
  EXPECT_EQ(advertisers(), 0U);
}

TEST_F(BulkTest, ExplainShowsAThousandAdsAndSaysThatThereAreMore) {
  std::string body = advertiser_line(0) + R"(
{"op": "put", "type": "placement", "id": "p", "body": {"kind": "display", "position_ctr": [1]}}
{"op": "put", "type": "campaign", "id": "c", "body": {"advertiser_id": "v0", "name": "C", "pricing": "cpc"}}
{"op": "put", "type": "ad_group", "id": "g", "body": {"campaign_id": "c", "name": "G", "bid_micros": 1000}}
)";
  const auto ad = [](const std::string& id) {
    return R"({"op": "put", "type": "ad", "id": ")" + id + R"(", "body": {"ad_group_id": "g", "item_id": ")" +
           id + R"(", "title": "T", "landing_url": "https://shop.example/"}})" + "\n";
  };
  for (int n = 0; n < 1'000; ++n) body += ad("a" + std::to_string(n));
  ASSERT_EQ(post("/v1/bulk", body).status, 200);
  const auto explain = [this] {
    const auto answer =
        HttpClient(server_.port())
            .request("POST", "/v1/auctions",
                     R"({"auctions": [{"placement_id": "p"}], "explain": true, "explain_ad_ids": ["a7"]})");
    const auto tree = JsonTree::parse(answer.body);
    return tree ? (*tree)["auctions"][0] : JsonTree();
  };
  const JsonTree all = explain();
  EXPECT_EQ(all["explain"].items().size(), 1'000U);
  EXPECT_EQ(all["explain"][0]["ad_id"], JsonTree("a7"));
  EXPECT_EQ(all.find("truncated"), nullptr);

  ASSERT_EQ(post("/v1/bulk", ad("one-more")).status, 200);
  const JsonTree some = explain();
  EXPECT_EQ(some["explain"].items().size(), 1'000U);
  EXPECT_EQ(some["truncated"], JsonTree(true));
}

}  // namespace
}  // namespace gavel
