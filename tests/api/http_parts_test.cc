// The small parts of the HTTP server that need no connection.
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "api/http/accept.h"
#include "api/http/response.h"
#include "api/http/response_head.h"
#include "api/http/router.h"
#include "api/http/stop_signal.h"
#include "api/http/uri.h"

namespace gavel {
namespace {

TEST(PercentDecode, DecodesAndRefuses) {
  std::string out;
  EXPECT_TRUE(percent_decode("a%20b%2Fc+%e8%A1%A3", out));
  EXPECT_EQ(out, "a b/c+衣");
  EXPECT_TRUE(percent_decode("", out));
  EXPECT_EQ(out, "");
  for (const char* bad : {"%", "%4", "%4g", "%g4", "a%", "%00", "%0A", "%7f", "%ff", "%c3", "%C0%AF"}) {
    EXPECT_FALSE(percent_decode(bad, out)) << bad;
  }
}

TEST(Utf8, IsStrict) {
  for (const char* good : {"", "abc", "é", "衣", "😀", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE8\xA1",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xE8\x41\x41"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(ResponseHead, HasWhatItsStatusAsksFor) {
  std::string out;
  append_head(out, {.status = 200,
                    .date = "Date: x\r\n",
                    .content_type = "text/csv",
                    .content_length = 7,
                    .headers = "ETag: \"1\"\r\n",
                    .connection = ConnectionHeader::kClose});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: text/csv\r\nContent-Length: 7\r\nETag: \"1\"\r\n"
            "Connection: close\r\n\r\n");
  out.clear();
  append_head(out,
              {.status = 204, .date = {}, .content_type = "text/csv", .content_length = 0, .headers = {}});
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(ResponseHead, DateIsImfFixdate) {
  EXPECT_EQ(date_line(from_micros(784'111'777'999'999)), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date_line(from_micros(951'782'400'000'000)), "Date: Tue, 29 Feb 2000 00:00:00 GMT\r\n");
}

TEST(Problem, IsThatOfRfc9457) {
  const Response response = problem(400, "wrong", {{"/a/0", "too \"large\""}, {"/b", "unknown"}});
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            R"({"type":"about:blank","title":"Bad Request","status":400,"detail":"wrong","errors":[)"
            R"({"field":"/a/0","reason":"too \"large\""},{"field":"/b","reason":"unknown"}]})");
}

TEST(StatusPhrase, KnowsEveryStatusOfTheService) {
  for (const int status : {200, 201, 204, 302, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410,
                           412, 413, 414, 415, 417, 422, 429, 431, 500, 501, 503, 505, 507}) {
    EXPECT_NE(status_phrase(status), "Unknown") << status;
  }
}

class Routes : public testing::Test {
 protected:
  Routes() {
    for (const char* pattern :
         {"/v1/ads", "/v1/ads/{id}", "/v1/ads/special", "/v1/{type}/all", "/v1/campaigns/{id}/budget", "/"}) {
      router_.add({.method = Method::kGet, .pattern = pattern, .handler = Handler()});
    }
    router_.add({.method = Method::kPut, .pattern = "/v1/ads/{id}", .handler = Handler()});
  }
  std::string find(Method method, std::string path) {
    request_.method = method;
    request_.path = std::move(path);
    const Router::Match match = router_.match(request_);
    switch (match.outcome) {
      case Router::Match::Outcome::kNoSuchPath:
        return "404";
      case Router::Match::Outcome::kNoSuchMethod:
        return "405 " + std::string(match.allow);
      case Router::Match::Outcome::kBadEncoding:
        return "400";
      case Router::Match::Outcome::kFound:
        break;
    }
    std::string found = router_.routes()[match.route].pattern;
    for (std::size_t i = 0; i < request_.path_parameter_count; ++i) {
      found += " " + request_.path_parameters[i].name + "=" + request_.path_parameters[i].value;
    }
    return found;
  }
  Router router_;
  Request request_;
};

TEST_F(Routes, AreFoundByPathAndMethod) {
  EXPECT_EQ(find(Method::kGet, "/v1/ads"), "/v1/ads");
  EXPECT_EQ(find(Method::kGet, "/v1/ads/a1"), "/v1/ads/{id} id=a1");
  EXPECT_EQ(find(Method::kGet, "/v1/ads/special"), "/v1/ads/special");
  EXPECT_EQ(find(Method::kGet, "/v1/campaigns/c/budget"), "/v1/campaigns/{id}/budget id=c");
  EXPECT_EQ(find(Method::kGet, "/"), "/");
  EXPECT_EQ(find(Method::kPut, "/v1/ads/a1"), "/v1/ads/{id} id=a1");
}

TEST_F(Routes, LiteralSegmentsGoFirst) {
  EXPECT_EQ(find(Method::kGet, "/v1/ads/all"), "/v1/ads/{id} id=all");
  EXPECT_EQ(find(Method::kGet, "/v1/x/all"), "/v1/{type}/all type=x");
}

TEST_F(Routes, OthersAreNotFound) {
  for (const char* path : {"/v1", "/v1/", "/v1/ads/", "/v1/ads/a/b", "//v1/ads", "/V1/ads",
                           "/v1/campaigns//budget", "v1/ads", ""}) {
    EXPECT_EQ(find(Method::kGet, path), "404") << path;
  }
  EXPECT_EQ(find(Method::kDelete, "/v1/ads/a1"), "405 GET, HEAD, PUT");
  EXPECT_EQ(find(Method::kOther, "/v1/ads"), "405 GET, HEAD");
  EXPECT_EQ(find(Method::kGet, "/v1/ads/%"), "400");
}

TEST(Accept, PrefersByQualityThenExactnessThenOrder) {
  const std::pair<const char*, bool> rows[] = {
      {"", false},
      {"text/csv", true},
      {"TEXT/CSV", true},
      {" text/csv ; header=present ", true},
      {"text/csvx", false},
      {"x-text/csv", false},
      {"text/*", true},
      {"Text/*", true},
      {"tex/*", false},
      {"*/*", false},
      {"text/csv, */*", true},
      {"*/*, text/csv", true},
      {"application/json, text/csv", false},
      {"text/csv, application/json", true},
      {"text/csv;q=0", false},
      {"text/csv;q=0.000, text/*", false},
      {"text/csv;q=0.5, application/json", false},
      {"text/csv;q=0.5, application/json; Q=0.4", true},
      {"application/json;q=0, */*", true},
      {"application/*;q=0.1, text/*;q=0.2", true},
      {"text/csv;q=2", false},
      {"text/csv;q=nonsense", false},
      {"text/csv;q=1.000", true},
      {"text/html", false},
      {",;,=,q", false},
  };
  for (const auto& [accept, expected] : rows) {
    EXPECT_EQ(prefers(accept, "text/csv", "application/json"), expected) << accept;
  }
}

TEST(StopSignal, IsTakenByTheThreadThatWaits) {
  std::thread([] {
    block_stop_signals();  // in this thread alone, so that the test program stays as it was
    pthread_kill(pthread_self(), SIGTERM);
    EXPECT_EQ(wait_for_stop_signal(), SIGTERM);
    pthread_kill(pthread_self(), SIGINT);
    EXPECT_EQ(wait_for_stop_signal(), SIGINT);
  }).join();
}

}  // namespace
}  // namespace gavel
