// Bodies of any length, given out piece by piece with backpressure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <optional>
#include <thread>

#include "tests/support/test_server.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

// Counts lines and bytes on the spot.
class Counting : public BodyConsumer {
 public:
  Counting(ResponseWriter writer, std::uint64_t answer_after)
      : writer_(std::move(writer)), answer_after_(answer_after) {}
  void on_data(std::string_view piece, Resume) override {
    bytes_ += piece.size();
    for (const char c : piece) lines_ += c == '\n' ? 1U : 0U;
    if (bytes_ >= answer_after_ && !answered_) {
      answered_ = true;
      writer_.send_problem(400, "enough");
    }
  }
  void on_end() override {
    writer_.buffer() += std::to_string(lines_) + " lines, " + std::to_string(bytes_) + " bytes";
    writer_.send(200, "text/plain");
  }

 private:
  ResponseWriter writer_;
  const std::uint64_t answer_after_;
  bool answered_ = false;
  std::uint64_t lines_ = 0, bytes_ = 0;
};

// Works on another thread, one piece at a time.
class Working : public BodyConsumer, public std::enable_shared_from_this<Working> {
 public:
  explicit Working(ResponseWriter writer, std::atomic<int>& alive)
      : writer_(std::move(writer)), alive_(alive) {
    ++alive_;
  }
  ~Working() override {
    if (thread_.joinable()) thread_.join();
    --alive_;
  }
  void on_data(std::string_view piece, Resume resume) override {
    if (busy_.exchange(true)) overlapped_ = true;
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([this, piece, resume = std::move(resume)]() mutable {
      std::this_thread::yield();
      text_ += piece;  // still there, though on_data() has returned
      busy_ = false;
      resume();
    });
  }
  void on_end() override {
    thread_.join();
    writer_.buffer() += overlapped_ ? "overlapped" : text_;
    writer_.send(200, "text/plain");
  }

 private:
  ResponseWriter writer_;
  std::atomic<int>& alive_;
  std::atomic<bool> busy_{false};
  bool overlapped_ = false;
  std::string text_;
  std::thread thread_;
};

// Keeps everything for the test to play with.
struct Hand {
  std::promise<void> got_piece;
  std::optional<Resume> resume;
  std::optional<ResponseWriter> writer;
  std::promise<void> gone;
};
class Held : public BodyConsumer {
 public:
  explicit Held(Hand& hand) : hand_(hand) {}
  ~Held() override { hand_.gone.set_value(); }
  void on_data(std::string_view, Resume resume) override {
    if (hand_.resume) return;
    hand_.resume.emplace(std::move(resume));
    hand_.got_piece.set_value();
  }
  void on_end() override {}

 private:
  Hand& hand_;
};

