// Queued requests over real sockets, on a worker that is held up and a clock that only the tests move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "api/http/overload_queue.h"
#include "api/http/server.h"
#include "tests/support/test_server.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class HttpOverload : public testing::Test {
 protected:
  HttpOverload() {
    Route slow =
        simple_route(Method::kPost, "/slow", kNoRoleNeeded, RouteClass::kAuction,
                     [this](Request& request, ResponseWriter writer) { run(request, std::move(writer)); });
    slow.deferred = false;
    slow.queued = true;
    test_.router.add(std::move(slow));
    test_.router.add(simple_route(Method::kGet, "/light", kNoRoleNeeded, RouteClass::kOperation,
                                  [this](Request&, ResponseWriter writer) {
                                    note("light");
                                    writer.send(200);
                                  }));
    test_.options.workers = 1;
    test_.options.steady_clock = [this] { return std::chrono::steady_clock::time_point(now_.load()); };
  }
  ~HttpOverload() override { release(); }

  // The worker's side of POST /slow: bodies that begin with "hold" keep the worker until release().
  void run(Request& request, ResponseWriter writer) {
    const std::string body(request.body);
    note(body);
    if (body.starts_with("hold")) {
      std::unique_lock lock(mutex_);
      ++held_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return releases_ >= held_; });
    }
    now_ = now_.load() + (body.starts_with("short") ? 50us : 1ms);  // what it takes
    if (body.starts_with("old")) return writer.send_too_late();
    writer.buffer() += body;
    writer.send(200, "text/plain");
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    order_.push_back(what);
  }
  // Returns when the worker runs the nth request that holds it.
  void wait_until_held(int nth) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_ >= nth; });
  }
  void release(int requests = 1'000) {
    const std::lock_guard lock(mutex_);
    releases_ += requests;
    changed_.notify_all();
  }

  static std::string post(std::string_view body) {
    return "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  // Clients whose connections have been taken.
  std::deque<HttpClient> clients(std::size_t count) {
    std::deque<HttpClient> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.emplace_back(test_.server->port());
      EXPECT_EQ(all.back().get("/light").status, 200);
    }
    order_.clear();
    return all;
  }
  // Five clients of whom two keep the worker while the other three wait: the first of those for its deadline
  // to pass.
  std::deque<HttpClient> one_misses_its_deadline_after(std::chrono::milliseconds wait) {
    auto all = clients(5);
    all[0].send(post("hold 1"));
    wait_until_held(1);
    all[1].send(post("hold 2"));
    all[2].send(post("old"));
    all[3].send(post("3"));
    all[4].send(post("4"));
    release(1);
    wait_until_held(2);
    now_ = now_.load() + wait;
    release();
    return all;
  }
  std::uint64_t shed(ShedCause cause) const {
    return test_.server->stats().shed[static_cast<std::size_t>(cause)].load();
  }

  std::atomic<std::chrono::steady_clock::duration> now_{std::chrono::steady_clock::duration(1h)};
  std::mutex mutex_;
  std::condition_variable changed_;
  int held_ = 0, releases_ = 0;
  std::vector<std::string> order_;
  TestServer test_;
};

TEST_F(HttpOverload, LightRequestsGoFirstAndABurstKeepsItsOrder) {
  test_.start();
  auto all = clients(5);
  all[0].send(post("hold"));
  wait_until_held(1);
  for (std::size_t i = 1; i < 4; ++i) all[i].send(post(std::to_string(i)));
  all[4].send("GET /light HTTP/1.1\r\nHost: h\r\n\r\n");
  release();
  for (HttpClient& client : all) EXPECT_EQ(client.read_response()->status, 200);
  test_.server->stop();
  EXPECT_THAT(order_, ElementsAre("hold", "light", "1", "2", "3"));
  EXPECT_EQ(test_.server->stats().queued.load(), 0U);
}

TEST_F(HttpOverload, AStandingQueueIsServedFromItsEndAndTheRestIsShed) {
  test_.start();
  auto all = clients(7);
  all[0].send(post("hold 1"));
  wait_until_held(1);
  all[1].send(post("hold 2"));  // waits its turn
  for (std::size_t i = 2; i < 5; ++i) all[i].send(post(std::to_string(i)));
  release(1);
  wait_until_held(2);  // all of these have been read by now
  now_ = now_.load() + kStanding;
  all[5].send(post("5"));
  all[6].send(post("6"));
  release();
  for (std::size_t i = 2; i < 5; ++i) {
    const auto response = all[i].read_response();
    EXPECT_EQ(response->status, 503) << i;
    EXPECT_EQ(response->header("retry-after"), "1");
    EXPECT_EQ(response->header("content-type"), "application/problem+json");
    EXPECT_EQ(response->headers.count("connection"), 0U) << "it goes on";
  }
  EXPECT_EQ(all[6].read_response()->status, 200);
  EXPECT_EQ(all[5].read_response()->status, 200) << "nobody came after it";
  EXPECT_EQ(all[2].request("POST", "/slow", "again").status, 200)
      << "on a connection that was told to come again";
  test_.server->stop();
  EXPECT_THAT(order_, ElementsAre("hold 1", "hold 2", "6", "5", "again"));
  EXPECT_EQ(shed(ShedCause::kOverloaded), 3U);
  EXPECT_EQ(shed(ShedCause::kQueueFull), 0U);
}

TEST_F(HttpOverload, AFullQueueShedsItsOldest) {
  test_.options.queued_requests_max = 2;
  test_.start();
  auto all = clients(5);
  all[0].send(post("hold"));
  wait_until_held(1);
  for (std::size_t i = 1; i < 5; ++i) all[i].send(post(std::to_string(i)));
  release();
  EXPECT_EQ(all[4].read_response()->status, 200) << "the newest";
  EXPECT_EQ(all[1].read_response()->status, 503);
  for (HttpClient* client : {&all[0], &all[2], &all[3]}) EXPECT_TRUE(client->read_response());
  EXPECT_EQ(shed(ShedCause::kQueueFull), 1U);
}

