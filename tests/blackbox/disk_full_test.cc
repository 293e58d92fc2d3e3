// What clients see while the disk is full, and afterwards. The disk is a switch of gaveld_failpoints, but for the last test,
// which fills a small one.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "tests/blackbox/shop.h"
#include "tests/support/small_disk.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStart = "2024-11-01T00:00:00Z";
constexpr const char* kFull = "gavel_ledger_disk_full";
constexpr const char* kRefused = "gavel_ledger_failed_commits_total";
constexpr const char* kUnfilled = R"(gavel_auction_no_fill_total{reason="ledger_unavailable"})";

class DiskFull : public testing::Test {
 protected:
  void start(int grace_s, const std::string& clock = "manual") {
    JsonTree::Object mode{{"mode", clock}};
    if (clock == "manual") mode.emplace_back("start", kStart);
    server_.configure(JsonTree::Object{{"clock", mode},
                                       {"ledger", JsonTree::Object{{"disk_full_grace_s", grace_s}}}});
    server_.set_program(GaveldProcess::Program::kWithFailpoints,
                        {"GAVEL_FAILPOINTS=disk-full@" + server_.directory().file("full")});
    ASSERT_TRUE(server_.start()) << server_.log();
  }
  void fill() { write_file(server_.directory().file("full"), ""); }
  void make_room() { fs::remove(server_.directory().file("full")); }

  ClientResponse request(const std::string& method, const std::string& target, const std::string& body = "") {
    return HttpClient(server_.port()).request(method, target, body);
  }
  int status(const std::string& method, const std::string& target, const std::string& body = "") {
    return request(method, target, body).status;
  }
  void move_clock(const std::string& now) {
    EXPECT_EQ(status("POST", "/v1/admin/clock", R"({"now": ")" + now + "\"}"), 200);
  }
  // Whether an auction shows the ad.
  bool sells() { return shop_.tokens(1).size() == 1; }
  // "charged" and so on of POST /v1/events; "" where it was not answered.
  std::string click(const std::string& token) {
    const ClientResponse answer = shop_.send_click(token);
    if (answer.status != 200) return "";
    return JsonTree::parse(answer.body).value_or(JsonTree())["results"][0]["status"].text_or_empty();
  }

  GaveldProcess server_;
  Shop shop_{server_};
};

TEST_F(DiskFull, ChargesStopAuctionsGoOnForTheGraceAndThenShowNothing) {
  start(60);
  shop_.open();
  const auto tokens = shop_.tokens(6);
  ASSERT_EQ(tokens.size(), 6u);
  EXPECT_EQ(click(tokens[0]), "charged");
  EXPECT_EQ(shop_.metric(kFull), 0);
  fill();
  const ClientResponse refused = shop_.send_click(tokens[1]);
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(shop_.click(tokens[2]), 503);
  EXPECT_EQ(status("GET", "/v1/impression?t=" + tokens[2]), 503);
  EXPECT_EQ(shop_.metric(kFull), 1);
  EXPECT_EQ(shop_.metric(kRefused), 3);
  EXPECT_EQ(shop_.spent(), Shop::kPrice);

  EXPECT_TRUE(sells());
  move_clock("2024-11-01T00:00:59.999999Z");
  EXPECT_TRUE(sells());
  EXPECT_EQ(shop_.metric(kUnfilled), 0);
  move_clock("2024-11-01T00:01:00Z");
  EXPECT_FALSE(sells());
  EXPECT_EQ(shop_.metric(kUnfilled), 1);
  const ClientResponse explained =
      request("POST", "/v1/auctions", R"({"auctions": [{"placement_id": "p"}], "explain": true})");
  EXPECT_EQ(explained.status, 200);
  const JsonTree why = JsonTree::parse(explained.body).value_or(JsonTree())["auctions"][0]["explain"][0];
  EXPECT_EQ(why["outcome"].text_or_empty(), "filtered") << explained.body;
  EXPECT_EQ(why["reason"].text_or_empty(), "ledger_unavailable");
  const auto told = [&] {
    const JsonTree budget = JsonTree::parse(request("GET", "/v1/campaigns/c/budget").body).value_or(JsonTree());
    return budget["pacing"]["not_delivering_reason"].text_or_empty();
  };
  EXPECT_EQ(told(), "ledger_unavailable");
  EXPECT_EQ(status("GET", "/readyz"), 200);
  EXPECT_EQ(shop_.metric(kRefused), 3) << "a probe is no batch of events";

  make_room();
  move_clock("2024-11-01T00:01:01Z");
  EXPECT_EQ(shop_.metric(kFull), 0);
  EXPECT_TRUE(sells());
  EXPECT_EQ(told(), "");
  EXPECT_EQ(click(tokens[0]), "duplicate");
  for (int i : {1, 2, 3}) EXPECT_EQ(click(tokens[static_cast<std::size_t>(i)]), "charged");
  EXPECT_EQ(shop_.spent(), 4 * Shop::kPrice);
  // A new outage has a grace of its own.
  fill();
  EXPECT_EQ(click(tokens[4]), "");
  EXPECT_TRUE(sells());
  make_room();
  EXPECT_EQ(click(tokens[4]), "charged");

  server_.kill_hard();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), 5 * Shop::kPrice);
  for (int i : {0, 1, 2, 3, 4}) EXPECT_EQ(click(tokens[static_cast<std::size_t>(i)]), "duplicate");
}

