// Resource documents as JSON, with all defaults.
#pragma once

#include <string>

#include "api/json/resource_doc.h"

namespace gavel {

// Appends the document's fields as one object, without id and times, in the order of the contract. What has
// no value is null, and read_resource() takes null for absent: what is written here reads back as the same
// document. The same document always gives the same bytes. Thread-safe.
void append_resource(std::string& out, const ResourceDoc& doc);

}  // namespace gavel
