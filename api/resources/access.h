// What an advertiser's key may see and change.
#pragma once

#include <cstdint>
#include <string_view>

#include "api/auth.h"
#include "api/json/json_reader.h"
#include "api/json/resource_doc.h"
#include "api/resources/resource_record.h"

namespace gavel {

// Who asks, with the internal id of an advertiser's key (none where that advertiser was never made).
struct Caller {
  const Principal& principal;
  std::uint32_t advertiser = kNoInternalId;

  bool is_advertiser() const { return principal.role == Role::kAdvertiser; }
};

// Whether the caller may read a resource of this type and owner: its own, and what belongs to no advertiser.
bool may_see(const Caller& caller, ResourceType type, std::uint32_t owner);

// The fields that only admin writes. Each adds an error at its pointer where `doc` differs from `present`,
// which is the document in force, or one with defaults where there is none.
void check_protected_fields(const ResourceDoc& doc, const ResourceDoc& present, const JsonPath& path,
                            ErrorList& errors);

// A PUT of an advertiser's key that leaves such a field out keeps its value instead of resetting it.
void keep_protected_fields(const JsonNode& body, const ResourceDoc& present, ResourceDoc& doc);

}  // namespace gavel