TEST_F(DiskFull, NothingIsLeftHalfDone) {
  start(60);
  shop_.open(R"(, "daily_budget_micros": 1000000)");
  ASSERT_EQ(status("PUT", "/v1/advertisers/prepaid", R"({"name": "P", "balance_micros": 5000000})"), 201);
  const char* kSeen[] = {"/v1/advertisers/v", "/v1/campaigns/c", "/v1/ad_groups/g", "/v1/ads/a", "/v1/ads",
                         "/v1/changes", "/v1/advertisers/prepaid/balance", "/v1/campaigns/c/budget"};
  const auto look = [&] {
    std::map<std::string, std::string> seen;
    for (const char* target : kSeen) seen[target] = request("GET", target).body;
    return seen;
  };
  const auto before = look();
  const std::string ad =
      R"({"ad_group_id": "g", "item_id": "i2", "title": "T", "landing_url": "https://shop.example/"})";
  const std::string line = R"({"op": "put", "type": "ad", "id": "b1", "body": )" + ad + "}\n";
  const std::string patch =
      R"({"op": "patch", "type": "campaign", "id": "c", "body": {"daily_budget_micros": 2000000}})";
  const auto bulk = [&](const std::string& query) {
    return HttpClient(server_.port())
        .request("POST", "/v1/bulk" + query, line + patch, {{"Content-Type", "application/x-ndjson"}});
  };
  const std::string deposit = R"({"id": "d1", "amount_micros": 7})";
  fill();
  EXPECT_EQ(status("PUT", "/v1/ads/b", ad), 503);
  EXPECT_EQ(status("PATCH", "/v1/campaigns/c", R"({"daily_budget_micros": 2000000})"), 503);
  EXPECT_EQ(status("DELETE", "/v1/ads/a"), 503);
  EXPECT_EQ(status("DELETE", "/v1/advertisers/v?cascade=true"), 503);
  for (const char* query : {"", "?atomic=true"}) {  // each line has its answer
    const ClientResponse lines = bulk(query);
    EXPECT_EQ(lines.status, 200);
    EXPECT_NE(lines.body.find(R"("status":503)"), std::string::npos) << lines.body;
    EXPECT_EQ(lines.body.find(R"("status":20)"), std::string::npos) << lines.body;
  }
  EXPECT_EQ(status("POST", "/v1/advertisers/prepaid/deposits", deposit), 503);
  EXPECT_EQ(status("POST", "/v1/admin/checkpoint"), 503);
  EXPECT_EQ(status("PUT", "/v1/ads/b", "{}"), 400) << "what is wrong is told all the same";
  EXPECT_EQ(look(), before);

  make_room();
  EXPECT_EQ(look(), before);
  EXPECT_EQ(status("PUT", "/v1/ads/b", ad), 201);
  EXPECT_EQ(status("PATCH", "/v1/campaigns/c", R"({"daily_budget_micros": 2000000})"), 200);
  const std::string applied = bulk("?atomic=true").body;
  EXPECT_EQ(applied.find(R"("status":503)"), std::string::npos) << applied;
  EXPECT_EQ(status("POST", "/v1/advertisers/prepaid/deposits", deposit), 200);
  EXPECT_EQ(status("POST", "/v1/admin/checkpoint"), 201);
  EXPECT_EQ(status("DELETE", "/v1/advertisers/v?cascade=true"), 204);
}

// Auctions have nothing to sell, so no event comes that would find out.
TEST_F(DiskFull, TheServerFindsOutByItselfThatThereIsSpaceAgain) {
  start(0, "system");
  shop_.open();
  const auto tokens = shop_.tokens(1);
  ASSERT_EQ(tokens.size(), 1u);
  fill();
  EXPECT_EQ(click(tokens[0]), "");
  EXPECT_FALSE(sells());
  make_room();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  bool sold = false;
  while (!sold && std::chrono::steady_clock::now() < patience) sold = sells();
  EXPECT_TRUE(sold);
  EXPECT_EQ(shop_.metric(kFull), 0);
  EXPECT_EQ(click(tokens[0]), "charged");
}

