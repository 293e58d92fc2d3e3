// A server over real sockets with routes of each kind.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "api/http/server.h"
#include "tests/support/test_server.h"

namespace gavel {

// Hands out the writers of requests that are to be answered later.
class Parked {
 public:
  void put(ResponseWriter writer) {
    const std::lock_guard lock(mutex_);
    writers_.push_back(std::move(writer));
    arrived_.notify_all();
  }
  ResponseWriter take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return !writers_.empty(); });
    ResponseWriter writer = std::move(writers_.front());
    writers_.pop_front();
    return writer;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ResponseWriter> writers_;
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    add(Method::kGet, "/hello", [](Request&, ResponseWriter writer) {
      writer.buffer() += "{\"hello\":true}";
      writer.header("ETag", "\"7\"");
      writer.send(200);
    });
    add(Method::kPost, "/echo", [](Request& request, ResponseWriter writer) {
      writer.buffer() += request.body;
      writer.send(201, "text/plain");
    });
    add(Method::kGet, "/later", [this](Request&, ResponseWriter writer) { parked_.put(std::move(writer)); },
        {.deferred = true});
    add(Method::kGet, "/forgets", [](Request&, ResponseWriter) {});
    add(Method::kDelete, "/things/{id}", [](Request&, ResponseWriter writer) { writer.send(204); });
    add(Method::kGet, "/things/{id}",
        [](Request& request, ResponseWriter writer) {
          writer.buffer()
              .append(request.path_parameter("id"))
              .append("|")
              .append(request.query("q").value_or("-"));
          writer.send(200, "text/plain");
        },
        {.query_parameters = {"q", "r"}});
    add(Method::kPost, "/json", [](Request&, ResponseWriter writer) { writer.send(200); },
        {.media_types = {"application/json"}, .body_bytes_max = 10});
    add(Method::kGet, "/admin",
        [](Request& request, ResponseWriter writer) {
          writer.buffer() += request.principal->actor;
          writer.send(200, "text/plain");
        },
        {.roles = kAdminOnly});
  }

  struct Extra {
    RoleSet roles = kNoRoleNeeded;
    std::vector<std::string> media_types{};
    std::vector<std::string> query_parameters{};
    std::uint64_t body_bytes_max = 0;
    bool deferred = false;
  };
  void add(Method method, std::string pattern, Handler handler) {
    add(method, std::move(pattern), std::move(handler), Extra());
  }
  void add(Method method, std::string pattern, Handler handler, Extra extra) {
    test_.router.add({.method = method,
                      .pattern = std::move(pattern),
                      .handler = std::move(handler),
                      .roles = extra.roles,
                      .media_types = extra.media_types,
                      .query_parameters = extra.query_parameters,
                      .body_bytes_max = extra.body_bytes_max,
                      .deferred = extra.deferred});
  }

  TestServer test_;
  Parked parked_;
};

}  // namespace gavel
