#include "api/handlers/yardstick_handler.h"

#include <gtest/gtest.h>

#include "tests/support/test_server.h"

namespace gavel {
namespace {

TEST(YardstickTest, AnswersEveryBodyWithTheSameJsonOfTheSizeAskedFor) {
  TestServer server;
  add_yardstick_route(server.router, 1'000);
  server.start();
  const auto post = [&](std::string_view body) {
    return server.client().request("POST", "/yardstick", body, {{"Content-Type", "application/json"}});
  };
  const ClientResponse first = post("{}");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "\"" + std::string(998, 'x') + "\"");
  EXPECT_EQ(post(R"({"query": "dress"})").body, first.body);
}

}  // namespace
}  // namespace gavel
