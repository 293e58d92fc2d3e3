#include "api/failure_log.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

using namespace std::chrono_literals;

class FailureLogTest : public testing::Test {
 protected:
  FailureLogTest() {
    router_.add({.method = Method::kPost, .pattern = "/v1/events", .handler = Handler()});
    router_.add({.method = Method::kGet, .pattern = "/v1/ads/{id}", .handler = Handler()});
  }
  // What is logged of an answer that left so long after the first.
  std::string line(int status, std::string_view detail, std::chrono::milliseconds after = 0ms,
                   std::size_t route = 0) {
    return log_.line_of({.route = route, .status = status, .detail = detail, .at = begin_ + after})
        .value_or("");
  }

  Router router_;
  FailureLog log_{router_};
  const std::chrono::steady_clock::time_point begin_{100h};
};

TEST_F(FailureLogTest, SaysStatusRouteAndReason) {
  EXPECT_EQ(line(503, "too many wait"), "503 POST /v1/events: too many wait");
  EXPECT_EQ(line(500, "the request was dropped", 0ms, 1), "500 GET /v1/ads/{id}: the request was dropped");
  EXPECT_EQ(line(503, "too many connections", 0ms, Router::kUnmatched),
            "503 unmatched: too many connections");
  EXPECT_EQ(line(500, ""), "500 POST /v1/events: Internal Server Error");
}

TEST_F(FailureLogTest, WhatWentWellOrWasTheClientsFaultIsNoFailure) {
  for (const int status : {200, 204, 302, 400, 401, 404, 408, 429, 499})
    EXPECT_EQ(line(status, "x"), "") << status;
}

TEST_F(FailureLogTest, TellsEachCauseOnceASecond) {
  EXPECT_NE(line(503, "full"), "");
  EXPECT_EQ(line(503, "full", 1ms), "");
  EXPECT_NE(line(503, "another", 1ms), "");
  EXPECT_NE(line(500, "full", 1ms), "");
  EXPECT_NE(line(503, "full", 1ms, 1), "");
  EXPECT_EQ(line(503, "full", 999ms), "");
  EXPECT_EQ(line(503, "full", 1'000ms), "503 POST /v1/events: full (2 more before it)");
  EXPECT_EQ(line(503, "full", 1'500ms), "");
  EXPECT_EQ(line(503, "full", 9'000ms), "503 POST /v1/events: full (1 more before it)");
  EXPECT_EQ(line(503, "full", 10'000ms), "503 POST /v1/events: full");
}

TEST_F(FailureLogTest, KeepsABoundedNumberOfCauses) {
  for (std::size_t i = 0; i < FailureLog::kCausesMax; ++i) EXPECT_NE(line(500, std::to_string(i)), "");
  EXPECT_EQ(line(500, "one more", 999ms), "");
  EXPECT_NE(line(500, "one more", 1'000ms), "");
}

}  // namespace
}  // namespace gavel
