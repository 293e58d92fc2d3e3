// A server of one thread on a loopback port, for tests of clients: it answers what the test tells it to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace gavel {

struct FakeRequest {
  std::string_view head;  // request line and fields, without the empty line
  std::string_view target;
  std::string_view body;
  std::uint64_t number;  // from 0, over all connections
};

// The bytes of an answer. An empty one closes the connection.
using FakeHandler = std::function<std::string(const FakeRequest&)>;

// "HTTP/1.1 200 OK" with that body, or another status with more fields ("Location: /x\r\n").
std::string fake_answer(std::string_view body, std::string_view status = "200 OK",
                        std::string_view fields = "");

// Runs from construction to destruction. The handler runs on the server's thread, one request at a time.
class FakeServer {
 public:
  explicit FakeServer(FakeHandler handler);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::uint64_t requests() const { return requests_; }

 private:
  struct Connection {
    int fd;
    std::string unread;
  };

  void serve();
  // False where the connection is to be closed.
  bool serve_connection(Connection& connection);

  FakeHandler handler_;
  int listener_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
  std::vector<Connection> connections_;
  std::thread thread_;
};

}  // namespace gavel