TEST_F(HttpOverload, AnswersOfRequestsThatRanBetweenTwoLooksLeaveTogether) {
  test_.observer = [this](const RequestRecord&) {
    const std::lock_guard lock(mutex_);
    if (held_ > 0) order_.push_back("left");
  };
  test_.start();
  auto all = clients(7);
  all[0].send(post("hold"));
  wait_until_held(1);
  for (std::size_t i = 1; i < 7; ++i) all[i].send(post("short " + std::to_string(i)));
  release();
  for (HttpClient& client : all) EXPECT_EQ(client.read_response()->status, 200);
  test_.server->stop();
  // A look every 200 us.
  EXPECT_THAT(order_, ElementsAre("hold", "left", "short 1", "short 2", "short 3", "short 4", "left", "left", "left", "left",
                                  "short 5", "short 6", "left", "left"));
}

TEST_F(HttpOverload, PipelinedRequestsStayInOrder) {
  test_.start();
  auto all = clients(2);
  all[0].send(post("hold"));
  wait_until_held(1);
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += post(std::to_string(i)) + "GET /light HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  all[1].send(requests);
  release();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(all[1].read_response()->body, std::to_string(i));
    EXPECT_EQ(all[1].read_response()->status, 200);
  }
}

// Each of them was as old as the bytes that brought all of them: behind some auctions of its own, a client
// that was alone missed its deadlines.
TEST_F(HttpOverload, APipelinedRequestIsAsOldAsTheAnswerBeforeIt) {
  Route aged = simple_route(Method::kGet, "/age", kNoRoleNeeded, RouteClass::kAuction,
                            [this](Request& request, ResponseWriter writer) {
                              const auto age = now_.load() - request.received_at.time_since_epoch();
                              now_ = now_.load() + 3ms;
                              writer.buffer() += std::to_string(age / 1ms);
                              writer.send(200, "text/plain");
                            });
  aged.deferred = false;
  aged.queued = true;
  test_.router.add(std::move(aged));
  test_.start();
  auto all = clients(1);
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += "GET /age HTTP/1.1\r\nHost: h\r\n\r\n";
  all[0].send(requests);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(all[0].read_response()->body, "0") << i;
}

TEST_F(HttpOverload, WhoMissesADeadlineInTheQueueMakesItAnOverload) {
  test_.start();
  auto all = one_misses_its_deadline_after(10ms);  // less than kStanding
  EXPECT_EQ(all[2].read_response()->status, 503);
  EXPECT_EQ(all[4].read_response()->status, 200) << "the newest";
  EXPECT_EQ(all[3].read_response()->status, 503) << "it had waited too long for an overload";
  EXPECT_EQ(shed(ShedCause::kDeadline), 1U);
  EXPECT_EQ(shed(ShedCause::kOverloaded), 1U);
}

TEST_F(HttpOverload, AnImpatientClientIsNoOverload) {
  test_.start();
  auto all = one_misses_its_deadline_after(5ms);  // less than queue_wait_max, and more than kShedAfter
  EXPECT_EQ(all[2].read_response()->status, 503);
  EXPECT_EQ(all[3].read_response()->status, 200);
  EXPECT_EQ(all[4].read_response()->status, 200);
  test_.server->stop();
  EXPECT_THAT(order_, ElementsAre("hold 1", "hold 2", "old", "3", "4"));
  EXPECT_EQ(shed(ShedCause::kDeadline), 1U);
  EXPECT_EQ(shed(ShedCause::kOverloaded), 0U);
}

TEST_F(HttpOverload, AClientThatIsSlowItselfIsNoOverload) {
  test_.start();
  auto all = clients(3);
  const std::string late = post("old");
  all[1].send(std::string_view(late).substr(0, 10));
  EXPECT_EQ(all[2].get("/light").status, 200);  // so its first bytes have been read
  now_ = now_.load() + 1s;
  all[0].send(post("hold"));
  wait_until_held(1);
  all[1].send(std::string_view(late).substr(10));
  all[2].send(post("2"));
  release();
  EXPECT_EQ(all[1].read_response()->status, 503);
  EXPECT_EQ(all[2].read_response()->status, 200);
  EXPECT_EQ(shed(ShedCause::kDeadline), 1U);
  EXPECT_EQ(shed(ShedCause::kOverloaded), 0U);
}

TEST_F(HttpOverload, ClientsMayLeaveWhileTheyWait) {
  test_.start();
  auto all = clients(4);
  all[0].send(post("hold"));
  wait_until_held(1);
  for (std::size_t i = 1; i < 4; ++i) all[i].send(post(std::to_string(i)));
  all[2].close();
  release();
  EXPECT_EQ(all[1].read_response()->body, "1");
  EXPECT_EQ(all[3].read_response()->body, "3");
}

TEST_F(HttpOverload, DrainingAnswersWhoWaits) {
  test_.start();
  auto all = clients(3);
  all[0].send(post("hold 1"));
  wait_until_held(1);
  all[1].send(post("hold 2"));
  all[2].send(post("2"));
  release(1);
  wait_until_held(2);
  std::thread stopping([&] { test_.server->stop(); });
  while (!test_.server->draining()) std::this_thread::yield();
  release();
  EXPECT_EQ(all[1].read_response()->status, 200);
  EXPECT_EQ(all[2].read_response()->body, "2");
  EXPECT_TRUE(all[2].closed_by_server());
  stopping.join();
}

}  // namespace
}  // namespace gavel
