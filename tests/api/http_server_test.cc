// The server over real sockets: order, routes, refusals and answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/api/served_routes.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(HttpServerLoading, OnlyWhatNeedsNoDataAnswersBeforeItIsOpened) {
  Router router;
  const auto add = [&router](Method method, const std::string& pattern, bool while_loading) {
    Route route = simple_route(method, pattern, kNoRoleNeeded, RouteClass::kOperation,
                               [](Request&, ResponseWriter writer) { writer.send(200); });
    route.answers_while_loading = while_loading;
    router.add(std::move(route));
  };
  add(Method::kGet, "/health", true);
  add(Method::kGet, "/data", false);
  add(Method::kPost, "/data", false);
  const Authenticator nobody({});
  Server server({.port = 0}, router, nobody, {});
  const auto port = server.start();
  ASSERT_TRUE(port.has_value()) << port.error();
  HttpClient client(*port);

  EXPECT_FALSE(server.ready());
  EXPECT_EQ(client.get("/health").status, 200);
  EXPECT_EQ(client.get("/nowhere").status, 404);
  const ClientResponse loading = client.get("/data");
  EXPECT_EQ(loading.status, 503);
  EXPECT_EQ(loading.header("retry-after"), "1");
  EXPECT_THAT(loading.body, HasSubstr("loaded"));
  EXPECT_EQ(client.request("POST", "/data", "{}").status, 503);

  server.open();
  EXPECT_TRUE(server.ready());
  EXPECT_EQ(client.get("/data").status, 200) << "on the connection from before, too";
  EXPECT_EQ(client.request("POST", "/data", "{}").status, 200);
  server.stop();
  EXPECT_FALSE(server.ready());
}

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  test_.options.wall_clock = [] { return from_micros(784'111'777'000'000); };
  test_.start();
  HttpClient client = test_.client();
  for (int i = 0; i < 3; ++i) {
    const ClientResponse response = client.get("/hello");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "{\"hello\":true}");
    EXPECT_EQ(response.header("content-type"), "application/json");
    EXPECT_EQ(response.header("etag"), "\"7\"");
    EXPECT_EQ(response.header("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(response.headers.count("connection"), 0U);
  }
  EXPECT_EQ(test_.server->stats().connections.load(), 1U);
  EXPECT_EQ(test_.server->stats().accepted.load(), 1U);
}

TEST_F(HttpServerTest, TakesBodiesByLengthAndByChunks) {
  test_.start();
  HttpClient client = test_.client();
  EXPECT_EQ(client.request("POST", "/echo", "hello").body, "hello");
  const std::string large(500'000, 'x');
  EXPECT_EQ(client.request("POST", "/echo", large).body, large);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_response()->body, "abcde");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  test_.start();
  HttpClient client = test_.client();
  std::string requests;
  for (int i = 0; i < 300; ++i)
    requests += "GET /things/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  client.send(requests);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(client.read_response()->body, std::to_string(i) + "|-");
}

TEST_F(HttpServerTest, PipelinedRequestsWaitForALaterAnswer) {
  test_.start();
  HttpClient client = test_.client();
  client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /things/2 HTTP/1.1\r\nHost: h\r\n\r\n");
  ResponseWriter writer = parked_.take();
  std::thread([&] {
    writer.buffer() += "first";
    writer.send(200, "text/plain");
  }).join();
  EXPECT_EQ(client.read_response()->body, "first");
  EXPECT_EQ(client.read_response()->body, "2|-");
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  test_.start();
  HttpClient client = test_.client();
  const ClientResponse response = client.request("HEAD", "/hello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-length"), "14");
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(HttpServerTest, NoContentHasNeitherTypeNorLength) {
  test_.start();
  HttpClient client = test_.client();
  const ClientResponse response = client.request("DELETE", "/things/a");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.count("content-length"), 0U);
  EXPECT_EQ(response.headers.count("content-type"), 0U);
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
  test_.start();
  HttpClient client = test_.client();
  EXPECT_EQ(client.get("/hello", {{"Connection", "close"}}).header("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, Http10ClosesUnlessAskedToStay) {
  test_.start();
  HttpClient closing = test_.client();
  closing.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closing.read_response()->status, 200);
  EXPECT_TRUE(closing.closed_by_server());
  HttpClient staying = test_.client();
  for (int i = 0; i < 2; ++i) {
    staying.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(staying.read_response()->header("connection"), "keep-alive");
  }
}