// A time that could not be made durable goes with what is, however late; else a restart would begin before it.
TEST_F(DiskFull, AClockThatMovedMeanwhileIsNotSetBackUnderWhatIsCharged) {
  start(60);
  shop_.open(R"(, "daily_budget_micros": 1000)");  // one click
  const auto tokens = shop_.tokens(1);
  EXPECT_EQ(click(tokens[0]), "charged");
  fill();
  move_clock("2024-11-03T08:00:00Z");
  make_room();
  // No jump, so that nothing but the charge is there to take the time along.
  const auto next_day = shop_.tokens(1);
  ASSERT_EQ(next_day.size(), 1u);
  EXPECT_EQ(click(next_day[0]), "charged");
  EXPECT_EQ(shop_.get("/v1/campaigns/c/budget")["day"].text_or_empty(), "2024-11-03");
  server_.kill_hard();
  ASSERT_TRUE(server_.start()) << server_.log();
  const JsonTree budget = shop_.get("/v1/campaigns/c/budget");
  EXPECT_EQ(budget["day"].text_or_empty(), "2024-11-03");
  EXPECT_EQ(budget["spent_today_micros"].int_or_zero(), Shop::kPrice);
  EXPECT_FALSE(sells()) << "the day's budget was spent";
  server_.kill_hard();
  server_.set_arguments({"--verify"});
  EXPECT_EQ(server_.run_to_exit(), 0) << server_.log();
}

// Needs the right to mount a small file system; skipped elsewhere.
class OnASmallDisk : public DiskFull {
 protected:
  void SetUp() override {
    fs::create_directory(server_.data_dir());
    if (!disk_.mount(server_.data_dir(), "size=48m")) GTEST_SKIP() << "may not mount";
    server_.configure(JsonTree::Object{{"clock", JsonTree::Object{{"mode", "system"}}}});
    ASSERT_TRUE(server_.start()) << server_.log();
    shop_.open();
  }
  void TearDown() override { server_.kill_hard(); }
  // Many conversions of one token, to fill the disk. False where they were refused.
  bool convert(const std::string& token) {
    JsonTree::Array events;
    for (int i = 0; i < 500; ++i) {
      events.push_back(JsonTree::Object{{"id", "c" + std::to_string(++conversions_)},
                                        {"type", "conversion"},
                                        {"token", token},
                                        {"value_micros", 1}});
    }
    const ClientResponse answer =
        request("POST", "/v1/events", JsonTree(JsonTree::Object{{"events", events}}).dump());
    EXPECT_TRUE(answer.status == 200 || answer.status == 503) << answer.body;
    return answer.status == 200;
  }
  SmallDisk disk_;
  int conversions_ = 0;
};

TEST_F(OnASmallDisk, NoAnsweredChargeIsLostAndItGoesOnWhenThereIsSpace) {
  const auto tokens = shop_.tokens(100);
  ASSERT_EQ(tokens.size(), 100u);
  std::size_t next = 0;
  std::int64_t charged = 0;
  const auto charge = [&] {
    const std::string status = click(tokens[next]);
    if (status.empty()) return false;
    EXPECT_EQ(status, "charged");
    ++next;
    charged += Shop::kPrice;
    return true;
  };
  EXPECT_TRUE(charge());

  // Somebody else fills the disk: all but the reserve, and then all of it.
  for (const std::uintmax_t bytes : {std::uintmax_t{4} << 20, std::uintmax_t{0}}) {
    disk_.fill_up(bytes);
    EXPECT_FALSE(charge());
    EXPECT_EQ(shop_.metric(kFull), 1);
    disk_.make_room();
    EXPECT_TRUE(charge());
  }
  // Events fill it themselves; then the disk is made larger.
  int batches = 0;
  while (convert(tokens[0])) {
    ASSERT_LT(++batches, 2'000) << "the disk was never full";
    if (batches % 10 == 0 && next < 60) charge();
  }
  while (next < 90 && charge()) {  // a single event may still fit
  }
  EXPECT_EQ(shop_.spent(), charged);
  ASSERT_TRUE(disk_.resize("size=256m"));
  EXPECT_TRUE(charge());
  EXPECT_TRUE(convert(tokens[1]));
  EXPECT_EQ(shop_.spent(), charged);

  server_.kill_hard();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), charged);
  for (std::size_t i = 0; i < next; ++i) EXPECT_EQ(click(tokens[i]), "duplicate");
  EXPECT_EQ(shop_.spent(), charged);
  EXPECT_EQ(server_.terminate(), 0);
  server_.set_arguments({"--verify"});
  EXPECT_EQ(server_.run_to_exit(), 0) << server_.log();
}

}  // namespace
}  // namespace gavel
