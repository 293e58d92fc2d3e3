// Which keys of kChildren stand for one resource: the one rule by which they are written and verified.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/resource_doc.h"
#include "api/resources/resource_record.h"

namespace gavel {

// The keys of a live resource, sorted: below nothing, below every ancestor, and below what its lists refer
// to. `parent_of(type, internal id)` gives the internal id of a resource's parent, `find_id(type, external
// id)` the internal id of what a list names.
template <class ParentOf, class FindId>
std::vector<std::string> index_keys(std::string_view id, std::uint32_t parent, const ResourceDoc& doc,
                                    const ParentOf& parent_of, const FindId& find_id) {
  const ResourceType type = type_of(doc);
  constexpr std::size_t kUsualKeys = 6;
  std::vector<std::string> keys;
  keys.reserve(kUsualKeys);
  keys.push_back(child_key(type, id));
  std::uint32_t ancestor = parent;
  for (auto above = parent_type(type); above; above = parent_type(*above)) {
    keys.push_back(child_key(type, *above, ancestor, id));
    ancestor = parent_of(*above, ancestor);
  }
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) {
    for (const FestivalEntry& entry : campaign->festivals) {
      keys.push_back(child_key(type, ResourceType::kFestival,
                               find_id(ResourceType::kFestival, std::string_view(entry.festival_id)), id));
    }
  } else if (const auto* group = std::get_if<AdGroupDoc>(&doc)) {
    for (const std::string& placement : group->placements) {
      keys.push_back(child_key(type, ResourceType::kPlacement,
                               find_id(ResourceType::kPlacement, std::string_view(placement)), id));
    }
  }
  std::ranges::sort(keys);
  return keys;
}

}  // namespace gavel
