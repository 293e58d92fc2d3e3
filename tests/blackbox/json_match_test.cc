#include "tests/blackbox/json_match.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

std::vector<std::string> differences(std::string_view expected, std::string_view actual) {
  const auto want = JsonTree::parse(expected), have = JsonTree::parse(actual);
  EXPECT_TRUE(want && have);
  std::vector<std::string> out;
  if (want && have) match_json(*want, *have, "", out);
  return out;
}

struct Row {
  const char* expected;
  const char* actual;
  bool match;
};

TEST(JsonMatch, ComparesAsItsHeaderSays) {
  const Row rows[] = {
      {"1", "1", true},
      {"1", "2", false},
      {"1", "1.0", false},
      {"1.0", "1", true},
      {"0.5", "0.5", true},
      {"0.5", "0.25", false},
      {"null", "null", true},
      {"null", "0", false},
      {"false", "0", false},
      {R"("a")", R"("a")", true},
      {R"("a")", R"("b")", false},
      {"9007199254740993", "9007199254740992", false},
      {"{}", R"({"a": 1})", true},
      {R"({"a": 1})", R"({"b": 2, "a": 1})", true},
      {R"({"a": 1})", R"({"b": 1})", false},
      {R"({"a": null})", "{}", false},
      {R"({"a": {"b": 1}})", R"({"a": {"b": 2}})", false},
      {"{}", "[]", false},
      {"[1, 2]", "[1, 2]", true},
      {"[1, 2]", "[2, 1]", false},
      {"[1]", "[1, 2]", false},
      {"[]", "{}", false},
      {R"({"a": {"$any": true}})", R"({"a": null})", true},
      {R"({"a": {"$any": true}})", "{}", false},
      {R"({"a": {"$absent": true}})", "{}", true},
      {R"({"a": {"$absent": true}})", R"({"a": null})", false},
      {R"({"a": {"$optional": 1}})", "{}", true},
      {R"({"a": {"$optional": 1}})", R"({"a": null})", true},
      {R"({"a": {"$optional": 1}})", R"({"a": 1})", true},
      {R"({"a": {"$optional": 1}})", R"({"a": 2})", false},
      {R"({"$between": [1, 3]})", "3", true},
      {R"({"$between": [1, 3]})", "4", false},
      {R"({"$between": [1, 3]})", R"("2")", false},
      {R"({"$between": [0.1, 0.2]})", "0.15", true},
      {R"({"$contains": "bc"})", R"("abcd")", true},
      {R"({"$contains": "bc"})", R"("acbd")", false},
      {R"({"$contains": "1"})", "1", false},
      {R"({"$size": 2})", "[1, 2]", true},
      {R"({"$size": 2})", "[1]", false},
      {R"({"$size": 0})", "1", false},
      {R"({"$unordered": [1, 2]})", "[2, 1]", true},
      {R"({"$unordered": [1, 1]})", "[2, 1]", false},
      {R"({"$unordered": [1]})", "[2, 1]", false},
      {R"({"$has": [2]})", "[1, 2]", true},
      {R"({"$has": [3]})", "[1, 2]", false},
      {R"({"$not": 1})", "2", true},
      {R"({"$not": 1})", "1", false},
      {R"({"$misspelt": 1})", "1", false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(differences(row.expected, row.actual).empty(), row.match)
        << row.expected << " on " << row.actual;
  }
}

TEST(JsonMatch, NamesThePlaceOfEachDifference) {
  const auto found =
      differences(R"({"a": [{"b": 1}, {"c": 2}], "d": 3})", R"({"a": [{"b": 2}, {}], "d": 3})");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0], "/a/0/b: expected 1, is 2");
  EXPECT_EQ(found[1], "/a/1/c: expected 2, is absent");
}

}  // namespace
}  // namespace gavel
