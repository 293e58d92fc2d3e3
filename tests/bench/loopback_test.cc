#include "bench/load/loopback.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

TEST(Loopback, TakesLoopbackAddresses) {
  struct Row {
    const char* url;
    const char* host;
  };
  for (const Row& row : {Row{"http://127.0.0.1:8080", "127.0.0.1:8080"}, Row{"127.0.0.1:80/", "127.0.0.1:80"},
                         Row{"http://localhost:9/", "127.0.0.1:9"},
                         Row{"http://127.3.2.1:65535", "127.3.2.1:65535"}, Row{"[::1]:8080", "[::1]:8080"}}) {
    const auto found = parse_loopback(row.url);
    ASSERT_TRUE(found) << row.url;
    EXPECT_EQ(found->host, row.host);
  }
}

TEST(Loopback, RefusesEverythingElse) {
  for (const char* url :
       {"", "http://", "http://127.0.0.1", "http://10.0.0.1:80", "http://128.0.0.1:80", "http://0.0.0.0:80",
        "http://example.com:80", "https://127.0.0.1:80", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:80x",
        "[::]:80", "[fe80::1]:80", "::1:80", "http://127.0.0.1:80/path", "http://127.0.0.1:80@10.0.0.1:80"}) {
    EXPECT_FALSE(parse_loopback(url)) << url;
  }
}

}  // namespace
}  // namespace gavel
