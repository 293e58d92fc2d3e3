// A scenario: a conversation with a server of its own, written as a JSON file (tests/scenarios/README.md says
// how).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/gaveld_process.h"
#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"

namespace gavel {

// Plays one scenario. Not thread-safe.
class Scenario {
 public:
  // Reads the file and those in `fixtures/` beside it that it uses, when they are used.
  explicit Scenario(std::filesystem::path file) : file_(std::move(file)) {}

  // Plays all steps against a fresh server. What differs from what is expected is appended to failures(),
  // each with its step, the request and the answer; the scenario ends at the first step that fails.
  void play();
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  bool play_steps(const JsonTree& steps, const std::string& place);
  bool play_step(const JsonTree& step, const std::string& place);
  bool play_fixture(const JsonTree& step, const std::string& place);
  bool play_repeat(const JsonTree& step, const std::string& place);
  bool play_restart(const JsonTree& step, const std::string& place);
  bool play_request(const JsonTree& step, const std::string& place);
  bool save(const JsonTree& step, const ClientResponse& answer, const std::string& place);

  // `value` with every ${name} in its strings replaced; a string that is only "${name}" becomes the
  // variable's value, of whatever type. A name that is not there is a failure.
  JsonTree filled(const JsonTree& value, const std::string& place);
  std::string filled_text(const std::string& text, const std::string& place);
  bool fail(const std::string& place, const std::string& what);

  std::filesystem::path file_;
  JsonTree headers_;  // of every request, unless its step says otherwise
  std::unique_ptr<GaveldProcess> server_;
  std::unique_ptr<HttpClient> client_;
  std::map<std::string, JsonTree> variables_;
  std::vector<std::string> failures_;
};

}  // namespace gavel
