// The keys of kChildren: where each live resource stands, and what its lists refer to. The one rule by which
// they are written, read and verified.
//
//   a place       type, 0xFF, internal ids of what it stands below from the advertiser down, external id
//   a reference   type, the type referred to, internal id of what is referred to, external id
//
// The value is the internal id. A place has what is below any ancestor, and all of a type, in one piece: one
// entry makes each of these lists.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/json/resource_doc.h"
#include "api/resources/resource_record.h"

namespace gavel {

// Internal ids from the advertiser down: of an advertiser, its campaign, and an ad group of that.
class Ancestry {
 public:
  static constexpr std::size_t kDepthMax = 3;
  static constexpr std::size_t kBytesMax = kDepthMax * sizeof(std::uint32_t);  // in a key

  Ancestry() = default;  // of what stands below nothing
  void add(std::uint32_t internal_id) { ids_[depth_++] = internal_id; }
  std::size_t depth() const { return depth_; }
  std::uint32_t operator[](std::size_t level) const { return ids_[level]; }

 private:
  std::array<std::uint32_t, kDepthMax> ids_{};
  std::size_t depth_ = 0;
};

// How many stand above a resource of this type: 0 for advertisers, placements and festivals, 3 for ads.
std::size_t depth_of(ResourceType type);

// Of what stands directly below (type, internal id): that and all above it. `parent_of(type, internal id)`
// gives the internal id of a resource's parent.
template <class ParentOf>
Ancestry ancestry_below(ResourceType type, std::uint32_t internal_id, const ParentOf& parent_of) {
  Ancestry ancestry;
  if (const auto above = parent_type(type)) {
    ancestry = ancestry_below(*above, parent_of(type, internal_id), parent_of);
  }
  ancestry.add(internal_id);
  return ancestry;
}

// True only where a live resource has the same keys with either document.
bool refer_alike(const ResourceDoc& a, const ResourceDoc& b);

// What the keys of all resources of a type have in front that stand below these ancestors, at any level; of
// all of the type.
std::string place_prefix(ResourceType type, const Ancestry& ancestry = {});
// What the keys of all resources of `type` have in front that refer to a placement or festival.
std::string reference_prefix(ResourceType type, ResourceType to, std::uint32_t to_id);

// What one of these keys says.
struct IndexKey {
  ResourceType type = ResourceType::kAdvertiser;
  std::optional<ResourceType> refers_to;  // none of a place
  Ancestry ids;         // of a place what it stands below; of a reference what is referred to, alone
  std::string_view id;  // a view into the key
};
// Nothing where it is not a key of this index.
std::optional<IndexKey> read_index_key(std::string_view key);

// Calls `visit` with the type and external id of each resource that a list of `doc` names.
template <class Visit>
void visit_references(const ResourceDoc& doc, const Visit& visit) {
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) {
    for (const FestivalEntry& entry : campaign->festivals) visit(ResourceType::kFestival, entry.festival_id);
  } else if (const auto* group = std::get_if<AdGroupDoc>(&doc)) {
    for (const std::string& placement : group->placements) visit(ResourceType::kPlacement, placement);
  }
}

// The keys of a live resource, sorted: its place, and what its lists refer to. `parent_of` as above;
// `find_id(type, external id)` gives the internal id of what a list names.
template <class ParentOf, class FindId>
std::vector<std::string> index_keys(std::string_view id, std::uint32_t parent, const ResourceDoc& doc,
                                    const ParentOf& parent_of, const FindId& find_id) {
  const ResourceType type = type_of(doc);
  const auto above = parent_type(type);
  std::vector<std::string> keys;
  const auto add = [&](std::string prefix) { keys.push_back(std::move(prefix += id)); };
  add(place_prefix(type, above ? ancestry_below(*above, parent, parent_of) : Ancestry()));
  visit_references(doc, [&](ResourceType to, std::string_view named) {
    add(reference_prefix(type, to, find_id(to, named)));
  });
  std::ranges::sort(keys);
  return keys;
}

}  // namespace gavel
