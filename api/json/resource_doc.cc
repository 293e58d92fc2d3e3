#include "api/json/resource_doc.h"

#include <algorithm>
#include <array>

namespace gavel {

namespace {

struct TypeNames {
  std::string_view one, many;
};
constexpr std::array<TypeNames, kResourceTypes> kNames{{{"advertiser", "advertisers"},
                                                        {"campaign", "campaigns"},
                                                        {"ad_group", "ad_groups"},
                                                        {"ad", "ads"},
                                                        {"keyword", "keywords"},
                                                        {"placement", "placements"},
                                                        {"festival", "festivals"}}};

}  // namespace

std::string_view type_name(ResourceType type) {
  return kNames[static_cast<std::size_t>(type)].one;
}
std::string_view collection_name(ResourceType type) {
  return kNames[static_cast<std::size_t>(type)].many;
}

std::optional<ResourceType> type_from_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &TypeNames::one);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ResourceType>(found - kNames.begin());
}

std::optional<ResourceType> parent_type(ResourceType type) {
  switch (type) {
    case ResourceType::kCampaign:
      return ResourceType::kAdvertiser;
    case ResourceType::kAdGroup:
      return ResourceType::kCampaign;
    case ResourceType::kAd:
    case ResourceType::kKeyword:
      return ResourceType::kAdGroup;
    case ResourceType::kAdvertiser:
    case ResourceType::kPlacement:
    case ResourceType::kFestival:
      break;
  }
  return std::nullopt;
}

std::string_view parent_field(ResourceType type) {
  switch (type) {
    case ResourceType::kCampaign:
      return "advertiser_id";
    case ResourceType::kAdGroup:
      return "campaign_id";
    case ResourceType::kAd:
    case ResourceType::kKeyword:
      return "ad_group_id";
    case ResourceType::kAdvertiser:
    case ResourceType::kPlacement:
    case ResourceType::kFestival:
      break;
  }
  return {};
}

std::string_view parent_id(const ResourceDoc& doc) {
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) return campaign->advertiser_id;
  if (const auto* group = std::get_if<AdGroupDoc>(&doc)) return group->campaign_id;
  if (const auto* ad = std::get_if<AdDoc>(&doc)) return ad->ad_group_id;
  if (const auto* keyword = std::get_if<KeywordDoc>(&doc)) return keyword->ad_group_id;
  return {};
}

bool is_enabled(const ResourceDoc& doc) {
  if (const auto* advertiser = std::get_if<AdvertiserDoc>(&doc)) return advertiser->active;
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) return campaign->enabled;
  if (const auto* group = std::get_if<AdGroupDoc>(&doc)) return group->enabled;
  if (const auto* ad = std::get_if<AdDoc>(&doc)) return ad->enabled;
  if (const auto* keyword = std::get_if<KeywordDoc>(&doc)) return keyword->enabled;
  return true;
}

}  // namespace gavel
