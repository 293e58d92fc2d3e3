// Resource documents out of JSON, by the rules of the contract.
#pragma once

#include <string_view>

#include "api/json/json_reader.h"
#include "api/json/resource_doc.h"
#include "api/json/resource_fields.h"

namespace gavel {

// Reads a whole document. `id` is the one that it is stored under: a member `id` must agree with it;
// `created_at` and `updated_at` are ignored. Absent and null are the same. Returns false with at least one
// error where a rule is broken; `out` is unspecified then. Whether what it refers to exists is not looked at.
// Thread-safe.
bool read_resource(ResourceType type, std::string_view id, const JsonNode& node, ReadMode mode,
                   ResourceDoc& out, ErrorList& errors);

// In resource_reader_campaign.cc.
void read_campaign(FieldReader& fields, CampaignDoc& doc);

}  // namespace gavel
