// The strict half of HTTP, without sockets: each rule that Beast's parser does not keep by itself is a row
// here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "api/http/request_reader.h"

namespace gavel {
namespace {

using State = RequestReader::State;

void feed(RequestReader& reader, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::span<char> room = reader.room();
    const std::size_t n = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), n);
    reader.filled(n);
    bytes.remove_prefix(n);
  }
}

// What became of one request: the status of its error, or 0, with its body.
struct Outcome {
  int status = 0;
  bool complete = false;
  std::string target;
  std::string body;
};

Outcome read_in_steps(std::string_view bytes, std::size_t step, std::uint64_t body_max = 1'000'000,
                      ReaderLimits limits = {}) {
  RequestReader reader(limits);
  Outcome outcome;
  for (std::size_t at = 0; at <= bytes.size(); at += step) {
    feed(reader, bytes.substr(at, step));
    State state = reader.advance();
    if (state == State::kHeader) {
      reader.collect_body(body_max);
      state = reader.advance();
    }
    if (state == State::kError) {
      outcome.status = reader.error().status;
      return outcome;
    }
    if (state == State::kComplete) {
      return {0, true, reader.header().target, std::string(reader.body())};
    }
  }
  return outcome;
}

Outcome read_whole(std::string_view bytes) {
  return read_in_steps(bytes, std::max<std::size_t>(1, bytes.size()));
}

