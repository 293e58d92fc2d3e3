#include "api/json/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gavel {
namespace {

using namespace std::string_view_literals;

std::string decimal(Int128 units, int decimals) {
  std::string out;
  append_decimal(out, units, decimals);
  return out;
}

std::string timestamp(std::int64_t micros) {
  std::string out;
  append_timestamp(out, from_micros(micros));
  return out;
}

TEST(JsonWriter, PutsCommasBetweenValuesOnly) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("a", 1).field("b", "x").key("c").begin_array().value(1).value(2);
  json.begin_object().end_object().begin_array().end_array().end_array().field("d", true).end_object();
  EXPECT_EQ(out, R"({"a":1,"b":"x","c":[1,2,{},[]],"d":true})");
}

TEST(JsonWriter, WritesEveryKindOfValue) {
  std::string out;
  JsonWriter json(out);
  json.begin_array().value(Micros{-5}).value(Probability{31'000'000}).value(Factor{1'100'000});
  json.value(from_micros(0))
      .value(std::optional<Micros>())
      .value(std::optional(Micros{7}))
      .null()
      .value(false);
  json.value(std::uint64_t{18446744073709551615U}).decimal_string(1'500'000'000, 9).raw("{}").end_array();
  EXPECT_EQ(out, R"([-5,0.031,1.1,"1970-01-01T00:00:00Z",null,7,null,false,18446744073709551615,"1.5",{}])");
}

TEST(JsonWriter, AppendsToWhatIsThere) {
  std::string out = "x";
  JsonWriter(out).value(1);
  EXPECT_EQ(out, "x1");
}

TEST(JsonWriter, WritesLinesOfNdjson) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("line", 1).end_object().next_line();
  json.begin_object().field("line", 2).end_object().next_line();
  EXPECT_EQ(out, "{\"line\":1}\n{\"line\":2}\n");
}

TEST(JsonString, EscapesWhatJsonDemandsAndNothingElse) {
  std::string out;
  append_json_string(out, "q\" b\\ s/ \b\f\n\r\t \x01\x1f\0 \x7f 连衣裙"sv);
  EXPECT_EQ(out, "\"q\\\" b\\\\ s/ \\b\\f\\n\\r\\t \\u0001\\u001f\\u0000 \x7f 连衣裙\"");
}

// Bytes are looked at eight at a time: every byte at every place among plain ones of every kind.
TEST(JsonString, FindsWhatToEscapeWhereverItStands) {
  for (const char around : {'a', '!', '#', ' ', '[', ']', '\x7f', '\x80', '\xa2', '\xdc', '\xff'}) {
    for (int byte = 0; byte < 256; ++byte) {
      for (std::size_t at = 0; at < 20; ++at) {
        std::string text(20, around);
        text[at] = static_cast<char>(byte);
        const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
        ASSERT_EQ(plain_json_prefix(text), plain ? text.size() : at) << byte << " among " << around;
      }
    }
  }
}

TEST(JsonString, EscapesInTheKeyToo) {
  std::string out;
  JsonWriter(out).begin_object().field("a\"b", 1).end_object();
  EXPECT_EQ(out, R"({"a\"b":1})");
}

// What fits 64 bits is divided as such.
TEST(Decimal, IsTheSameOnBothSidesOf64Bits) {
  const Int128 border = static_cast<Int128>(1) << 64;
  EXPECT_EQ(decimal(border - 1, 9), "18446744073.709551615");
  EXPECT_EQ(decimal(border, 9), "18446744073.709551616");
  EXPECT_EQ(decimal(-border, 2), "-184467440737095516.16");
  EXPECT_EQ(decimal(1 - border, 0), "-18446744073709551615");
}

TEST(Decimal, IsMinimalAndExact) {
  EXPECT_EQ(decimal(31'000'000, 9), "0.031");
  EXPECT_EQ(decimal(1, 9), "0.000000001");
  EXPECT_EQ(decimal(0, 9), "0");
  EXPECT_EQ(decimal(1'000'000'000, 9), "1");
  EXPECT_EQ(decimal(2'000'000, 6), "2");
  EXPECT_EQ(decimal(100'000'000, 6), "100");
  EXPECT_EQ(decimal(1'050'000, 6), "1.05");
  EXPECT_EQ(decimal(-1'500'000, 6), "-1.5");
  EXPECT_EQ(decimal(42, 0), "42");
  EXPECT_EQ(decimal(~(static_cast<Int128>(1) << 127), 9), "170141183460469231731687303715.884105727");
  EXPECT_EQ(decimal(1, 38), "0.00000000000000000000000000000000000001");
}

TEST(Decimal, ReadsBackAsWhatWasWritten) {
  std::mt19937_64 rng(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto units = static_cast<std::int64_t>(rng() % 1'000'000'000'000);
    const double read = std::stod(decimal(units, 6));
    EXPECT_EQ(std::llround(read * 1e6), units);
  }
}

TEST(TimestampText, ShowsMicrosOnlyWhenThereAreAny) {
  EXPECT_EQ(timestamp(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(timestamp(1'731'283'199'000'000), "2024-11-10T23:59:59Z");
  EXPECT_EQ(timestamp(1'731'283'199'000'001), "2024-11-10T23:59:59.000001Z");
  EXPECT_EQ(timestamp(1'731'283'199'500'000), "2024-11-10T23:59:59.500000Z");
  EXPECT_EQ(timestamp(951'782'400'000'000), "2000-02-29T00:00:00Z");
  EXPECT_EQ(timestamp(-1), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace gavel
