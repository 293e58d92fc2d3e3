// The server over real sockets: deadlines, limits, later answers and the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "tests/api/served_routes.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using HttpServerLimits = HttpServerTest;

TEST_F(HttpServerLimits, SlowHeadersAreTimedOut) {
  test_.options.header_deadline = 40ms;
  test_.start();
  HttpClient client = test_.client();
  client.send("GET /hello HTT");
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(test_.server->stats().timeouts.load(), 1U);
}

TEST_F(HttpServerLimits, SlowBodiesAreTimedOut) {
  test_.options.body_deadline = 40ms;
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerLimits, IdleConnectionsAreClosedInSilence) {
  test_.options.idle_timeout = 40ms;
  test_.start();
  HttpClient fresh = test_.client();
  EXPECT_TRUE(fresh.closed_by_server());
  HttpClient used = test_.client();
  EXPECT_EQ(used.get("/hello").status, 200);
  EXPECT_TRUE(used.closed_by_server());
}

TEST_F(HttpServerLimits, ClientsThatDoNotReadAreClosed) {
  test_.options.write_deadline = 40ms;
  std::promise<void> answered;
  test_.observer = [&](const RequestRecord&) { answered.set_value(); };
  add(Method::kGet, "/huge", [](Request&, ResponseWriter writer) {
    writer.buffer().assign(64U << 20, 'x');
    writer.send(200);
  });
  test_.start();
  HttpClient client = test_.client();
  client.send("GET /huge HTTP/1.1\r\nHost: h\r\n\r\n");
  while (test_.server->stats().timeouts.load() == 0) std::this_thread::yield();
  EXPECT_EQ(answered.get_future().wait_for(0s), std::future_status::timeout);
  EXPECT_FALSE(client.read_response());
}

TEST_F(HttpServerLimits, TooManyConnectionsAreTurnedAway) {
  test_.options.connections_max = 2;
  test_.start();
  HttpClient first = test_.client();
  HttpClient second = test_.client();
  EXPECT_EQ(first.get("/hello").status, 200);
  EXPECT_EQ(second.get("/hello").status, 200);
  HttpClient third = test_.client();
  third.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto response = third.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->header("retry-after"), "1");
  EXPECT_TRUE(third.closed_by_server());
  EXPECT_EQ(test_.server->stats().refused.load(), 1U);
  EXPECT_EQ(first.get("/hello").status, 200);
}

TEST_F(HttpServerLimits, TooManyWaitingRequestsAreShed) {
  test_.options.deferred_requests_max = 1;
  test_.start();
  HttpClient first = test_.client();
  first.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  ResponseWriter writer = parked_.take();
  HttpClient second = test_.client();
  const ClientResponse shed = second.get("/later");
  EXPECT_EQ(shed.status, 503);
  EXPECT_EQ(shed.header("retry-after"), "1");
  EXPECT_EQ(second.get("/hello").status, 200);  // what is answered at once does not wait
  writer.send(200);
  EXPECT_EQ(first.read_response()->status, 200);
  second.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  parked_.take().send(200);
  EXPECT_EQ(second.read_response()->status, 200);
  EXPECT_EQ(test_.server->stats().shed[static_cast<std::size_t>(ShedCause::kDeferredFull)].load(), 1U);
}

TEST_F(HttpServerLimits, AnswersFromOtherThreadsReachTheirOwnClients) {
  test_.options.workers = 2;
  test_.start();
  constexpr int kClients = 8;
  constexpr int kRequests = 200;
  std::thread answering([&] {
    for (int i = 0; i < kClients * kRequests; ++i) {
      ResponseWriter writer = parked_.take();
      writer.buffer() += "x";
      writer.send(200, "text/plain");
    }
  });
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&] {
      HttpClient client = test_.client();
      for (int i = 0; i < kRequests; ++i) good += client.get("/later").body == "x" ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  answering.join();
  EXPECT_EQ(good.load(), kClients * kRequests);
  EXPECT_EQ(test_.server->stats().deferred.load(), 0U);
}

TEST_F(HttpServerLimits, SurvivesAClientThatLeavesBeforeItsAnswer) {
  test_.start();
  for (int i = 0; i < 20; ++i) {
    HttpClient client = test_.client();
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    ResponseWriter writer = parked_.take();
    client.close();
    writer.buffer().assign(1'000'000, 'x');
    writer.send(200);
  }
  EXPECT_EQ(test_.get("/hello").status, 200);
}

TEST_F(HttpServerLimits, AWriterMayOutliveTheServer) {
  test_.options.drain_timeout = 0ms;
  test_.start();
  HttpClient client = test_.client();
  client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  std::optional<ResponseWriter> writer(parked_.take());
  test_.server.reset();
  EXPECT_TRUE(client.closed_by_server());
  writer->buffer() += "too late";
  writer->send(200);
  writer.reset();
}

TEST_F(HttpServerLimits, DrainsWhatIsInFlight) {
  test_.start();
  HttpClient idle = test_.client();
  EXPECT_EQ(idle.get("/hello").status, 200);
  HttpClient waiting = test_.client();
  waiting.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  ResponseWriter writer = parked_.take();
  auto stopped = std::async(std::launch::async, [&] { test_.server->stop(); });
  EXPECT_TRUE(idle.closed_by_server());  // so the draining has begun
  writer.buffer() += "still there";
  writer.send(200, "text/plain");
  const auto response = waiting.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "still there");
  EXPECT_EQ(response->header("connection"), "close");
  EXPECT_TRUE(waiting.closed_by_server());
  stopped.get();
  EXPECT_THROW(test_.client(), std::runtime_error);
}

TEST_F(HttpServerLimits, DrainingHasAnEnd) {
  test_.options.drain_timeout = 30ms;
  test_.start();
  HttpClient client = test_.client();
  client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  ResponseWriter writer = parked_.take();
  test_.server->stop();
  EXPECT_TRUE(client.closed_by_server());
  writer.send(200);
}

TEST_F(HttpServerLimits, RefusesAPortInUse) {
  test_.start();
  ServerOptions options = test_.options;
  options.port = test_.server->port();
  Server second(options, test_.router, *test_.authenticator, {});
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error(), HasSubstr("127.0.0.1:" + std::to_string(options.port)));
}

}  // namespace
}  // namespace gavel
