// Resources on the disk: records, and the keys of everything the registry stores. All numbers in keys are big
// endian, so that byte order is their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/resource_doc.h"
#include "budget/ids.h"
#include "budget/time.h"

namespace gavel {

inline constexpr std::uint32_t kNoInternalId = 0xFFFFFFFF;

// One resource, deleted or not.
struct ResourceRecord {
  Timestamp created_at, updated_at;
  std::uint32_t revision = 0;          // raised by every change: the ETag
  std::uint32_t landing_revision = 0;  // of an ad: which of its landing URLs is in force, from 1; else 0
  std::uint32_t parent = kNoInternalId;
  std::uint32_t owner = kNoInternalId;
  std::uint64_t last_change = 0;  // its sequence number
  bool deleted = false;
  bool enabled = true;             // status
  std::string id;                  // external
  std::string json;                // the document without id and times, in canonical form
  std::vector<std::string> words;  // of a keyword: its text, cut
};

std::string encode_record(const ResourceRecord& record);
// Nothing where the bytes are not a record of a known version.
std::optional<ResourceRecord> decode_record(std::string_view bytes);

// What GET answers: id and times before the document's fields.
void append_shown(std::string& out, const ResourceRecord& record);

// More of one type were never made: they would not fit into the memory of any machine. A key beyond is damage.
inline constexpr std::uint32_t kResourcesMax = 1u << 28;

// kResources.
std::string resource_key(ResourceType type, std::uint32_t internal_id);
std::string resource_key_prefix(ResourceType type);
std::uint32_t internal_id_of_key(std::string_view resource_key);

// An internal id within a value.
std::string encode_internal_id(std::uint32_t internal_id);
std::uint32_t decode_internal_id(std::string_view bytes);

// kChanges.
std::string change_key(std::uint64_t sequence);
std::uint64_t sequence_of_key(std::string_view change_key);

// kLandingUrls: the landing URL of an ad at one of its landing revisions.
std::string landing_url_key(AdIx ad, std::uint32_t landing_revision);

}  // namespace gavel