TEST_F(HttpServerTest, DecodesParameters) {
  test_.start();
  EXPECT_EQ(test_.get("/things/a%3Ab?q=%E8%A1%A3+1").body, "a:b|衣+1");
  EXPECT_EQ(test_.get("/things/a?q").body, "a|");
  EXPECT_EQ(test_.get("/things/a?&q=1&").body, "a|1");
  EXPECT_EQ(test_.get("http://other:80/things/x?q=2").body, "x|2");
}

struct Refusal {
  const char* name;
  const char* method;
  const char* target;
  const char* body;
  int status;
  const char* says;
};
class HttpServerRefuses : public HttpServerTest, public testing::WithParamInterface<Refusal> {};
TEST_P(HttpServerRefuses, WithAProblemAndGoesOn) {
  const Refusal& row = GetParam();
  test_.start();
  HttpClient client = test_.client();
  const ClientResponse response =
      client.request(row.method, row.target, row.body, {{"Content-Type", "text/plain"}});
  EXPECT_EQ(response.status, row.status);
  EXPECT_EQ(response.header("content-type"), "application/problem+json");
  EXPECT_THAT(response.body, HasSubstr("\"status\":" + std::to_string(row.status)));
  EXPECT_THAT(response.body, HasSubstr(row.says));
  // The same connection is still in step.
  EXPECT_EQ(client.get("/hello").status, 200);
}
constexpr Refusal kRefusals[] = {
    {"unknown_path", "GET", "/nothing", "", 404, "\"errors\":[]"},
    {"longer_path", "GET", "/hello/x", "", 404, ""},
    {"empty_parameter", "GET", "/things/", "", 404, ""},
    {"trailing_slash", "GET", "/hello/", "", 404, ""},
    {"wrong_method", "PUT", "/hello", "body", 405, "Method Not Allowed"},
    {"options", "OPTIONS", "/hello", "", 405, ""},
    {"unknown_method", "BREW", "/hello", "", 501, ""},
    {"bad_escape_in_path", "GET", "/things/%zz", "", 400, ""},
    {"nul_in_path", "GET", "/things/%00", "", 400, ""},
    {"latin1_in_path", "GET", "/things/%E9", "", 400, ""},
    {"star", "GET", "*", "", 400, ""},
    {"fragment", "GET", "/hello#x", "", 400, ""},
    {"unknown_query", "GET", "/things/a?p=1", "", 400, "{\"field\":\"p\""},
    {"misspelt_query", "GET", "/things/a?Q=1", "", 400, "{\"field\":\"Q\""},
    {"repeated_query", "GET", "/things/a?q=1&q=1", "", 400,
     "{\"field\":\"q\",\"reason\":\"given more than once\"}"},
    {"repeated_encoded_query", "GET", "/things/a?q=1&%71=1", "", 400, "\"field\":\"q\""},
    {"bad_escape_in_query", "GET", "/things/a?q=%e", "", 400, "\"field\":\"q\""},
    {"media_type", "POST", "/json", "{}", 415, "application/json"},
    {"forgetful_handler", "GET", "/forgets", "", 500, ""},
};
INSTANTIATE_TEST_SUITE_P(All, HttpServerRefuses, testing::ValuesIn(kRefusals),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(HttpServerTest, NamesTheAllowedMethods) {
  test_.start();
  EXPECT_EQ(test_.client().request("POST", "/things/a").header("allow"), "DELETE, GET, HEAD");
  EXPECT_EQ(test_.client().request("GET", "/json").header("allow"), "POST");
}

TEST_F(HttpServerTest, MediaTypesMayHaveParametersOrBeLeftOut) {
  test_.start();
  HttpClient client = test_.client();
  EXPECT_EQ(
      client.request("POST", "/json", "{}", {{"Content-Type", "Application/JSON ; charset=utf-8"}}).status,
      200);
  EXPECT_EQ(client.request("POST", "/json", "{}", {{"Content-Type", ""}}).status, 200);
  EXPECT_EQ(client.request("POST", "/json").status, 200);
}

TEST_F(HttpServerTest, RefusesALargeBodyAndLetsTheClientSeeIt) {
  test_.start();
  HttpClient client = test_.client();
  const std::string large(2'000'000, 'x');
  const ClientResponse response = client.request("POST", "/echo", large);
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(
      test_.client().request("POST", "/json", "01234567890", {{"Content-Type", "application/json"}}).status,
      413);
}

// What nobody will look at is not collected: some is passed over to stay in step, more ends the connection.
TEST_F(HttpServerTest, BodiesOfRejectedRequestsAreDropped) {
  test_.options.body_bytes_max = 10;
  test_.start();
  HttpClient client = test_.client();
  EXPECT_EQ(client.request("POST", "/nothing", std::string(200'000, 'x')).status, 404);
  client.send("PUT /hello HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" +
              std::string(20, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_response()->status, 405);
  EXPECT_EQ(client.get("/hello").status, 200);
  const ClientResponse large = client.request("POST", "/nothing", std::string(3'000'000, 'x'));
  EXPECT_EQ(large.status, 404);
  EXPECT_EQ(large.header("connection"), "close");
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, WithoutKeysWebPagesAreTurnedAway) {
  test_.options.local_only = true;
  test_.start();
  const struct {
    const char* host;
    const char* origin;  // empty = none
    int status;
  } rows[] = {
      {"localhost", "", 200},
      {"LocalHost:8080", "", 200},
      {"127.0.0.1:8080", "", 200},
      {"127.1.2.3", "", 200},
      {"[::1]:8080", "", 200},
      {"[::1]", "", 200},
      {"shop.example", "", 403},
      {"shop.example:8080", "", 403},
      {"localhost.shop.example", "", 403},
      {"127.0.0.1.shop.example", "", 403},
      {"10.0.0.1", "", 403},
      {"[2001:db8::1]", "", 403},
      {"[::1", "", 403},
      {"localhost:8080", "http://localhost:8080", 200},
      {"localhost:8080", "http://localhost:3000", 403},
      {"localhost:8080", "https://shop.example", 403},
      {"localhost:8080", "null", 403},
  };
  for (const auto& row : rows) {
    ClientHeaders headers{{"Host", row.host}};
    if (*row.origin != '\0') headers.emplace_back("Origin", row.origin);
    EXPECT_EQ(test_.get("/hello", headers).status, row.status) << row.host << " " << row.origin;
  }
  HttpClient old = test_.client();
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_response()->status, 200);
}

TEST_F(HttpServerTest, ClosesAfterWhatIsNotHttp) {
  test_.start();
  for (const std::string_view smuggled :
       {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\n"}) {
    HttpClient client = test_.client();
    client.send(std::string(smuggled) + "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 400);
    EXPECT_EQ(response->header("content-type"), "application/problem+json");
    EXPECT_TRUE(client.closed_by_server());  // and the request inside was never answered
  }
  EXPECT_EQ(test_.server->stats().bad_requests.load(), 2U);
}

TEST_F(HttpServerTest, SaysContinueBeforeTheBody) {
  test_.start();
  HttpClient client = test_.client();
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response()->status, 100);
  client.send("hi");
  EXPECT_EQ(client.read_response()->body, "hi");
  // With the body there already, nobody waits for it.
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nho");
  EXPECT_EQ(client.read_response()->status, 201);
  client.send("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response()->status, 404);
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServerTest, KnowsKeysAndRoles) {
  KeyHash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>("secret"), 6);
  test_.keys.push_back({hash, Role::kAdmin, ""});
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>("shop"), 4);
  test_.keys.push_back({hash, Role::kAdvertiser, "a1"});
  test_.start();
  const ClientResponse none = test_.get("/admin");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("www-authenticate"), "Bearer");
  EXPECT_EQ(test_.get("/admin", {{"Authorization", "Bearer wrong"}}).status, 401);
  EXPECT_EQ(test_.get("/admin", {{"Authorization", "Bearer shop"}}).status, 403);
  EXPECT_EQ(test_.get("/admin", {{"Authorization", "bearer secret"}}).body, "admin:2bb80d53");
  EXPECT_EQ(test_.get("/hello").status, 200);
}

TEST_F(HttpServerTest, SendsFiles) {
  const int file = ::memfd_create("answer", MFD_CLOEXEC);
  std::string content;
  for (int i = 0; i < 1'000'000; ++i) content += std::to_string(i % 10);
  ASSERT_EQ(::write(file, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  add(Method::kGet, "/file",
      [&](Request&, ResponseWriter writer) { writer.send_file(200, kNdjson, ::dup(file), content.size()); });
  test_.start();
  HttpClient client = test_.client();
  for (int i = 0; i < 2; ++i) {
    const ClientResponse response = client.get("/file");
    EXPECT_EQ(response.header("content-type"), "application/x-ndjson");
    EXPECT_EQ(response.body, content);
  }
  EXPECT_EQ(client.request("HEAD", "/file").header("content-length"), "1000000");
  EXPECT_EQ(client.get("/hello").status, 200);
  ::close(file);
}

TEST_F(HttpServerTest, TellsTheObserverOfEveryAnswer) {
  std::mutex mutex;
  std::vector<RequestRecord> records;
  test_.observer = [&](const RequestRecord& record) {
    const std::lock_guard lock(mutex);
    records.push_back(record);
  };
  test_.start();
  HttpClient client = test_.client();
  client.get("/hello");
  client.request("HEAD", "/hello");
  client.get("/nothing");
  client.send("nonsense\r\n\r\n");
  EXPECT_EQ(client.read_response()->status, 400);
  HttpClient rude = test_.client();
  rude.send("nonsense\r\n\r\n");
  EXPECT_EQ(rude.read_response()->status, 400);
  test_.server->stop();
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0].status, 200);
  EXPECT_EQ(test_.router.routes()[records[0].route].pattern, "/hello");
  EXPECT_GT(records[0].took.count(), 0);
  EXPECT_EQ(records[1].method, Method::kHead);
  EXPECT_EQ(records[2].route, Router::kUnmatched);
  EXPECT_EQ(records[2].status, 404);
  EXPECT_EQ(records[3].status, 400);
  EXPECT_EQ(records[3].route, Router::kUnmatched);
  EXPECT_EQ(records[4].status, 400);
  EXPECT_EQ(records[4].route, Router::kUnmatched) << "a connection's first request has no route either";
}

// The other ways on which a connection's first request ends before a route is looked for.
TEST_F(HttpServerTest, CountsWhatEndsBeforeItsRouteAsUnmatched) {
  std::mutex mutex;
  std::vector<RequestRecord> records;
  test_.observer = [&](const RequestRecord& record) {
    const std::lock_guard lock(mutex);
    records.push_back(record);
  };
  test_.options.header_bytes_max = 512;
  test_.options.header_deadline = 40ms;
  test_.options.connections_max = 2;
  test_.options.workers = 1;  // connections are taken in the order in which they come
  test_.start();
  HttpClient slow = test_.client();
  slow.send("GET /hello HT");
  HttpClient large = test_.client();
  large.send("GET /hello HTTP/1.1\r\nHost: h\r\nX-Long: " + std::string(600, 'a') + "\r\n\r\n");
  HttpClient third = test_.client();
  EXPECT_EQ(third.read_response()->status, 503);
  EXPECT_EQ(large.read_response()->status, 431);
  EXPECT_EQ(slow.read_response()->status, 408);
  test_.server->stop();
  ASSERT_EQ(records.size(), 3U);
  for (const RequestRecord& record : records) EXPECT_EQ(record.route, Router::kUnmatched) << record.status;
}

}  // namespace
}  // namespace gavel
