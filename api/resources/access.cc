#include "api/resources/access.h"

namespace gavel {

namespace {

bool has_member(const JsonNode& object, std::string_view name) {
  bool found = false;
  for_each_member(object, [&](std::string_view key, const JsonNode&) { found = found || key == name; });
  return found;
}

void expect_equal(bool equal, std::string_view name, const JsonPath& path, ErrorList& errors) {
  if (!equal) errors.add(JsonPath{&path, name, JsonPath::kNoIndex}.pointer(), "may be changed by admin only");
}

}  // namespace

bool may_see(const Caller& caller, ResourceType type, std::uint32_t owner) {
  if (!caller.is_advertiser()) return true;
  if (type == ResourceType::kPlacement || type == ResourceType::kFestival) return true;
  return owner != kNoInternalId && owner == caller.advertiser;
}

void check_protected_fields(const ResourceDoc& doc, const ResourceDoc& present, const JsonPath& path,
                            ErrorList& errors) {
  if (const auto* advertiser = std::get_if<AdvertiserDoc>(&doc)) {
    const auto& before = std::get<AdvertiserDoc>(present);
    expect_equal(advertiser->active == before.active, "status", path, errors);
    expect_equal(advertiser->balance == before.balance, "balance_micros", path, errors);
    expect_equal(advertiser->shop_score == before.shop_score, "shop_score", path, errors);
  } else if (const auto* ad = std::get_if<AdDoc>(&doc)) {
    const auto& before = std::get<AdDoc>(present);
    expect_equal(ad->quality == before.quality, "quality", path, errors);
    expect_equal(ad->pctr == before.pctr, "pctr", path, errors);
    expect_equal(ad->pcvr == before.pcvr, "pcvr", path, errors);
  }
}

void keep_protected_fields(const JsonNode& body, const ResourceDoc& present, ResourceDoc& doc) {
  if (auto* advertiser = std::get_if<AdvertiserDoc>(&doc)) {
    const auto& before = std::get<AdvertiserDoc>(present);
    if (!has_member(body, "status")) advertiser->active = before.active;
    if (!has_member(body, "shop_score")) advertiser->shop_score = before.shop_score;
  } else if (auto* ad = std::get_if<AdDoc>(&doc)) {
    const auto& before = std::get<AdDoc>(present);
    if (!has_member(body, "quality")) ad->quality = before.quality;
    if (!has_member(body, "pctr")) ad->pctr = before.pctr;
    if (!has_member(body, "pcvr")) ad->pcvr = before.pcvr;
  }
}

}  // namespace gavel
