// JSON merge patch (RFC 7396) for documents that are read strictly afterwards.
#pragma once

#include <string>

#include "api/json/json_reader.h"

namespace gavel {

// Appends `target` with `patch` merged in. Two deviations from the RFC's algorithm, of which nothing is seen
// once the result is read by read_resource(), but which let that reader see the patch's own mistakes: what a
// null removes is kept as null (absent and null read the same), so that a misspelt name is still refused; and
// a name that stands twice in the patch stands twice in the result. Values keep their place in the tree, so a
// pointer into the result is a pointer into the patch.
void append_merged(std::string& out, const JsonValue& target, const JsonValue& patch);

}  // namespace gavel
