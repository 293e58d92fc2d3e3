#include "bench/load/response_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace gavel {
namespace {

using Step = ResponseParser::Step;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kFound =
    "HTTP/1.1 302 Found\r\nLocation: https://a.example/b\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kNoContent = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: "
    "close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

TEST(ResponseParser, ReadsPipelinedAnswers) {
  ResponseParser parser(true);
  std::string in = std::string(kOk) + std::string(kFound) + std::string(kNoContent) + std::string(kChunked);
  const auto next = [&] {
    std::size_t used = 0;
    const Step step = parser.feed(in, used);
    in.erase(0, used);
    return step;
  };
  ASSERT_EQ(next(), Step::kDone);
  EXPECT_EQ(parser.status(), 200);
  EXPECT_EQ(parser.body(), "hello");
  EXPECT_EQ(parser.location(), "");
  EXPECT_TRUE(parser.keep_alive());
  ASSERT_EQ(next(), Step::kDone);
  EXPECT_EQ(parser.status(), 302);
  EXPECT_EQ(parser.location(), "https://a.example/b");
  EXPECT_EQ(parser.body(), "");
  ASSERT_EQ(next(), Step::kDone);
  EXPECT_EQ(parser.status(), 204);
  ASSERT_EQ(next(), Step::kDone);
  EXPECT_EQ(parser.body(), "abcde");
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(in, "");
  EXPECT_EQ(next(), Step::kNeedMore);
}

TEST(ResponseParser, ReadsByteByByte) {
  for (std::string_view answer : {kOk, kFound, kNoContent, kChunked}) {
    ResponseParser parser(false);
    std::string unread;
    for (std::size_t i = 0; i < answer.size(); ++i) {
      unread += answer[i];
      std::size_t used = 0;
      const Step step = parser.feed(unread, used);
      unread.erase(0, used);
      ASSERT_EQ(step, i + 1 == answer.size() ? Step::kDone : Step::kNeedMore) << answer << " at " << i;
    }
    EXPECT_EQ(parser.body(), "") << "no body was asked for";
  }
}

TEST(ResponseParser, RefusesWhatIsNotHttp) {
  ResponseParser parser(false);
  std::size_t used = 0;
  EXPECT_EQ(parser.feed("SSH-2.0-OpenSSH_9.2\r\n\r\n", used), Step::kBad);
}

}  // namespace
}  // namespace gavel
