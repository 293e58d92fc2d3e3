// What the server's log says of failures, and what it never says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "tests/blackbox/shop.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A checkpoint that cannot be made: a file stands where its folder should be.
void break_checkpoints(const GaveldProcess& server) {
  std::filesystem::remove_all(server.data_dir() + "/checkpoints");
  write_file(server.data_dir() + "/checkpoints", "");
}

TEST(Log, TellsOfFailuresWithTheirReasons) {
  GaveldProcess server(JsonTree::Object{{"http", JsonTree::Object{{"connections_max", 1}}}});
  ASSERT_TRUE(server.start()) << server.log();
  break_checkpoints(server);
  {
    std::optional<HttpClient> only;
    do {
      only.emplace(server.port());
    } while (only->get("/healthz").status != 200);  // the one of start() may not be forgotten yet
    EXPECT_EQ(HttpClient(server.port()).read_response()->status, 503);
    EXPECT_EQ(only->request("POST", "/v1/admin/checkpoint").status, 500);
  }
  EXPECT_EQ(server.terminate(), 0);
  EXPECT_THAT(server.log(), HasSubstr(" warning 503 unmatched: too many connections\n"));
  EXPECT_THAT(server.log(),
              HasSubstr(" error 500 POST /v1/admin/checkpoint: the checkpoint could not be made: "));
}

class SecretsOfTheLog : public testing::Test {
 protected:
  static JsonTree key(const std::string& sha256, const std::string& role) {
    JsonTree key(JsonTree::Object{{"key_sha256", sha256}, {"role", role}});
    if (role == "advertiser") key.set("advertiser_id", "v");
    return key;
  }

  void SetUp() override {
    write_file(server_.directory().path() / "token.keys", secret_ + "\n");
    server_.configure(JsonTree::Object{
        {"log_level", "trace"},
        {"tokens", JsonTree::Object{{"secret_file", server_.directory().file("token.keys")}}},
        {"api_keys",
         JsonTree::Array{
             key("69a5265506c94c77b787a7d7377b7685a0eff82e33920a71e7ee22cd6154953e", "admin"),
             key("e75390981221aacccfa975cd11ebea289217120269f33b1b4f9f67cd5af67c54", "platform"),
             key("44cfdcdd88354fa1412781f5a01a901c9112db33bfa8b165fbec9b618d9cf112", "advertiser")}}});
  }
  ClientResponse send(const std::string& key, const std::string& method, const std::string& target,
                      const std::string& body = "") {
    return HttpClient(server_.port()).request(method, target, body, {{"Authorization", "Bearer " + key}});
  }
  void open_shop() {
    const std::pair<const char*, const char*> resources[] = {
        {"placements/p", R"({"kind": "display", "position_ctr": [1]})"},
        {"advertisers/v", R"({"name": "V"})"},
        {"campaigns/c", R"({"advertiser_id": "v", "name": "C", "pricing": "cpc",
                            "frequency_cap": {"impressions": 9, "window_s": 60}})"},
        {"ad_groups/g", R"({"campaign_id": "c", "name": "G", "bid_micros": 1000,
                            "audience": [{"all": ["tag-of-hers"]}]})"},
        {"ads/a",
         R"({"ad_group_id": "g", "item_id": "i", "title": "T", "landing_url": "https://shop.example/"})"},
    };
    for (const auto& [target, body] : resources) {
      EXPECT_EQ(send("admin-key", "PUT", std::string("/v1/") + target, body).status, 201) << target;
    }
  }
  std::string auction() {
    const auto answer = send("platform-key", "POST", "/v1/auctions",
                             R"({"request_id": "request-of-hers", "query": "query-of-hers",
                                 "user": {"id": "user-of-hers", "tags": ["tag-of-hers"]},
                                 "auctions": [{"placement_id": "p"}]})");
    const auto body = JsonTree::parse(answer.body);
    const auto* token = body ? body->at("/auctions/0/winners/0/token") : nullptr;
    EXPECT_NE(token, nullptr) << answer.body;
    return token != nullptr ? token->text_or_empty() : "-";
  }
  // What may go wrong with a token, a user id and a key, and what a client may send by mistake.
  void misuse(const std::string& token) {
    EXPECT_EQ(send("key-of-theirs", "GET", "/v1/campaigns/c/budget").status, 401);
    EXPECT_EQ(send("shop-key", "GET", "/v1/placements/p?user=user-of-hers").status, 400);
    EXPECT_EQ(send("shop-key", "POST", "/v1/auctions", R"({"user": {"id": "user-of-hers"}})").status, 403);
    EXPECT_EQ(send("admin-key", "GET", "/v1/click?t=" + token + "A").status, 400);
    EXPECT_EQ(send("admin-key", "BREW", "/v1/click?t=" + token).status, 501);
    EXPECT_EQ(send("admin-key", "GET", "/user-of-hers/" + token).status, 404);
    EXPECT_EQ(send("platform-key", "POST", "/v1/events", "{\"" + token).status, 400);
    HttpClient rude(server_.port());
    rude.send("GET /v1/click?t=" + token + " HTTP/1.1\r\nAuthorization Bearer admin-key\r\n\r\n");
    EXPECT_EQ(rude.read_response()->status, 400);
    EXPECT_EQ(send("admin-key", "POST", "/v1/admin/checkpoint").status, 500);
  }

  const std::string secret_ = "5ec2e7" + std::string(58, '7');
  GaveldProcess server_;
};

TEST_F(SecretsOfTheLog, AreNotInIt) {
  ASSERT_TRUE(server_.start()) << server_.log();
  break_checkpoints(server_);
  open_shop();
  const std::string shown = auction(), clicked = auction(), reported = auction();
  EXPECT_EQ(send("platform-key", "GET", "/v1/impression?t=" + shown).status, 204);
  EXPECT_EQ(send("platform-key", "GET", "/v1/click?t=" + clicked).status, 302);
  EXPECT_EQ(
      send("platform-key", "POST", "/v1/events",
           R"({"events": [{"id": "event-of-hers", "type": "conversion", "token": ")" + reported + "\"}]}")
          .status,
      200);
  EXPECT_EQ(send("shop-key", "GET", "/v1/campaigns/c/budget").status, 200);
  misuse(clicked);
  EXPECT_EQ(server_.terminate(), 0);  // not killed: a failure is told once its answer is out
  std::filesystem::remove(server_.data_dir() + "/checkpoints");
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(send("platform-key", "GET", "/v1/click?t=" + shown).status, 302);
  EXPECT_EQ(server_.terminate(), 0);

  const std::string log = server_.log();
  EXPECT_THAT(log, HasSubstr("501 unmatched: "));  // so that it is known to be the log of all that
  EXPECT_THAT(log, HasSubstr("500 POST /v1/admin/checkpoint: "));
  for (const std::string& token : {shown, clicked, reported}) {
    EXPECT_THAT(log, Not(HasSubstr(token)));
    EXPECT_THAT(log, Not(HasSubstr(token.substr(0, 12)))) << "nor a part of one";
  }
  for (const std::string& secret :
       {std::string("admin-key"), std::string("platform-key"), std::string("shop-key"), secret_,
        std::string("69a52655"), std::string("e7539098"), std::string("44cfdcdd"), std::string("of-theirs"),
        std::string("of-hers")}) {
    EXPECT_THAT(log, Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace gavel
