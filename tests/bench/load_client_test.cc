#include "bench/load/load_client.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "tests/bench/fake_server.h"

namespace gavel {
namespace {

using std::chrono::milliseconds;

LoadOptions options_for(const FakeServer& server, std::size_t connections) {
  LoadOptions options;
  options.server = *parse_loopback(server.url());
  options.connections = connections;
  return options;
}

LoadPlan plan_of(Arrivals arrivals, double rate, milliseconds duration) {
  LoadPlan plan;
  plan.arrivals = arrivals;
  plan.rate_per_s = rate;
  plan.duration = duration;
  return plan;
}

TEST(LoadClient, ConstantRateSendsEveryRequestOnceInTurn) {
  std::mutex mutex;
  std::vector<std::string> bodies;
  FakeServer server([&](const FakeRequest& request) {
    const std::lock_guard lock(mutex);
    bodies.emplace_back(request.body);
    return fake_answer("{}");
  });
  const LoadOptions options = options_for(server, 1);
  const auto requests = make_requests(options, "/v1/auctions", {"a", "b", "c"});
  LoadClient client(options);
  const auto result = client.run(plan_of(Arrivals::kConstant, 2'000, milliseconds(60)), requests);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->answered, 120u);
  EXPECT_EQ(result->latency_ns.count(), 120u);
  EXPECT_EQ(result->statuses.at(200), 120u);
  EXPECT_EQ(result->errors + result->unsent, 0u);
  EXPECT_EQ(result->bytes_sent, 120 * requests[0].size());
  EXPECT_EQ(result->bytes_received, 120 * fake_answer("{}").size());
  EXPECT_GE(result->seconds, 0.06);
  ASSERT_EQ(bodies.size(), 120u);
  for (std::size_t i = 0; i < bodies.size(); ++i) EXPECT_EQ(bodies[i], std::string(1, "abc"[i % 3]));
}

// The server holds its first answer until 30 ms after it came, while 20 requests become due in the first 10
// ms, all on one connection: each of them waited at least 20 ms, though the server was slow for only one.
TEST(LoadClient, LatencyCountsFromTheIntendedTime) {
  std::mutex mutex;
  std::condition_variable never;
  FakeServer server([&](const FakeRequest& request) {
    std::unique_lock lock(mutex);
    const auto until = std::chrono::steady_clock::now() + milliseconds(30);
    if (request.number == 0) never.wait_until(lock, until, [] { return false; });
    return fake_answer("{}");
  });
  const LoadOptions options = options_for(server, 1);
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kConstant, 2'000, milliseconds(10)), make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->answered, 20u);
  EXPECT_GE(result->latency_ns.quantile(1), 19'000'000u);
}

TEST(LoadClient, WarmUpIsSentAndNotCounted) {
  FakeServer server([](const FakeRequest&) { return fake_answer("{}"); });
  const LoadOptions options = options_for(server, 4);
  LoadClient client(options);
  LoadPlan plan = plan_of(Arrivals::kConstant, 1'000, milliseconds(20));
  plan.warm_up = milliseconds(30);
  const auto result = client.run(plan, make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_EQ(server.requests(), 50u);
  EXPECT_NEAR(static_cast<double>(result->answered), 20, 1);
}

TEST(LoadClient, PoissonArrivalsComeAtTheirMeanRate) {
  FakeServer server([](const FakeRequest&) { return fake_answer("{}"); });
  LoadOptions options = options_for(server, 8);
  options.seed = 5;
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kPoisson, 5'000, milliseconds(200)), make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->errors + result->unsent, 0u);
  // A mean of 1,000 with a deviation of 32; the seed makes the number the same on every run.
  EXPECT_GT(result->answered, 850u);
  EXPECT_LT(result->answered, 1'150u);
  EXPECT_NE(result->answered, 1'000u);
}

TEST(LoadClient, ClosedLoopSendsAgainAtOnce) {
  FakeServer server([](const FakeRequest&) { return fake_answer("{}"); });
  LoadOptions options = options_for(server, 3);
  options.depth = 4;
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kClosed, 1, milliseconds(50)), make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_GT(result->answered, 12u);
  EXPECT_EQ(result->answered, server.requests());
  EXPECT_EQ(result->errors + result->unsent, 0u);
}

// The server closes every connection at its first request, and four requests are lost each time.
TEST(LoadClient, ClosedLoopFillsEveryConnectionToItsDepth) {
  FakeServer server([](const FakeRequest&) { return std::string(); });
  LoadOptions options = options_for(server, 3);
  options.depth = 4;
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kClosed, 1, milliseconds(10)), make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_GE(server.requests(), 3u);
  EXPECT_EQ(result->errors, 4 * server.requests());
}

TEST(LoadClient, ErrorsAndStatusesAreCountedAndTheRunGoesOn) {
  FakeServer server([](const FakeRequest& request) {
    if (request.number % 10 == 9) return std::string();  // closes
    return request.number % 2 == 0 ? fake_answer("{}") : fake_answer("busy", "503 Service Unavailable");
  });
  const LoadOptions options = options_for(server, 2);
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kConstant, 2'000, milliseconds(50)), make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->errors, 10u);
  EXPECT_EQ(result->statuses.at(200), 50u);
  EXPECT_EQ(result->statuses.at(503), 40u);
  EXPECT_EQ(result->answered, 90u);
}

TEST(LoadClient, ConnectionCloseIsHonoured) {
  FakeServer server([](const FakeRequest& request) {
    return fake_answer("{}", "200 OK", request.number % 2 == 0 ? "Connection: close\r\n" : "");
  });
  const LoadOptions options = options_for(server, 1);
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kConstant, 1'000, milliseconds(20)), make_requests(options, "/", {"x"}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->answered, 20u);
  EXPECT_EQ(result->errors, 0u);
}

TEST(LoadClient, NobodyThereIsAnError) {
  LoadOptions options;
  {
    FakeServer server([](const FakeRequest&) { return fake_answer(""); });
    options = options_for(server, 1);
  }
  LoadClient client(options);
  const auto result =
      client.run(plan_of(Arrivals::kConstant, 1'000, milliseconds(20)), make_requests(options, "/", {"x"}));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().find(options.server.host), std::string::npos);
}

}  // namespace
}  // namespace gavel
