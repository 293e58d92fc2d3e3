#include "api/json/json_reader.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "api/json/json_writer.h"
#include "api/json/timestamp.h"

namespace gavel {
namespace {

// "pointer: reason" of the first error of reading `text` as an object through `read`; empty where there is
// none.
template <class Read>
std::string first_error(std::string_view text, Read read) {
  JsonParser parser;
  const auto root = parser.parse(text);
  if (!root) return root.error().field + ": " + root.error().reason;
  ErrorList errors;
  const JsonNode node{*root, {}};
  ObjectReader in(node, errors);
  read(in);
  in.finish();
  return errors.empty() ? "" : errors.get().front().field + ": " + errors.get().front().reason;
}

TEST(JsonReader, RefusesWhatIsNotOneWholeDocument) {
  JsonParser parser;
  for (const char* text : {"",
                           " ",
                           "{",
                           "{}}",
                           "{} {}",
                           "[1,]",
                           "[1",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{'a':1}",
                           "NaN",
                           "[NaN]",
                           "[Infinity]",
                           "[1.]",
                           "[.5]",
                           "[01]",
                           "[+1]",
                           "[1e]",
                           "[1e999]",
                           "\"\t\"",
                           "[\"\\x\"]",
                           "[\"\\u12\"]",
                           "tru",
                           "\xEF\xBB\xBF{}",
                           "[\"\xFF\"]",
                           "[\"\xC0\x80\"]",
                           "[\"\xED\xA0\x80\"]",
                           "{\"\xC3\":1}",
                           "[123456789012345678901234567890]",
                           "// c\n{}",
                           "[1]\x01"}) {
    EXPECT_FALSE(parser.parse(text).has_value()) << text;
  }
  for (const char* text : {"{}", " [1, 2.5e3 ,\"x\"]\n", "null", "\"\\u0041\"", "18446744073709551615"}) {
    EXPECT_TRUE(parser.parse(text).has_value()) << text;
  }
}

TEST(JsonReader, RefusesEveryUnpairedSurrogate) {
  JsonParser parser;
  for (unsigned code = 0xD800; code <= 0xDFFF; ++code) {
    for (const char* format : {"\"\\u%04x\"", "{\"a\\u%04xb\":1}", "\"\\u%04xaaaaaaaa\""}) {
      char text[64];
      std::snprintf(text, sizeof text, format, code);
      ASSERT_FALSE(parser.parse(text).has_value()) << text;
    }
  }
  const auto pair = parser.parse("\"\\ud83d\\ude00\"");
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(pair->string(), "\U0001F600");
}

TEST(JsonReader, BoundsDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  JsonParser parser;
  EXPECT_TRUE(parser.parse(nested(kJsonDepthMax - 1)).has_value());
  EXPECT_FALSE(parser.parse(nested(kJsonDepthMax + 1)).has_value());
  // Growing to a long document must not lift the limit.
  EXPECT_TRUE(parser.parse("[" + std::string(100'000, ' ') + "]").has_value());
  EXPECT_FALSE(parser.parse(nested(100'000)).has_value());
  EXPECT_FALSE(parser.parse(nested(kJsonDepthMax + 1)).has_value());
}

TEST(JsonReader, NamesUnknownAndDoubledFields) {
  const auto take_a = [](ObjectReader& in) {
    bool flag = false;
    in.take_bool("a", Need::kOptional, flag);
  };
  EXPECT_EQ(first_error(R"({"a":true})", take_a), "");
  EXPECT_EQ(first_error(R"({"a":true,"b~/":1})", take_a), "/b~0~1: is not a field known here");
  EXPECT_EQ(first_error(R"({"a":true,"a":true})", take_a), "/a: is there twice");
  EXPECT_EQ(first_error(R"({"a":null,"a":true})", take_a), "/a: is there twice");
  EXPECT_EQ(first_error(R"({"\u0061":true})", take_a), "");
  EXPECT_EQ(first_error("[]", take_a), ": must be an object");
}

TEST(JsonReader, TellsAbsentFromNull) {
  const auto take_required = [](ObjectReader& in) {
    bool flag = false;
    in.take_bool("a", Need::kRequired, flag);
  };
  EXPECT_EQ(first_error("{}", take_required), "/a: is required");
  EXPECT_EQ(first_error(R"({"a":null})", take_required), "/a: must not be null");
  EXPECT_EQ(first_error(R"({"a":null})",
                        [](ObjectReader& in) {
                          bool flag = true;
                          EXPECT_TRUE(in.has_null("a"));
                          EXPECT_FALSE(in.has_null("b"));
                          EXPECT_FALSE(in.take_bool("a", Need::kOptional, flag));
                          EXPECT_TRUE(flag);
                        }),
            "");
}

TEST(JsonReader, TakesIntegersWrittenAsIntegersOnly) {
  const auto take = [](ObjectReader& in) {
    Micros amount;
    in.take_micros("m", Need::kRequired, Micros{1}, Micros{1'000}, amount);
  };
  EXPECT_EQ(first_error(R"({"m":1})", take), "");
  EXPECT_EQ(first_error(R"({"m":1000})", take), "");
  for (const char* bad : {R"({"m":0})", R"({"m":1001})", R"({"m":-1})", R"({"m":9223372036854775808})",
                          R"({"m":18446744073709551615})"}) {
    EXPECT_EQ(first_error(bad, take), "/m: must be 1 to 1000") << bad;
  }
  for (const char* bad : {R"({"m":5.0})", R"({"m":1e3})", R"({"m":1.5})", R"({"m":-0.0})"}) {
    EXPECT_EQ(first_error(bad, take), "/m: must be an integer, written without fraction or exponent") << bad;
  }
  for (const char* bad : {R"({"m":"5"})", R"({"m":true})", R"({"m":[5]})", R"({"m":{}})"}) {
    EXPECT_EQ(first_error(bad, take), "/m: must be an integer") << bad;
  }
}

struct FixedCase {
  const char* text;
  std::int64_t nano;
};

// Expected values are the doubles' exact values, rounded half to even at 1e-9 in decimal arithmetic.
TEST(JsonReader, RoundsProbabilitiesToTheNearestUnit) {
  const FixedCase cases[] = {{"0", 0},
                             {"1", 1'000'000'000},
                             {"1.0", 1'000'000'000},
                             {"1e-9", 1},
                             {"0.031", 31'000'000},
                             {"0.1", 100'000'000},
                             {"0.123456789", 123'456'789},
                             {"0.1234567894", 123'456'789},
                             {"0.1234567896", 123'456'790},
                             {"4e-10", 0},
                             {"6e-10", 1},
                             {"0.0000000014999999", 1},
                             {"0.00000000150000001", 2},
                             {"0.9999999996", 1'000'000'000},
                             {"0.999999999", 999'999'999},
                             {"0.0009765625", 976'562},     // 2^-10, a tie of the double itself: to even
                             {"0.0029296875", 2'929'688}};  // 3 x 2^-10: to even
  for (const FixedCase& c : cases) {
    Probability p{-1};
    const std::string text = std::string("{\"p\":") + c.text + "}";
    EXPECT_EQ(first_error(text, [&](ObjectReader& in) { in.take_probability("p", Need::kRequired, p); }), "")
        << text;
    EXPECT_EQ(p.nano, c.nano) << text;
  }
  for (const char* bad : {"-0.1", "1.1", "-1e-12", "1.0000000006", "1e300", "-1e300", "2", "-1"}) {
    Probability p;
    EXPECT_EQ(first_error(std::string("{\"p\":") + bad + "}",
                          [&](ObjectReader& in) { in.take_probability("p", Need::kRequired, p); }),
              "/p: must be 0 to 1")
        << bad;
  }
}

// Every value of the unit is read back from its shortest text.
TEST(JsonReader, ReadsBackEveryWrittenFactor) {
  JsonParser parser;
  for (std::int64_t millionths = 1; millionths < 100'000'000; millionths += 9'973) {
    std::string text;
    append_decimal(text, millionths, 6);
    const auto root = parser.parse(text);
    ASSERT_TRUE(root.has_value());
    ErrorList errors;
    Factor factor;
    ASSERT_TRUE(read_factor({*root, {}}, Factor{1}, Factor{100'000'000}, factor, errors)) << text;
    ASSERT_EQ(factor.millionths, millionths);
  }
}

TEST(JsonReader, ReadsTimes) {
  const std::pair<const char*, const char*> cases[] = {
      {"2024-11-11T00:00:00Z", "2024-11-11T00:00:00Z"},
      {"2024-11-11t00:00:00z", "2024-11-11T00:00:00Z"},
      {"2024-11-11T00:00:00+08:00", "2024-11-10T16:00:00Z"},
      {"2024-11-10T16:30:00-00:30", "2024-11-10T17:00:00Z"},
      {"2024-02-29T12:34:56.5Z", "2024-02-29T12:34:56.500000Z"},
      {"2024-02-29T12:34:56.123456789Z", "2024-02-29T12:34:56.123456Z"},
      {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00.123456Z"},
      {"2024-01-01T00:00:00.00000099999999999999999999999999Z", "2024-01-01T00:00:00Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
      {"2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.250000Z"},
      {"2017-01-01T07:59:60+08:00", "2017-01-01T00:00:00Z"},
      {"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"}};
  for (const auto& [text, expected] : cases) {
    Timestamp t;
    ASSERT_TRUE(parse_timestamp(text, t)) << text;
    std::string out;
    append_timestamp(out, t);
    EXPECT_EQ(out, expected) << text;
  }
  for (const char* bad : {"",
                          "2024-11-11",
                          "2024-11-11T00:00:00",
                          "2024-11-11 00:00:00Z",
                          "2024-11-11T00:00Z",
                          "2024-11-11T24:00:00Z",
                          "2024-11-11T23:60:00Z",
                          "2016-12-31T23:59:61Z",
                          "2016-12-31T23:58:60Z",
                          "2016-12-31T23:59:60+08:00",
                          "9999-12-31T23:59:60Z",
                          "2023-02-29T00:00:00Z",
                          "2024-13-01T00:00:00Z",
                          "2024-00-01T00:00:00Z",
                          "2024-01-32T00:00:00Z",
                          "2024-01-01T00:00:00.Z",
                          "2024-01-01T00:00:00+24:00",
                          "2024-01-01T00:00:00+0800",
                          "2024-01-01T00:00:00+08",
                          "2024-01-01T00:00:00Zx",
                          "24-01-01T00:00:00Z",
                          "+2024-01-01T00:00:00Z",
                          "0000-01-01T00:00:00+01:00",
                          "9999-12-31T23:59:59-01:00"}) {
    Timestamp t;
    EXPECT_FALSE(parse_timestamp(bad, t)) << bad;
  }
}

TEST(JsonReader, NamesANumberThatCannotBeRead) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"bid_micros":99999999999999999999})", "/bid_micros: is an integer of more than 64 bits"},
      {R"({"a":18446744073709551615,"b":-9223372036854775809})", "/b: is an integer of more than 64 bits"},
      {R"({"a":[{"x":[1,2]},{"b/c":[0,18446744073709551616]}],"d":1e999})",
       "/a/1/b~1c/1: is an integer of more than 64 bits"},
      {R"({"a,\"[{":"1]}, \\","\u0062":  -123456789012345678901234567890 })",
       "/b: is an integer of more than 64 bits"},
      {"[1,1e999]", "/1: is too large a number, or too small a one"},
      {R"({"a":01})", "/a: is not a number of JSON"},
      {R"({"a":{},"b":[[],1.]})", "/b/1: is not a number of JSON"},
      {R"({"a":-})", "/a: is not a number of JSON"},
      {R"({"a":1e})", "/a: is not a number of JSON"},
      {"123456789012345678901234567890", ": is an integer of more than 64 bits"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(first_error(text, [](ObjectReader&) {}), expected) << text;
  }
}

TEST(JsonReader, BoundsStringsAndIds) {
  const auto take_text = [](ObjectReader& in) {
    std::string_view text;
    in.take_string("s", Need::kRequired, {1, 4, false}, text);
  };
  EXPECT_EQ(first_error(R"({"s":"abcd"})", take_text), "");
  EXPECT_EQ(first_error(R"({"s":""})", take_text), "/s: must not be empty");
  EXPECT_EQ(first_error(R"({"s":"裙子裙子"})", take_text), "") << "characters, not bytes";
  EXPECT_EQ(first_error(R"({"s":"😀😀😀\ud83d\ude00"})", take_text), "");
  EXPECT_EQ(first_error(R"({"s":"裙子裙子裙"})", take_text), "/s: must be 1 to 4 characters");
  EXPECT_EQ(first_error(R"({"s":"abcde"})", take_text), "/s: must be 1 to 4 characters");
  for (const char* bad : {R"({"s":"a\n"})", R"({"s":"\u0000"})", R"({"s":"\u007f"})"}) {
    EXPECT_EQ(first_error(bad, take_text), "/s: must not hold control characters") << bad;
  }
  EXPECT_EQ(first_error(R"({"s":5})", take_text), "/s: must be a string");

  EXPECT_TRUE(is_id("A-z_0.9:"));
  EXPECT_TRUE(is_id(std::string(64, 'a')));
  for (const std::string bad : {"", "a b", "a/b", "é", "a\n", "a%20"}) EXPECT_FALSE(is_id(bad)) << bad;
  EXPECT_FALSE(is_id(std::string(65, 'a')));
}

TEST(JsonReader, PointsIntoArraysAndObjects) {
  const auto take = [](ObjectReader& in) {
    in.take_array("list", Need::kRequired, {1, 3}, [&](const JsonNode& node) {
      ObjectReader item(node, in.errors());
      bool flag = false;
      item.take_bool("ok", Need::kRequired, flag);
      item.finish();
    });
  };
  EXPECT_EQ(first_error(R"({"list":[{"ok":true}]})", take), "");
  EXPECT_EQ(first_error(R"({"list":[{"ok":true},{"ok":1}]})", take), "/list/1/ok: must be true or false");
  EXPECT_EQ(first_error(R"({"list":[{"ok":true},{"ok":true,"x":0}]})", take),
            "/list/1/x: is not a field known here");
  EXPECT_EQ(first_error(R"({"list":[true]})", take), "/list/0: must be an object");
  EXPECT_EQ(first_error(R"({"list":[]})", take), "/list: must not be an empty list");
  EXPECT_EQ(first_error(R"({"list":[{},{},{},{}]})", take), "/list: must hold 1 to 3 elements");
  EXPECT_EQ(first_error(R"({"list":{}})", take), "/list: must be an array");
}

TEST(JsonReader, ListsTheNamesOfAnEnum) {
  static constexpr std::array<EnumName<int>, 3> kNames{{{"one", 1}, {"two", 2}, {"three", 3}}};
  int value = 0;
  const auto take = [&](ObjectReader& in) { in.take_enum("e", Need::kRequired, kNames, value); };
  EXPECT_EQ(first_error(R"({"e":"two"})", take), "");
  EXPECT_EQ(value, 2);
  EXPECT_EQ(first_error(R"({"e":"Two"})", take), "/e: must be one, two or three");
  EXPECT_EQ(first_error(R"({"e":2})", take), "/e: must be one, two or three");
}

TEST(JsonReader, KeepsTheFirstErrorsOnly) {
  std::string text = "{";
  for (int i = 0; i < 60; ++i) text += (i > 0 ? ",\"x" : "\"x") + std::to_string(i) + "\":1";
  text += "}";
  JsonParser parser;
  const auto root = parser.parse(text);
  ASSERT_TRUE(root.has_value());
  ErrorList errors;
  const JsonNode node{*root, {}};
  ObjectReader in(node, errors);
  in.finish();
  EXPECT_EQ(errors.size(), kFieldErrorsMax);
  EXPECT_EQ(errors.get().front().field, "/x0");
}

TEST(JsonReader, CutsTheNamesOfErrorsBetweenCharacters) {
  std::string key;
  for (int i = 0; i < 100; ++i) key += "裙";
  const std::string pointer = JsonPath{nullptr, key, JsonPath::kNoIndex}.pointer();
  EXPECT_EQ(pointer.size(), 1U + 126U);
  JsonParser parser;
  std::string quoted;
  append_json_string(quoted, pointer);
  EXPECT_TRUE(parser.parse(quoted).has_value());
}

TEST(JsonReader, RefusesObjectsOfTooManyFields) {
  std::string text = "{";
  for (std::size_t i = 0; i <= kObjectMembersMax; ++i)
    text += (i > 0 ? ",\"x" : "\"x") + std::to_string(i) + "\":1";
  EXPECT_EQ(first_error(text + "}", [](ObjectReader&) {}), ": has too many fields");
}

TEST(JsonReader, WritesWhatItRead) {
  JsonParser parser, again;
  for (const char* text :
       {R"({"a":[1,-2,18446744073709551615,2.5,1e+300,0.031,"x\"\n裙",true,false,null,{},[]],"b":{"c":5.0}})",
        "5.0"}) {
    const auto root = parser.parse(text);
    ASSERT_TRUE(root.has_value());
    std::string out;
    root->append_to(out);
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace gavel
