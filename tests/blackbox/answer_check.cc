#include "tests/blackbox/answer_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "tests/blackbox/json_match.h"

namespace gavel {

using Differences = std::vector<std::string>;

JsonTree header_value(const ClientResponse& answer, const std::string& name) {
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = answer.headers.find(lower);
  return found == answer.headers.end() ? JsonTree() : JsonTree(found->second);
}

namespace {

// Each of `pointers` must be the field of one of the problem's errors.
void check_errors(const JsonTree& pointers, const ClientResponse& answer, Differences& differences) {
  const auto body = JsonTree::parse(answer.body);
  for (const auto& pointer : pointers.items()) {
    bool named = false;
    if (body) {
      for (const auto& error : (*body)["errors"].items()) named = named || error["field"] == pointer;
    }
    if (!named) differences.push_back("no error names the field " + pointer.dump());
  }
}

void check_lines(const JsonTree& lines, const ClientResponse& answer, Differences& differences) {
  const JsonTree found(ndjson_lines(answer.body, differences));
  match_json(lines, found, "line", differences);
}

void check_body(const JsonTree& body, const ClientResponse& answer, Differences& differences) {
  std::string why;
  const auto found = JsonTree::parse(answer.body, &why);
  if (!found) {
    differences.push_back("the body is not JSON: " + why);
    return;
  }
  match_json(body, *found, "", differences);
}

void check_problem(const ClientResponse& answer, Differences& differences) {
  if (header_value(answer, "Content-Type") != JsonTree("application/problem+json")) {
    differences.push_back("an error's Content-Type is not application/problem+json");
  }
  const auto body = JsonTree::parse(answer.body);
  if (!body) {
    differences.push_back("an error's body is not JSON");
    return;
  }
  const JsonTree expected(
      JsonTree::Object{{"status", answer.status}, {"title", JsonTree::Object{{"$any", true}}}});
  match_json(expected, *body, "", differences);
  for (const auto& error : (*body)["errors"].items()) {
    if (!error["field"].as_string() || error["reason"].text_or_empty().empty()) {
      differences.push_back("an entry of errors lacks its field or its reason: " + error.dump());
    }
  }
}

// Whether the target is one of the seven collections or a resource in it, and no more.
bool is_resource(std::string_view target) {
  constexpr std::array<std::string_view, 7> kCollections = {
      "/v1/advertisers", "/v1/campaigns",  "/v1/ad_groups", "/v1/ads",
      "/v1/keywords",    "/v1/placements", "/v1/festivals"};
  const auto path = target.substr(0, target.find('?'));
  for (const auto collection : kCollections) {
    if (path == collection) return true;
    const bool below =
        path.size() > collection.size() && path.starts_with(collection) && path[collection.size()] == '/';
    if (below) return path.find('/', collection.size() + 1) == std::string_view::npos;
  }
  return false;
}

}  // namespace

std::vector<JsonTree> ndjson_lines(const std::string& body, Differences& differences) {
  std::vector<JsonTree> lines;
  for (std::size_t begin = 0; begin < body.size();) {
    const auto end = std::min(body.find('\n', begin), body.size());
    const auto line = JsonTree::parse(std::string_view(body).substr(begin, end - begin));
    if (!line) differences.push_back("line " + std::to_string(lines.size() + 1) + " is not JSON");
    lines.push_back(line ? *line : JsonTree());
    begin = end + 1;
  }
  return lines;
}

void check_answer(const JsonTree& expect, const ClientResponse& answer, Differences& differences) {
  const JsonTree expected_status = expect.as_int()         ? expect
                                   : expect.find("status") ? expect["status"]
                                                           : JsonTree(200);
  match_json(expected_status, answer.status, "status", differences);
  if (const auto* headers = expect["headers"].as_object()) {
    for (const auto& [name, value] : *headers) {
      match_json(value, header_value(answer, name), "header " + name, differences);
    }
  }
  if (const auto* body = expect.find("body")) check_body(*body, answer, differences);
  if (const auto* text = expect.find("text")) match_json(*text, answer.body, "text", differences);
  if (const auto* lines = expect.find("lines")) check_lines(*lines, answer, differences);
  if (const auto* errors = expect.find("errors")) check_errors(*errors, answer, differences);
}

void check_always(const AskedFor& asked, const ClientResponse& answer, Differences& differences) {
  if (asked.method == "HEAD") return;
  if (answer.status >= 400) check_problem(answer, differences);
  if (asked.method == "GET" && answer.status == 200 && !answer.headers.contains("etag")) {
    differences.push_back("a GET's answer has no ETag");
  }
  const bool shows_resource = answer.status == 200 || answer.status == 201;
  if (shows_resource && is_resource(asked.target) && !answer.headers.contains("etag")) {
    differences.push_back("an answer about resources has no ETag");
  }
}

}  // namespace gavel
