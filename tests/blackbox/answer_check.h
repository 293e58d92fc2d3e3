// Whether an answer is what a step of a scenario expects, and what every answer of the service must be.
#pragma once

#include <string>
#include <vector>

#include "tests/support/http_client.h"
#include "tests/support/json_tree.h"

namespace gavel {

// What was asked, for rules that depend on it.
struct AskedFor {
  std::string method;
  std::string target;
};

// Appends a line to `differences` for each thing that is not as `expect` asks: a status, or an object of
// `status` (200 where left out), `headers`, `body`, `text`, `lines` and `errors` (tests/scenarios/README.md).
void check_answer(const JsonTree& expect, const ClientResponse& answer,
                  std::vector<std::string>& differences);

// What holds for every answer: an error is an RFC 9457 document that repeats the status, and answers about
// resources carry an ETag.
void check_always(const AskedFor& asked, const ClientResponse& answer, std::vector<std::string>& differences);

// A header's value as a JSON string, null where it is absent. Names are compared without regard to case.
JsonTree header_value(const ClientResponse& answer, const std::string& name);

// The lines of an NDJSON body, each as JSON; a line that is none is null and a difference.
std::vector<JsonTree> ndjson_lines(const std::string& body, std::vector<std::string>& differences);

}  // namespace gavel
