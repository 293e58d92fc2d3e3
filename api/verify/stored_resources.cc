#include "api/verify/stored_resources.h"

namespace gavel {

void StoredResources::set(ResourceType type, std::uint32_t internal_id, ResourceState state) {
  auto& entries = entries_[static_cast<std::size_t>(type)];
  if (entries.size() <= internal_id) entries.resize(std::size_t{internal_id} + 1);
  entries[internal_id] = {state, true};
}

bool StoredResources::contains(ResourceType type, std::uint32_t internal_id) const {
  const auto& entries = entries_[static_cast<std::size_t>(type)];
  return internal_id < entries.size() && entries[internal_id].made;
}

ResourceState StoredResources::state(ResourceType type, std::uint32_t internal_id) const {
  return contains(type, internal_id) ? entries_[static_cast<std::size_t>(type)][internal_id].state
                                     : ResourceState{};
}

std::string StoredResources::name(ResourceType type, std::uint32_t internal_id) const {
  const std::string type_text(type_name(type));
  if (internal_id == kNoInternalId) return "no " + type_text;
  const auto bytes = store_.get(Family::kResources, resource_key(type, internal_id));
  const auto record = bytes ? decode_record(*bytes) : std::nullopt;
  return type_text + " " + (record ? record->id : "#" + std::to_string(internal_id));
}

std::string_view StoredResources::wrong_id(const NamedIds& ids) const {
  const auto below = [this](ResourceType type, std::uint32_t ix, std::uint32_t parent) {
    return contains(type, ix) && state(type, ix).parent == parent;
  };
  const auto none_or = [this](ResourceType type, std::uint32_t ix) {
    return ix == kNoInternalId || contains(type, ix);
  };
  if (!contains(ResourceType::kAdvertiser, ids.advertiser.value)) return "advertiser_id";
  if (!below(ResourceType::kCampaign, ids.campaign.value, ids.advertiser.value)) return "campaign_id";
  if (!below(ResourceType::kAdGroup, ids.ad_group.value, ids.campaign.value)) return "ad_group_id";
  if (!below(ResourceType::kAd, ids.ad.value, ids.ad_group.value)) return "ad_id";
  if (!none_or(ResourceType::kKeyword, ids.keyword.value)) return "keyword_id";
  if (!contains(ResourceType::kPlacement, ids.placement.value)) return "placement_id";
  if (!none_or(ResourceType::kFestival, ids.festival.value)) return "festival_id";
  return {};
}

}  // namespace gavel
