// How the process starts and ends: configurations, data directories, keys and signals.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/gaveld_process.h"
#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"
#include "tests/support/temp_dir.h"
#include "tests/support/threads.h"

namespace gavel {
namespace {

const JsonTree kDefaults{JsonTree::Object{}};

// Starts a server that must end at once, with exit code 1 and one line: nothing that looks like a start.
// Gives the line.
std::string refusal(GaveldProcess& server) {
  const std::size_t before = server.log().size();
  EXPECT_EQ(server.run_to_exit(), 1) << server.log();
  const std::string said = server.log().substr(before);
  EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
  EXPECT_TRUE(said.starts_with("gaveld: ")) << said;
  return said;
}

void expect_refused(const JsonTree& config, const std::string& raw_toml,
                    const std::vector<std::string>& named) {
  GaveldProcess server(config, raw_toml);
  const std::string said = refusal(server);
  for (const auto& text : named) EXPECT_NE(said.find(text), std::string::npos) << text << " in " << said;
}

std::string line_of(const GaveldProcess& server, const std::string& text) {
  const std::string config = read_file(server.config_file());
  const auto end = config.begin() + static_cast<std::ptrdiff_t>(config.find(text));
  return server.config_file() + ":" + std::to_string(1 + std::count(config.begin(), end, '\n')) + ": ";
}

int put(GaveldProcess& server, const std::string& target, const std::string& body) {
  return HttpClient(server.port()).request("PUT", target, body).status;
}

TEST(Startup, AnUnknownKeyIsNamedWithItsLineAndTheNearestKnownOne) {
  GaveldProcess server(kDefaults, "\n[tokens]\nsecret_fiel = \"x\"\n");
  const std::string said = refusal(server);
  EXPECT_NE(said.find("secret_fiel;"), std::string::npos) << said;
  EXPECT_NE(said.find("secret_file"), std::string::npos) << said;
  EXPECT_NE(said.find(line_of(server, "secret_fiel")), std::string::npos) << said;
}

// What may wait lets go first who answers: where threads share a core this decides how long auctions take.
TEST(Startup, MaintenanceLetsWorkersGoFirst) {
  if (nice_of(0) >= kNiceMax) GTEST_SKIP() << "there is nothing nicer";
  GaveldProcess server(JsonTree::Object{{"threads", 1}, {"clock", JsonTree::Object{{"mode", "system"}}}});
  server.start();
  auto threads = threads_of(server.pid());
  // A thread names itself and takes its place when it first runs, which may be after the server is ready.
  const auto is_settled = [&] { return threads.contains("gavel-upkeep") && nice_of(threads["gavel-upkeep"]) > nice_of(0); };
  for (int looks = 0; looks < 100'000 && !is_settled(); ++looks) {
    std::this_thread::yield();
    threads = threads_of(server.pid());
  }
  ASSERT_TRUE(threads.contains("gavel-http-0") && threads.contains("gavel-upkeep"));
  EXPECT_EQ(nice_of(threads["gavel-http-0"]), nice_of(0));
  EXPECT_GT(nice_of(threads["gavel-upkeep"]), nice_of(0));
  EXPECT_LE(slice_ns_of(threads["gavel-http-0"]), slice_ns_of(0) / 2);  // 0 each on a kernel without
}

TEST(Startup, AWrongTimeZoneIsNamedWithItsLine) {
  GaveldProcess server(JsonTree::Object{{"threads", 1}, {"time_zone", "Mars/Olympus"}});
  const std::string said = refusal(server);
  EXPECT_EQ(said, "gaveld: " + line_of(server, "time_zone") +
                      "time_zone Mars/Olympus is not a known IANA time zone\n");
}

TEST(Startup, APortInUseIsRefused) {
  GaveldProcess first;
  ASSERT_TRUE(first.start()) << first.log();
  const std::string address = "127.0.0.1:" + std::to_string(first.port());
  expect_refused(JsonTree::Object{{"listen", address}}, "", {"cannot listen on " + address});
}

// The start is told when nothing can prevent it any more.
TEST(Startup, TheFirstLineIsVersionAndConfiguration) {
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  const std::string log = server.log();
  const std::string first = log.substr(0, log.find('\n'));
  EXPECT_NE(first.find(" info gaveld "), std::string::npos) << log;
  EXPECT_NE(first.find(" starts: listen=127.0.0.1:0 "), std::string::npos) << log;
}

TEST(Startup, RefusesConfigurationsThatAreWrong) {
  expect_refused(JsonTree::Object{{"tyme_zone", "UTC"}}, "", {"tyme_zone", "time_zone"});
  expect_refused(JsonTree::Object{{"time_zone", "Mars/Olympus"}}, "", {"Mars/Olympus"});
  expect_refused(JsonTree::Object{{"threads", "two"}}, "", {"threads"});
  expect_refused(JsonTree::Object{{"listen", "nowhere"}}, "", {"listen"});
  expect_refused(JsonTree::Object{{"clock", JsonTree::Object{{"mode", "sundial"}}}}, "", {"mode"});
  expect_refused(kDefaults, "\nthis is no toml", {});
  expect_refused(JsonTree::Object{{"tokens", JsonTree::Object{{"secret_file", "absent.key"}}}}, "",
                 {"absent.key"});
  expect_refused(JsonTree::Object{{"events", JsonTree::Object{{"queue_max", 10}}}}, "",
                 {"events.queue_max", "events.per_request_max"});
  expect_refused(JsonTree::Object{{"data_dir", "/proc/nowhere"}}, "", {"/proc/nowhere"});
}

TEST(Startup, WithoutKeysItServesLoopbackOnly) {
  expect_refused(JsonTree::Object{{"listen", "0.0.0.0:0"}}, "", {"0.0.0.0"});
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_NE(server.log().find("loopback"), std::string::npos) << server.log();
}

TEST(Startup, TheCommandLineGoesOnTopOfTheFile) {
  GaveldProcess server(JsonTree::Object{{"listen", "127.0.0.1:1"}, {"data_dir", "/nonexistent/folder"}});
  server.set_arguments({"--listen", "127.0.0.1:0", "--data-dir", server.data_dir()});
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_NE(server.port(), 1);
}

TEST(Startup, SigtermDrainsAndExitsWithZero) {
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  HttpClient idle(server.port());
  EXPECT_EQ(idle.get("/healthz").status, 200);
  EXPECT_EQ(server.terminate(), 0) << server.log();
  EXPECT_TRUE(idle.closed_by_server());
}

TEST(Startup, ADataDirectoryInUseIsRefused) {
  GaveldProcess first;
  ASSERT_TRUE(first.start()) << first.log();
  GaveldProcess second(JsonTree::Object{{"data_dir", first.data_dir()}});
  const std::string said = refusal(second);
  EXPECT_NE(said.find(first.data_dir()), std::string::npos) << said;
  EXPECT_EQ(HttpClient(first.port()).get("/readyz").status, 200);
}

TEST(Startup, ADataDirectoryOfAnotherTimeZoneIsRefusedByName) {
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  ASSERT_EQ(server.terminate(), 0);
  server.configure(JsonTree::Object{{"time_zone", "Europe/Paris"}});
  const std::string said = refusal(server);
  EXPECT_NE(said.find("Europe/Paris"), std::string::npos) << said;
  EXPECT_NE(said.find("Asia/Shanghai"), std::string::npos) << said;
}

TEST(Startup, AManualClockWithoutAStartBeginsWithTheYear2000) {
  GaveldProcess server(JsonTree::Object{{"clock", JsonTree::Object{{"mode", "manual"}}}});
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(put(server, "/v1/advertisers/v", R"({"name": "V"})"), 201);
  const auto shown = JsonTree::parse(HttpClient(server.port()).get("/v1/advertisers/v").body);
  ASSERT_TRUE(shown);
  EXPECT_EQ((*shown)["created_at"], JsonTree("2000-01-01T00:00:00Z"));
}

TEST(Startup, ASystemClockCannotBeMoved) {
  GaveldProcess server(JsonTree::Object{{"clock", JsonTree::Object{{"mode", "system"}}}});
  ASSERT_TRUE(server.start()) << server.log();
  const auto answer =
      HttpClient(server.port()).request("POST", "/v1/admin/clock", R"({"now": "2100-01-01T00:00:00Z"})");
  EXPECT_EQ(answer.status, 409);
}

TEST(Startup, ASystemClockBehindTheDataIsReported) {
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_NE(HttpClient(server.port()).get("/metrics").body.find("\ngavel_clock_ahead_seconds 0\n"),
            std::string::npos);
  ASSERT_EQ(HttpClient(server.port())
                .request("POST", "/v1/admin/clock", R"({"now": "2999-01-01T00:00:00Z"})")
                .status,
            200);
  ASSERT_EQ(server.terminate(), 0);
  server.configure(JsonTree::Object{{"clock", JsonTree::Object{{"mode", "system"}}}});
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_NE(server.log().find("2999-01-01T00:00:00Z: business time stands still"), std::string::npos)
      << server.log();
  const std::string metrics = HttpClient(server.port()).get("/metrics").body;
  const std::string name = "\ngavel_clock_ahead_seconds ";
  const std::size_t at = metrics.find(name);
  ASSERT_NE(at, std::string::npos);
  EXPECT_GT(std::stod(metrics.substr(at + name.size())), 1e9);
}

TEST(Startup, ACheckpointIsADataDirectoryOfItsOwn) {
  GaveldProcess server;
  ASSERT_TRUE(server.start()) << server.log();
  EXPECT_EQ(put(server, "/v1/advertisers/before", R"({"name": "V"})"), 201);
  const auto answer = HttpClient(server.port()).request("POST", "/v1/admin/checkpoint");
  const auto made = JsonTree::parse(answer.body);
  ASSERT_TRUE(made && (*made)["directory"].as_string()) << answer.body;
  EXPECT_EQ(put(server, "/v1/advertisers/after", R"({"name": "V"})"), 201);

  std::filesystem::path copy = (*made)["directory"].text_or_empty();
  if (copy.is_relative()) copy = std::filesystem::path(server.data_dir()) / "checkpoints" / copy;
  GaveldProcess second;
  std::filesystem::copy(copy, second.data_dir(), std::filesystem::copy_options::recursive);
  ASSERT_TRUE(second.start()) << second.log();
  EXPECT_EQ(HttpClient(second.port()).get("/v1/advertisers/before").status, 200);
  EXPECT_EQ(HttpClient(second.port()).get("/v1/advertisers/after").status, 404);
}

class TokenRotation : public testing::Test {
 protected:
  void start_with(const std::string& keys) {
    write_file(server_.directory().path() / "token.keys", keys);
    server_.configure(JsonTree::Object{
        {"tokens", JsonTree::Object{{"secret_file", server_.directory().file("token.keys")}}}});
    if (server_.running()) {
      EXPECT_EQ(server_.terminate(), 0);
    }
    ASSERT_TRUE(server_.start()) << server_.log();
  }

