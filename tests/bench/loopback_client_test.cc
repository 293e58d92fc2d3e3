#include "bench/load/loopback_client.h"

#include <gtest/gtest.h>

#include "tests/bench/fake_server.h"

namespace gavel {
namespace {

TEST(LoopbackClient, SendsMethodTargetKeyAndBody) {
  FakeServer server([](const FakeRequest& request) {
    return fake_answer(std::string(request.head) + "|" + std::string(request.body));
  });
  LoopbackClient client(*parse_loopback(server.url()), "secret");
  const auto answer = client.call({"POST", "/v1/events", "{}", "application/json"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /v1/events HTTP/1.1\r\nHost: " + server.url().substr(7) +
                              "\r\nAuthorization: Bearer secret\r\nContent-Type: application/json\r\n"
                              "Content-Length: 2|{}");
  const auto got = client.call({"GET", "/x"});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body.find("Content-"), std::string::npos);
}

TEST(LoopbackClient, GivesTheLocationAndDoesNotFollowIt) {
  FakeServer server([](const FakeRequest&) { return fake_answer("", "302 Found", "Location: /there\r\n"); });
  LoopbackClient client(*parse_loopback(server.url()), "");
  const auto answer = client.call({"GET", "/here"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->location, "/there");
  EXPECT_EQ(server.requests(), 1u);
}

// The server closes the connection at its second request: a GET is sent again, a POST is not.
TEST(LoopbackClient, SendsOnlyAGetAgain) {
  for (const std::string_view method : {"GET", "POST"}) {
    FakeServer server(
        [](const FakeRequest& request) { return request.number == 1 ? "" : fake_answer("ok"); });
    LoopbackClient client(*parse_loopback(server.url()), "");
    ASSERT_TRUE(client.call({method, "/"}));
    EXPECT_EQ(client.call({method, "/"}).has_value(), method == "GET");
    EXPECT_EQ(server.requests(), method == "GET" ? 3u : 2u);
  }
}

TEST(LoopbackClient, NobodyThereIsNoAnswer) {
  std::string url;
  {
    FakeServer server([](const FakeRequest&) { return fake_answer(""); });
    url = server.url();
  }
  LoopbackClient client(*parse_loopback(url), "");
  EXPECT_FALSE(client.call({"GET", "/"}));
}

}  // namespace
}  // namespace gavel