class HttpStream : public testing::Test {
 protected:
  void add(std::string pattern, StreamHandler handler) {
    test_.router.add({.method = Method::kPost,
                      .pattern = std::move(pattern),
                      .handler = std::move(handler),
                      .media_types = {"application/x-ndjson"},
                      .deferred = true});
  }
  HttpStream() {
    add("/count", [](Request&, ResponseWriter writer) {
      return std::make_shared<Counting>(std::move(writer), UINT64_MAX);
    });
    add("/some",
        [](Request&, ResponseWriter writer) { return std::make_shared<Counting>(std::move(writer), 1'000); });
    add("/work", [this](Request&, ResponseWriter writer) {
      return std::make_shared<Working>(std::move(writer), alive_);
    });
    add("/refuse", [](Request&, ResponseWriter writer) {
      writer.send_problem(409, "not now");
      return nullptr;
    });
    add("/held", [this](Request&, ResponseWriter writer) {
      hand_.writer.emplace(std::move(writer));
      return std::make_shared<Held>(hand_);
    });
    test_.router.add({.method = Method::kGet,
                      .pattern = "/hello",
                      .handler = [](Request&, ResponseWriter writer) { writer.send(200); }});
  }
  ClientResponse post(HttpClient& client, std::string_view target, std::string_view body) {
    return client.request("POST", target, body, {{"Content-Type", "application/x-ndjson"}});
  }

  std::atomic<int> alive_{0};
  Hand hand_;
  TestServer test_;
};

TEST_F(HttpStream, TakesTenThousandLines) {
  test_.start();
  std::string body;
  for (int i = 0; i < 10'000; ++i)
    body += "{\"op\":\"put\",\"type\":\"ad\",\"id\":\"a" + std::to_string(i) + "\"}\n";
  HttpClient client = test_.client();
  EXPECT_EQ(post(client, "/count", body).body, "10000 lines, " + std::to_string(body.size()) + " bytes");
  client.send(
      "POST /count HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\na\n\r\n3\r\nb\nc\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_response()->body, "2 lines, 5 bytes");
  EXPECT_EQ(post(client, "/count", "").body, "0 lines, 0 bytes");
  EXPECT_EQ(test_.server->stats().deferred.load(), 0U);
}

TEST_F(HttpStream, IsNotBoundByTheBodyLimit) {
  test_.options.body_bytes_max = 10;
  test_.start();
  HttpClient client = test_.client();
  EXPECT_EQ(post(client, "/count", std::string(20'000'000, 'x')).body, "0 lines, 20000000 bytes");
}

TEST_F(HttpStream, GivesOnePieceAtATimeToAnotherThread) {
  test_.start();
  std::string body;
  for (int i = 0; i < 200'000; ++i) body += std::to_string(i);
  HttpClient client = test_.client();
  EXPECT_EQ(post(client, "/work", body).body, body);
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(HttpStream, ReadsNoFurtherThanTheConsumerWants) {
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\nx");
  hand_.got_piece.get_future().get();
  // What the kernel's buffers on both sides hold is all that can be sent.
  client.set_send_patience(200ms);
  const std::string piece(64 * 1024, 'y');
  std::size_t sent = 0;
  while (sent < 99'000'000 && client.send(piece)) sent += piece.size();
  EXPECT_GT(sent, 0U);
  EXPECT_LT(sent, 50'000'000U);
  hand_.writer.reset();  // answers 500, once the piece is given up
  hand_.resume.reset();
  EXPECT_EQ(client.read_response()->status, 500);
  hand_.gone.get_future().get();
}

TEST_F(HttpStream, MayAnswerBeforeTheEnd) {
  test_.start();
  HttpClient client = test_.client();
  const ClientResponse response = post(client, "/some", std::string(3'000'000, 'x'));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(test_.server->stats().deferred.load(), 0U);
}

TEST_F(HttpStream, MayAnswerBeforeTheBeginning) {
  test_.start();
  HttpClient client = test_.client();
  EXPECT_EQ(post(client, "/refuse", "x\n").status, 409);
}

TEST_F(HttpStream, AnswersFromAnotherThreadWhileItReads) {
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx");
  hand_.got_piece.get_future().get();
  hand_.resume.reset();
  hand_.writer->send_problem(409, "changed my mind");
  EXPECT_EQ(client.read_response()->status, 409);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpStream, WaitsForThePieceBeforeItAnswers) {
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx");
  hand_.got_piece.get_future().get();
  hand_.writer->send_problem(409, "changed my mind");
  hand_.resume.reset();
  EXPECT_EQ(client.read_response()->status, 409);
}

TEST_F(HttpStream, ChecksBeforeTheConsumerSeesAnything) {
  test_.start();
  HttpClient client = test_.client();
  const ClientResponse response = client.request("POST", "/count", "x", {{"Content-Type", "text/csv"}});
  EXPECT_EQ(response.status, 415);
}

TEST_F(HttpStream, DropsTheConsumerOfAClientThatLeft) {
  test_.start();
  {
    HttpClient client = test_.client();
    client.send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx");
    hand_.got_piece.get_future().get();
    hand_.resume.reset();
  }
  hand_.gone.get_future().get();
  hand_.writer->send(200);
  HttpClient client = test_.client();
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(HttpStream, TimesOutAStreamThatStops) {
  test_.options.body_deadline = 40ms;
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx");
  hand_.got_piece.get_future().get();
  hand_.resume.reset();
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
  hand_.gone.get_future().get();
  hand_.writer->send(200);  // nobody hears it
  EXPECT_TRUE(client.closed_by_server());
}

// A byte now and then does not keep a stream, and what it holds, for ever.
TEST_F(HttpStream, TimesOutATrickle) {
  test_.options.body_deadline = 40ms;
  test_.options.stream_bytes_per_s_min = 1'000'000'000;
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
  for (int i = 0; i < 3'000'000 && test_.server->stats().timeouts.load() == 0; ++i) client.send("y");
  const auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 408);
}

TEST_F(HttpStream, MalformedChunksEndTheStream) {
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /held HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
  hand_.got_piece.get_future().get();
  client.send("zz\r\nnot a chunk");
  hand_.resume.reset();
  EXPECT_EQ(client.read_response()->status, 400);
  hand_.gone.get_future().get();
}

TEST_F(HttpStream, AConsumerAtWorkMayOutliveTheServer) {
  test_.options.drain_timeout = 0ms;
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /held HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx");
  hand_.got_piece.get_future().get();
  test_.server.reset();
  auto gone = hand_.gone.get_future();
  EXPECT_EQ(gone.wait_for(0s), std::future_status::timeout);
  hand_.resume.reset();
  gone.get();
  hand_.writer->send(200);
}

TEST_F(HttpStream, LeavesNoConsumerBehind) {
  test_.start();
  for (int i = 0; i < 10; ++i) {
    HttpClient client = test_.client();
    client.send("POST /work HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" +
                std::string(50'000, 'x'));
  }
  test_.server.reset();
  while (alive_ != 0) std::this_thread::yield();
}

}  // namespace
}  // namespace gavel
