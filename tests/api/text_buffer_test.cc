#include "api/json/text_buffer.h"

#include <gtest/gtest.h>

#include <random>

namespace gavel {
namespace {

TEST(TextBuffer, AppendsEverythingInOrder) {
  std::string out = "before ";
  {
    TextBuffer buffer(out);
    buffer.put("literal ").put(std::string_view("view ")).put(std::int64_t{-9223372036854775807 - 1}).put("");
    buffer.put(std::string_view());
    buffer.flushed() += " direct ";
    buffer.put(std::int64_t{0});
  }
  EXPECT_EQ(out, "before literal view -9223372036854775808 direct 0");
}

// Pieces of every size, those that fill the buffer to the last byte and those that never fit included.
TEST(TextBuffer, IsWhatTheStringWouldBe) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::string out, expected;
    {
      TextBuffer buffer(out);
      for (int i = 0; i < 50; ++i) {
        const std::string piece(random() % (i % 10 == 0 ? 4'000 : 120), static_cast<char>('a' + i % 26));
        buffer.put(std::string_view(piece)).put("\"");
        expected += piece + '"';
        const auto number = static_cast<std::int64_t>(random());
        buffer.put(number);
        expected += std::to_string(number);
      }
    }
    ASSERT_EQ(out, expected);
  }
}

}  // namespace
}  // namespace gavel