  void make_ad() {
    EXPECT_EQ(put(server_, "/v1/placements/p", R"({"kind": "display", "position_ctr": [1]})"), 201);
    EXPECT_EQ(put(server_, "/v1/advertisers/v", R"({"name": "V"})"), 201);
    EXPECT_EQ(put(server_, "/v1/campaigns/c", R"({"advertiser_id": "v", "name": "C", "pricing": "cpc"})"),
              201);
    EXPECT_EQ(put(server_, "/v1/ad_groups/g", R"({"campaign_id": "c", "name": "G", "bid_micros": 1000})"),
              201);
    EXPECT_EQ(
        put(server_, "/v1/ads/a",
            R"({"ad_group_id": "g", "item_id": "i", "title": "T", "landing_url": "https://shop.example/"})"),
        201);
  }

  std::string new_token() {
    const auto answer = HttpClient(server_.port())
                            .request("POST", "/v1/auctions", R"({"auctions": [{"placement_id": "p"}]})");
    const auto body = JsonTree::parse(answer.body);
    const auto* token = body ? body->at("/auctions/0/winners/0/token") : nullptr;
    EXPECT_NE(token, nullptr) << answer.body;
    return token ? token->text_or_empty() : "";
  }

  int click(const std::string& token) {
    return HttpClient(server_.port()).get("/v1/click?t=" + token).status;
  }

  const std::string a_ = std::string(64, 'a'), b_ = std::string(32, '0') + std::string(32, 'F');
  GaveldProcess server_;
};

TEST_F(TokenRotation, TheFirstKeyMakesTokensAndAllAreAccepted) {
  start_with(a_);  // the last newline is optional
  make_ad();
  const std::string of_a = new_token();
  EXPECT_EQ(click(of_a), 302);

  start_with(b_ + "\n" + a_ + "\n");
  EXPECT_EQ(click(of_a), 302);
  const std::string of_b = new_token();
  EXPECT_EQ(click(of_b), 302);

  start_with(b_ + "\n");
  EXPECT_EQ(click(of_a), 400);
  EXPECT_EQ(click(of_b), 302);
}

TEST_F(TokenRotation, AMalformedKeyIsRefused) {
  for (const std::string& keys :
       {std::string(63, 'a'), std::string(64, 'g'), a_ + "\n" + "abc\n", std::string()}) {
    write_file(server_.directory().path() / "token.keys", keys);
    server_.configure(JsonTree::Object{
        {"tokens", JsonTree::Object{{"secret_file", server_.directory().file("token.keys")}}}});
    const std::string said = refusal(server_);
    EXPECT_NE(said.find("token.keys"), std::string::npos) << said;
  }
}

TEST_F(TokenRotation, WithoutASecretFileTokensSurviveARestart) {
  ASSERT_TRUE(server_.start()) << server_.log();
  make_ad();
  const std::string token = new_token();
  server_.kill_hard();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(click(token), 302);
}

}  // namespace
}  // namespace gavel
