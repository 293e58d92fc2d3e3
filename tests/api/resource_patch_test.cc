#include "api/json/resource_patch.h"

#include <gtest/gtest.h>

#include <string>

namespace gavel {
namespace {

// The examples of RFC 7396, appendix A. Where the RFC removes a member, null stands here.
TEST(MergePatch, MergesAsTheRfcDoes) {
  const char* cases[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({"a":null})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"a":null,"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d","c":null}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b","c":null})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{"ccc":null}}})"},
      {R"({"a":1})", R"({"a":2,"a":3,"b":4,"b":5})", R"({"a":2,"a":3,"b":4,"b":5})"}};
  JsonParser target_parser, patch_parser;
  for (const auto& [target, patch, expected] : cases) {
    std::string out;
    append_merged(out, *target_parser.parse(target), *patch_parser.parse(patch));
    EXPECT_EQ(out, expected) << target << " " << patch;
  }
}

}  // namespace
}  // namespace gavel