TEST(RequestReader, ReadsHeadAndBody) {
  const Outcome outcome = read_whole("POST /v1/x?a=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(outcome.complete);
  EXPECT_EQ(outcome.target, "/v1/x?a=1");
  EXPECT_EQ(outcome.body, "hello");
}

TEST(RequestReader, KeepsTheHeadersThatHandlersNeed) {
  RequestReader reader({});
  feed(reader,
       "PUT / HTTP/1.1\r\nhost: h\r\nAUTHORIZATION: Bearer k\r\nContent-Type: application/json\r\nAccept: "
       "a\r\n"
       "Accept: b\r\nIf-Match: \"1\"\r\nIf-None-Match: *\r\nConnection: close\r\nContent-Length: 2\r\n"
       "Expect: 100-continue\r\n\r\n");
  ASSERT_EQ(reader.advance(), State::kHeader);
  const RequestReader::Header& header = reader.header();
  EXPECT_EQ(header.method, Method::kPut);
  EXPECT_EQ(header.authorization, "Bearer k");
  EXPECT_EQ(header.content_type, "application/json");
  EXPECT_EQ(header.accept, "a, b");
  EXPECT_EQ(header.if_match, "\"1\"");
  EXPECT_EQ(header.if_none_match, "*");
  EXPECT_FALSE(header.keep_alive);
  EXPECT_TRUE(header.has_body);
  EXPECT_TRUE(header.expects_continue);
}

struct Rule {
  const char* name;
  std::string_view bytes;
  int status;  // 0: the request is good
};

class RequestReaderRules : public testing::TestWithParam<Rule> {};

TEST_P(RequestReaderRules, HoldsHoweverTheBytesArrive) {
  const Rule& rule = GetParam();
  for (const std::size_t step : {rule.bytes.size(), std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
    const Outcome outcome = read_in_steps(rule.bytes, step);
    EXPECT_EQ(outcome.status, rule.status) << "in steps of " << step;
    EXPECT_EQ(outcome.complete, rule.status == 0) << "in steps of " << step;
  }
}

using namespace std::string_view_literals;
constexpr Rule kRules[] = {
    {"plain", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 0},
    {"http10", "GET / HTTP/1.0\r\n\r\n", 0},
    {"empty_line_first", "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 0},
    {"tab_in_value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\tb\r\n\r\n", 0},
    {"bytes_over_127_in_value", "GET / HTTP/1.1\r\nHost: h\r\nX: \xE8\xA1\xA3\r\n\r\n", 0},
    {"unknown_method_is_read", "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 0},
    {"length_zero", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 0},
    {"chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 0},
    {"chunked_in_capitals", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", 0},
    {"chunk_extension",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;x=\"y\"\r\na\r\n0\r\n\r\n", 0},
    {"trailer", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
     0},

    {"xchunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
    {"chunked_identity",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400},
    {"gzip_chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
    {"identity", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 400},
    {"empty_encoding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n", 400},
    {"two_encodings",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"length_then_chunked",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"chunked_then_length",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
    {"length_then_xchunked",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: xchunked\r\n\r\n", 400},
    {"chunked_in_http10", "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"two_hosts_in_http10", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"empty_host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"length_list", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\nabcd", 400},
    {"length_repeated", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
     400},
    {"length_signed", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nabcd", 400},
    {"length_negative", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -4\r\n\r\nabcd", 400},
    {"length_hex", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x4\r\n\r\nabcd", 400},
    {"length_empty", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400},
    {"length_too_large_for_64_bits",
     "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
    {"length_over_limit", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000001\r\n\r\n", 413},
    {"folded", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400},
    {"folded_first_field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
    {"bare_lf", "GET / HTTP/1.1\nHost: h\n\n", 400},
    {"bare_lf_in_fields", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400},
    {"bare_cr_in_value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400},
    {"nul_in_value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"sv, 400},
    {"control_in_value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\x01\r\n\r\n", 400},
    {"del_in_value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\x7F\r\n\r\n", 400},
    {"space_before_colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
    {"no_colon", "GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", 400},
    {"two_authorizations", "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 400},
    {"two_content_types", "GET / HTTP/1.1\r\nHost: h\r\nContent-Type: a\r\nContent-Type: b\r\n\r\n", 400},
    {"space_in_target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"http09", "GET /\r\n\r\n", 400},
    {"http20", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
    {"http12", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
    {"not_http", "GET / HTTQ/1.1\r\nHost: h\r\n\r\n", 400},
    {"tls", "\x16\x03\x01\x02\r\n\r\n", 400},
    {"other_expectation", "POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\nContent-Length: 1\r\n\r\na", 417},
    {"chunk_size_not_hex", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n",
     400},
    {"chunk_size_negative", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n",
     400},
    {"chunk_size_overflow",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\nabc\r\n", 400},
    {"chunk_longer_than_said",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
    {"chunk_line_bare_lf",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n\r\n\r\n", 400},
    {"length_in_trailer",
     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 4\r\n\r\n", 400},
};
INSTANTIATE_TEST_SUITE_P(All, RequestReaderRules, testing::ValuesIn(kRules),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(RequestReader, HeadersOverTheLimitAre431) {
  const std::string lines(20'000, 'x');
  EXPECT_EQ(read_whole("GET / HTTP/1.1\r\nHost: h\r\nX: " + lines + "\r\n\r\n").status, 431);
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 2'000; ++i) many += "X: 12345678\r\n";
  EXPECT_EQ(read_whole(many + "\r\n").status, 431);
  EXPECT_EQ(read_in_steps(many + "\r\n", 5).status, 431);
}

// A long method once passed where the line came in one piece, and not where it came in two.
TEST(RequestReader, ALongRequestLineIs414HoweverItArrives) {
  const ReaderLimits limits{.header_bytes_max = 600, .target_bytes_max = 100};
  const std::string head = std::string(120, 'y') + " /" + std::string(50, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(read_in_steps(head, head.size(), 0, limits).status, 414);
  EXPECT_EQ(read_in_steps(head, 1, 0, limits).status, 414);
}

TEST(RequestReader, TargetOverTheLimitIs414) {
  const std::string path = "/" + std::string(9'000, 'a');
  EXPECT_EQ(read_whole("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n").status, 414);
  // Without the line's end in sight.
  EXPECT_EQ(read_in_steps("GET " + path, 100).status, 414);
}

TEST(RequestReader, LimitsAreInclusive) {
  const std::string head = "GET /aaaa HTTP/1.1\r\nHost: h\r\n\r\n";
  ReaderLimits limits{.header_bytes_max = head.size(), .target_bytes_max = 5};
  EXPECT_TRUE(read_in_steps(head, 1, 0, limits).complete);
  limits.header_bytes_max -= 1;
  EXPECT_EQ(read_in_steps(head, 1, 0, limits).status, 431);
  limits = {.header_bytes_max = head.size(), .target_bytes_max = 4};
  EXPECT_EQ(read_in_steps(head, 1, 0, limits).status, 414);

  const std::string body = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd";
  EXPECT_TRUE(read_in_steps(body, 1, 4).complete);
  EXPECT_EQ(read_in_steps(body, 1, 3).status, 413);
  const std::string chunks =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n";
  EXPECT_TRUE(read_in_steps(chunks, 1, 4).complete);
  EXPECT_EQ(read_in_steps(chunks, 1, 3).status, 413);
}

TEST(RequestReader, ChunkHeadersHaveALimit) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read_in_steps(head + "1;" + std::string(100'000, 'x'), 1'000).status, 400);
  EXPECT_EQ(read_in_steps(head + "0\r\nX: " + std::string(100'000, 'x'), 1'000).status, 400);
}

TEST(RequestReader, KeepsPipelinedRequestsApart) {
  std::string bytes;
  for (int i = 0; i < 500; ++i) {
    const std::string n = std::to_string(i);
    bytes += "GET /" + n + " HTTP/1.1\r\nHost: h\r\n\r\n";
    bytes += "POST /l" + n + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(n.size()) +
             "\r\n\r\n" + n;
    bytes += "POST /c" + n + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n" +
             std::to_string(n.size()) + "\r\n" + n + "\r\n0\r\n\r\n";
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{97}, std::size_t{16'384}}) {
    RequestReader reader({});
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      feed(reader, std::string_view(bytes).substr(at, step));
      for (State state = reader.advance(); state != State::kNeedMore; state = reader.advance()) {
        ASSERT_NE(state, State::kError) << reader.error().reason;
        if (state == State::kHeader) reader.collect_body(100);
        if (state != State::kComplete) continue;
        seen.push_back(reader.header().target + " " + std::string(reader.body()));
        reader.next_request();
      }
    }
    ASSERT_EQ(seen.size(), 1'500U);
    for (int i = 0; i < 500; ++i) {
      const std::string n = std::to_string(i);
      const auto at = static_cast<std::size_t>(3 * i);
      EXPECT_EQ(seen[at], "/" + n + " ");
      EXPECT_EQ(seen[at + 1], "/l" + n + " " + n);
      EXPECT_EQ(seen[at + 2], "/c" + n + " x" + n);
    }
  }
}

TEST(RequestReader, StreamsAnyLengthInBoundedMemory) {
  std::mt19937_64 rng(3);
  for (const bool chunked : {false, true}) {
    std::string body;
    for (int i = 0; i < 300'000; ++i) body += std::to_string(i) + "\n";
    std::string bytes = "POST /bulk HTTP/1.1\r\nHost: h\r\n";
    if (chunked) {
      bytes += "Transfer-Encoding: chunked\r\n\r\n";
      for (std::size_t at = 0; at < body.size();) {
        const std::size_t n = std::min<std::size_t>(body.size() - at, 1 + rng() % 5'000);
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", n);
        bytes += size + body.substr(at, n) + "\r\n";
        at += n;
      }
      bytes += "0\r\n\r\n";
    } else {
      bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    RequestReader reader({});
    std::string got;
    bool complete = false;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t n = std::min<std::size_t>(bytes.size() - at, 1 + rng() % 9'000);
      feed(reader, std::string_view(bytes).substr(at, n));
      at += n;
      for (State state = reader.advance(); state != State::kNeedMore && !complete; state = reader.advance()) {
        ASSERT_NE(state, State::kError);
        if (state == State::kHeader) reader.stream_body();
        if (state == State::kPiece) got += reader.piece();
        complete = state == State::kComplete;
      }
    }
    EXPECT_TRUE(complete);
    EXPECT_EQ(got, body);
    EXPECT_LE(reader.capacity(), 128U * 1024);
  }
}

TEST(RequestReader, GrowsWithTheBytesThatCameAndGivesTheBufferBack) {
  RequestReader reader({});
  feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
  ASSERT_EQ(reader.advance(), State::kHeader);
  reader.collect_body(1'000'000);
  ASSERT_EQ(reader.advance(), State::kNeedMore);
  reader.room();
  EXPECT_LE(reader.capacity(), 64U * 1024);  // what is announced is not yet there
  feed(reader, std::string(999'997, 'x'));
  ASSERT_EQ(reader.advance(), State::kComplete);
  EXPECT_EQ(reader.body().size(), 1'000'000U);
  EXPECT_EQ(reader.body().substr(0, 4), "abcx");
  reader.next_request();
  EXPECT_LE(reader.capacity(), 64U * 1024);
}

TEST(RequestReader, AlwaysLeavesPaddingBehindTheBody) {
  for (std::size_t size = 16'000; size < 17'000; size += 37) {
    RequestReader reader({});
    feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    ASSERT_EQ(reader.advance(), State::kHeader);
    reader.collect_body(size);
    reader.advance();
    feed(reader, std::string(size, 'x'));
    ASSERT_EQ(reader.advance(), State::kComplete);
    // The sanitizers see to it that these bytes are there.
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBodyPadding; ++i) sum += *(reader.body().data() + size + i) == 'x' ? 1U : 0U;
    EXPECT_LE(sum, kBodyPadding);
    EXPECT_EQ(reader.body(), std::string(size, 'x'));
  }
}

TEST(RequestReader, SurvivesRandomDamage) {
  const std::string good =
      "POST /v1/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n5\r\nhello\r\n0\r\nT: "
      "t\r\n\r\n";
  std::mt19937_64 rng(11);
  int broken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (std::uint64_t n = 1 + rng() % 3; n > 0; --n) {
      const std::size_t at = rng() % bytes.size();
      switch (rng() % 3) {
        case 0:
          bytes[at] = static_cast<char>(rng());
          break;
        case 1:
          bytes.erase(at, 1 + rng() % 4);
          break;
        default:
          bytes.insert(at, 1, "\r\n 0:"[rng() % 5]);
      }
      if (bytes.empty()) bytes = "x";
    }
    const Outcome whole = read_whole(bytes);
    const Outcome steps = read_in_steps(bytes, 1 + rng() % 9);
    EXPECT_EQ(whole.status, steps.status) << bytes;
    EXPECT_EQ(whole.body, steps.body) << bytes;
    broken += whole.status != 0 ? 1 : 0;
  }
  EXPECT_GT(broken, 5'000);
}

}  // namespace
}  // namespace gavel
