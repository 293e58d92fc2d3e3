// A document of any of the seven types, and the names of the types.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "auction/resources.h"

namespace gavel {

// The alternatives stand in the order of ResourceType.
using ResourceDoc =
    std::variant<AdvertiserDoc, CampaignDoc, AdGroupDoc, AdDoc, KeywordDoc, PlacementDoc, FestivalDoc>;
static_assert(std::variant_size_v<ResourceDoc> == kResourceTypes);

inline ResourceType type_of(const ResourceDoc& doc) {
  return static_cast<ResourceType>(doc.index());
}

// What stands above or is referred to comes before what does.
inline constexpr std::array kDependencyOrder{
    ResourceType::kAdvertiser, ResourceType::kPlacement, ResourceType::kFestival, ResourceType::kCampaign,
    ResourceType::kAdGroup,    ResourceType::kAd,        ResourceType::kKeyword};
static_assert(kDependencyOrder.size() == kResourceTypes);

std::string_view type_name(ResourceType type);        // "ad_group"
std::string_view collection_name(ResourceType type);  // "ad_groups"
std::optional<ResourceType> type_from_name(std::string_view name);

// The type that a resource of this type stands below; nothing for advertiser, placement and festival.
std::optional<ResourceType> parent_type(ResourceType type);
// The field that names the parent: "campaign_id" for an ad group. Empty where there is none.
std::string_view parent_field(ResourceType type);
// The parent's id as the document names it; empty where there is none.
std::string_view parent_id(const ResourceDoc& doc);
// `status` of the document is active or enabled; true where the type has none.
bool is_enabled(const ResourceDoc& doc);

}  // namespace gavel
