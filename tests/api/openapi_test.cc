// The API's description against the routes there are, and against OpenAPI's own schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "api/build_info.h"
#include "api/resources/resource_routes.h"
#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

// What can be told of one operation both from its route and from the description.
struct Operation {
  std::set<std::string> query_parameters;
  bool open_to_all = false;
  bool operator==(const Operation&) const = default;
};
using Operations = std::map<std::string, Operation>;  // by "GET /v1/ads/{id}"

void PrintTo(const Operation& operation, std::ostream* out) {
  *out << (operation.open_to_all ? "open to all," : "needs a key,");
  for (const std::string& name : operation.query_parameters) *out << ' ' << name;
}

// The word after `mark` in the line, up to one of ",}' " or its end; empty where the mark is not there.
std::string word_after(const std::string& line, std::string_view mark) {
  const std::size_t begin = line.find(mark);
  if (begin == std::string::npos) return "";
  const std::string rest = line.substr(begin + mark.size());
  return rest.substr(0, rest.find_first_of(",}' "));
}

// Reads the description line by line, as far as its layout goes: paths stand at two spaces, methods at four.
Operations described() {
  static const std::map<std::string, std::string> kShared{
      {"Token", "t"}, {"PageSize", "page_size"}, {"PageToken", "page_token"}, {"Cascade", "cascade"}};
  Operations operations;
  Operation* current = nullptr;
  std::string path, line, name;
  std::istringstream text{std::string(openapi_yaml())};
  while (std::getline(text, line) && line != "components:") {
    if (line.starts_with("  /")) {
      path = line.substr(2, line.size() - 3);
      current = nullptr;
    } else if (line.starts_with("    ") && line[4] != ' ' && !path.empty()) {
      std::string method = line.substr(4, line.size() - 5);
      std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      current = method == "PARAMETERS" ? nullptr : &operations[method + " " + path];
    } else if (current != nullptr) {
      if (line == "      security: []") current->open_to_all = true;
      if (line.starts_with("        - ")) name = word_after(line, "name: ");
      if (line.find("in: query") != std::string::npos) current->query_parameters.insert(name);
      const auto shared = kShared.find(word_after(line, "#/components/parameters/"));
      if (shared != kShared.end()) current->query_parameters.insert(shared->second);
    }
  }
  return operations;
}

Operations routed(const Router& router) {
  Operations operations;
  for (const Route& route : router.routes()) {
    operations[std::string(method_name(route.method)) + " " + route.pattern] = {
        {route.query_parameters.begin(), route.query_parameters.end()}, route.roles == kNoRoleNeeded};
  }
  return operations;
}

TEST(OpenapiTest, DescribesEveryRouteAndNoOther) {
  HandlersWorld world;
  Router resources;
  Executor executor("test-executor", 1);
  Registry registry({*world.store, world.clock, world.market.symbols, world.market.accounts,
                     *world.market.frequency, world.market.click_stats, world.publisher, {}});
  const auto failed = registry.load();
  ASSERT_FALSE(failed) << failed->message;
  add_resource_routes(resources, {registry, executor, world.directory.path().string()});

  Operations routes = routed(world.server.router);
  routes.merge(routed(resources));
  const Operations description = described();
  EXPECT_GT(description.size(), 40u);
  for (const auto& [name, operation] : routes) {
    const auto found = description.find(name);
    if (found == description.end()) {
      ADD_FAILURE() << name << " is not described";
    } else {
      EXPECT_EQ(found->second, operation) << name;
    }
  }
  for (const auto& [name, operation] : description)
    EXPECT_TRUE(routes.contains(name)) << name << " is no route";
  executor.stop();
}

// With Debian's openapi-specification and python3-jsonschema.
TEST(OpenapiTest, IsValidOpenapi) {
  const TempDir directory;
  write_file(directory.path() / "openapi.yaml", std::string(openapi_yaml()));
  write_file(directory.path() / "validate.py", R"(
import sys
try:
    import json, yaml, jsonschema
    schema = json.load(open('/usr/share/openapi-specification/schemas/v3.0/schema.json'))
except (ImportError, OSError) as missing:
    print(missing)
    sys.exit(77)
description = yaml.safe_load(open(sys.argv[1]))
errors = list(jsonschema.Draft4Validator(schema).iter_errors(description))
def resolves(reference):
    place = description
    for key in reference.split('/')[1:]:
        place = place.get(key) if isinstance(place, dict) else None
    return place is not None
def references(value):
    if isinstance(value, dict):
        for key, child in value.items():
            if key == '$ref': yield child
            else: yield from references(child)
    elif isinstance(value, list):
        for child in value: yield from references(child)
dangling = [reference for reference in references(description) if not resolves(reference)]
for error in errors: print('/'.join(map(str, error.path)), error.message[:300])
for reference in dangling: print('refers to nothing:', reference)
sys.exit(1 if errors or dangling else 0)
)");
  const std::string command =
      "python3 '" + directory.file("validate.py") + "' '" + directory.file("openapi.yaml") + "'";
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  const int code = WEXITSTATUS(status);
  if (code == 77 || code == 127) {
    const char* const why = "openapi-specification, python3-yaml or python3-jsonschema is missing";
    const char* const allowed = std::getenv("GAVEL_ALLOW_MISSING_TOOLS");
    if (allowed != nullptr && std::string(allowed) == "1") GTEST_SKIP() << why;
    FAIL() << why << ": scripts/bootstrap installs it; GAVEL_ALLOW_MISSING_TOOLS=1 skips this test";
  }
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace gavel
