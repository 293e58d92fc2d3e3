// Copies of a data directory: which tokens of the original they accept, and which they must not.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/gaveld_process.h"
#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

int put(GaveldProcess& server, const std::string& target, const std::string& body) {
  return HttpClient(server.port()).request("PUT", target, body).status;
}

// Advertiser v<n> with one CPC ad a<n>, which alone is shown on placement p<n>.
void make_shop(GaveldProcess& server, const std::string& n) {
  EXPECT_EQ(put(server, "/v1/placements/p" + n, R"({"kind": "display", "position_ctr": [1]})"), 201);
  EXPECT_EQ(put(server, "/v1/advertisers/v" + n, R"({"name": "V"})"), 201);
  EXPECT_EQ(put(server, "/v1/campaigns/c" + n,
                R"({"advertiser_id": "v)" + n + R"(", "name": "C", "pricing": "cpc"})"),
            201);
  EXPECT_EQ(put(server, "/v1/ad_groups/g" + n,
                R"({"campaign_id": "c)" + n + R"(", "name": "G", "bid_micros": 1000000, "placements": ["p)" +
                    n + R"("]})"),
            201);
  EXPECT_EQ(put(server, "/v1/ads/a" + n,
                R"({"ad_group_id": "g)" + n + R"(", "item_id": "i", "title": "T", "landing_url": "https://)" +
                    n + R"(.example/"})"),
            201);
}

JsonTree request(GaveldProcess& server, const std::string& method, const std::string& target,
                 const std::string& body = "") {
  const auto answer = HttpClient(server.port()).request(method, target, body);
  const auto tree = JsonTree::parse(answer.body);
  EXPECT_TRUE(tree) << method << " " << target << ": " << answer.body;
  return tree.value_or(JsonTree());
}

std::string new_token(GaveldProcess& server, const std::string& n) {
  const JsonTree body =
      request(server, "POST", "/v1/auctions", R"({"auctions": [{"placement_id": "p)" + n + R"("}]})");
  const auto* token = body.at("/auctions/0/winners/0/token");
  EXPECT_NE(token, nullptr) << body.dump();
  return token != nullptr ? token->text_or_empty() : "";
}

// What became of a click sent by POST /v1/events.
std::string click(GaveldProcess& server, const std::string& token) {
  const JsonTree body = request(server, "POST", "/v1/events",
                                R"({"events": [{"id": "e", "type": "click", "token": ")" + token + "\"}]}");
  const auto* status = body.at("/results/0/status");
  return status != nullptr ? status->text_or_empty() : body.dump();
}

int follow(GaveldProcess& server, const std::string& token) {
  return HttpClient(server.port()).get("/v1/click?t=" + token).status;
}

std::int64_t charged(GaveldProcess& server, const std::string& n) {
  return request(server, "GET", "/v1/advertisers/v" + n + "/balance")["charged_micros"].int_or_zero();
}

void copy_directory(const std::filesystem::path& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

TEST(Copies, ACheckpointAcceptsTheTokensOfBeforeItAndNoneOfAfter) {
  GaveldProcess original;
  ASSERT_TRUE(original.start()) << original.log();
  make_shop(original, "1");
  const std::string before = new_token(original, "1"), spent = new_token(original, "1");
  EXPECT_EQ(click(original, spent), "charged");
  const std::string made = request(original, "POST", "/v1/admin/checkpoint")["directory"].text_or_empty();
  ASSERT_NE(made, "");
  const std::string after = new_token(original, "1");
  make_shop(original, "2");
  const std::string of_lost_ad = new_token(original, "2");
  original.kill_hard();
  ASSERT_TRUE(original.start()) << original.log();
  const std::string of_next_start = new_token(original, "2");

  GaveldProcess copy;
  copy_directory(made, copy.data_dir());
  ASSERT_TRUE(copy.start()) << copy.log();
  make_shop(copy, "3");  // gets the internal ids that shop 2 has in the original
  const std::string of_copy = new_token(copy, "3");
  EXPECT_EQ(click(copy, before), "charged");
  EXPECT_EQ(click(copy, before), "duplicate");
  EXPECT_EQ(follow(copy, before), 302);
  EXPECT_EQ(click(copy, spent), "duplicate");
  for (const std::string& lost : {after, of_lost_ad, of_next_start}) {
    EXPECT_EQ(click(copy, lost), "expired");
    EXPECT_EQ(follow(copy, lost), 400);
    EXPECT_EQ(HttpClient(copy.port()).get("/v1/impression?t=" + lost).status, 204);
  }
  EXPECT_EQ(charged(copy, "3"), 0);
  EXPECT_EQ(click(copy, of_copy), "charged");

  // The copy starts again, and the original goes on as if nothing had been.
  copy.kill_hard();
  ASSERT_TRUE(copy.start()) << copy.log();
  EXPECT_EQ(click(copy, of_copy), "duplicate");
  EXPECT_EQ(click(copy, after), "expired");
  EXPECT_EQ(click(original, of_copy), "expired");
  EXPECT_EQ(click(original, before), "charged");
  for (const std::string& ours : {after, of_lost_ad, of_next_start})
    EXPECT_EQ(click(original, ours), "charged");

  const JsonTree rows =
      request(copy, "GET", "/v1/reports?from=2024-11-01T00:00:00Z&to=2024-11-02T00:00:00Z&group_by=ad");
  EXPECT_EQ(rows["rows"].items().size(), 2u) << rows.dump();
}

TEST(Copies, AStoppedDirectoryAndItsCopyGoOnApart) {
  GaveldProcess original, copy;
  ASSERT_TRUE(original.start()) << original.log();
  make_shop(original, "1");
  const std::string before = new_token(original, "1");
  ASSERT_EQ(original.terminate(), 0);
  copy_directory(original.data_dir(), copy.data_dir());
  ASSERT_TRUE(original.start()) << original.log();
  ASSERT_TRUE(copy.start()) << copy.log();
  EXPECT_EQ(click(original, before), "charged");
  EXPECT_EQ(click(copy, before), "charged");
  const std::string of_original = new_token(original, "1"), of_copy = new_token(copy, "1");
  EXPECT_EQ(click(copy, of_original), "expired");
  EXPECT_EQ(click(original, of_copy), "expired");
  EXPECT_EQ(click(copy, of_copy), "charged") << "no epoch is used twice";
  EXPECT_EQ(click(original, of_original), "charged");
}

TEST(Copies, TwoDirectoriesWithOneSecretFileShareNoTokens) {
  TempDir secrets;
  write_file(secrets.path() / "token.keys", std::string(64, 'a') + "\n");
  const JsonTree config =
      JsonTree::Object{{"tokens", JsonTree::Object{{"secret_file", secrets.file("token.keys")}}}};
  GaveldProcess one(config), other(config);
  for (GaveldProcess* server : {&one, &other}) {
    ASSERT_TRUE(server->start()) << server->log();
    make_shop(*server, "1");
  }
  const std::string token = new_token(one, "1");
  EXPECT_EQ(click(other, token), "invalid_token");
  EXPECT_EQ(follow(other, token), 400);
  EXPECT_EQ(charged(other, "1"), 0);
  EXPECT_EQ(click(one, token), "charged");
}

}  // namespace
}  // namespace gavel
