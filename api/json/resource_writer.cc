#include "api/json/resource_writer.h"

#include <array>
#include <string_view>

#include "api/json/json_writer.h"

namespace gavel {

namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

const char* status(bool enabled) {
  return enabled ? "enabled" : "paused";
}
const char* name_of(Pricing pricing) {
  return pricing == Pricing::kCpc ? "cpc" : "cpm";
}

const char* name_of(MatchType match) {
  switch (match) {
    case MatchType::kExact:
      return "exact";
    case MatchType::kPhrase:
      return "phrase";
    case MatchType::kBroad:
      break;
  }
  return "broad";
}

const char* name_of(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::kVcg:
      return "vcg";
    case Mechanism::kFirstPrice:
      return "first_price";
    case Mechanism::kGsp:
      break;
  }
  return "gsp";
}

void write_strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& strings) {
  json.key(name);
  if (strings.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const std::string& s : strings) json.value(s);
  json.end_array();
}

// Lists inside an element of a list are left out where they are empty.
void write_some_strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& strings) {
  if (!strings.empty()) write_strings(json, name, strings);
}

void write_minute(JsonWriter& json, std::string_view name, std::uint16_t minute) {
  const int hours = minute / 60, minutes = minute % 60;
  const std::array<char, 5> text{static_cast<char>('0' + hours / 10), static_cast<char>('0' + hours % 10),
                                 ':', static_cast<char>('0' + minutes / 10),
                                 static_cast<char>('0' + minutes % 10)};
  json.field(name, std::string_view(text.data(), text.size()));
}

void write(JsonWriter& json, const AdvertiserDoc& doc) {
  json.field("name", doc.name).field("status", doc.active ? "active" : "suspended");
  json.field("balance_micros", doc.balance).field("daily_budget_micros", doc.daily_budget);
  json.field("shop_score", doc.shop_score);
}

void write_schedule(JsonWriter& json, const std::vector<ScheduleEntry>& schedule) {
  json.key("schedule");
  if (schedule.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const ScheduleEntry& entry : schedule) {
    json.begin_object().key("days").begin_array();
    for (std::size_t day = 0; day < kDays.size(); ++day) {
      if ((entry.days >> day & 1) != 0) json.value(kDays[day]);
    }
    json.end_array();
    write_minute(json, "from", entry.from_minute);
    write_minute(json, "to", entry.to_minute);
    json.field("bid_multiplier", entry.bid_multiplier).end_object();
  }
  json.end_array();
}

void write_factors(JsonWriter& json, std::string_view name, const NamedFactors& factors) {
  if (factors.empty()) return;
  json.key(name).begin_object();
  for (const auto& [key, factor] : factors) json.field(key, factor);
  json.end_object();
}

void write_bid_multipliers(JsonWriter& json, const BidMultipliers& multipliers) {
  json.key("bid_multipliers");
  if (multipliers == BidMultipliers{}) {
    json.null();
    return;
  }
  json.begin_object();
  write_factors(json, "device", multipliers.device);
  write_factors(json, "region", multipliers.region);
  write_factors(json, "tag", multipliers.tag);
  json.end_object();
}

void write_festivals(JsonWriter& json, const std::vector<FestivalEntry>& festivals) {
  json.key("festivals");
  if (festivals.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const FestivalEntry& entry : festivals) {
    json.begin_object().field("festival_id", entry.festival_id).field("bid_multiplier", entry.bid_multiplier);
    json.field("daily_budget_micros", entry.daily_budget).end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const CampaignDoc& doc) {
  json.field("advertiser_id", doc.advertiser_id).field("name", doc.name);
  json.field("pricing", name_of(doc.pricing)).field("status", status(doc.enabled));
  json.field("daily_budget_micros", doc.daily_budget).field("lifetime_budget_micros", doc.lifetime_budget);
  json.field("pacing", doc.pacing == PacingMode::kEven ? "even" : "asap");
  json.field("pacing_method", doc.pacing_method == PacingMethod::kThrottle ? "throttle" : "bid_shading");
  json.field("start_time", doc.start_time).field("end_time", doc.end_time);
  write_schedule(json, doc.schedule);
  write_strings(json, "regions", doc.regions);
  write_strings(json, "devices", doc.devices);
  write_bid_multipliers(json, doc.bid_multipliers);
  json.key("frequency_cap");
  if (doc.frequency_cap) {
    json.begin_object().field("impressions", doc.frequency_cap->impressions);
    json.field("window_s", doc.frequency_cap->window_s).end_object();
  } else {
    json.null();
  }
  write_festivals(json, doc.festivals);
}

void write(JsonWriter& json, const AdGroupDoc& doc) {
  json.field("campaign_id", doc.campaign_id).field("name", doc.name).field("bid_micros", doc.bid);
  json.field("status", status(doc.enabled));
  write_strings(json, "placements", doc.placements);
  write_strings(json, "categories", doc.categories);
  json.key("audience");
  if (doc.audience.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const AudienceClause& clause : doc.audience) {
    json.begin_object();
    write_some_strings(json, "all", clause.all);
    write_some_strings(json, "none", clause.none);
    json.end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const AdDoc& doc) {
  json.field("ad_group_id", doc.ad_group_id).field("item_id", doc.item_id).field("title", doc.title);
  json.field("landing_url", doc.landing_url).field("image_url", doc.image_url);
  json.field("category_id", doc.category_id).field("quality", doc.quality);
  json.field("pctr", doc.pctr).field("pcvr", doc.pcvr).field("status", status(doc.enabled));
}

void write(JsonWriter& json, const KeywordDoc& doc) {
  json.field("ad_group_id", doc.ad_group_id).field("text", doc.text).field("match", name_of(doc.match));
  json.field("bid_micros", doc.bid).field("negative", doc.negative).field("status", status(doc.enabled));
}

void write(JsonWriter& json, const PlacementDoc& doc) {
  json.field("kind", doc.kind == PlacementKind::kSearch ? "search" : "display");
  json.key("position_ctr").begin_array();
  for (const Probability ctr : doc.position_ctr) json.value(ctr);
  json.end_array().key("accepts").begin_array();
  if (doc.accepts_cpc) json.value("cpc");
  if (doc.accepts_cpm) json.value("cpm");
  json.end_array().field("mechanism", name_of(doc.mechanism));
  json.field("reserve_cpc_micros", doc.reserve_cpc).field("reserve_cpm_micros", doc.reserve_cpm);
  json.field("increment_cpc_micros", doc.increment_cpc).field("increment_cpm_micros", doc.increment_cpm);
  json.field("squash", doc.squash).field("max_ads_per_advertiser", doc.max_ads_per_advertiser);
  json.field("default_pctr", doc.default_pctr);
}

void write_traffic_curve(JsonWriter& json, const std::vector<TrafficPoint>& curve) {
  json.key("traffic_curve");
  if (curve.empty()) {
    json.null();
    return;
  }
  json.begin_array();
  for (const TrafficPoint& point : curve) {
    json.begin_object().field("at_s", point.at_s).field("multiplier", point.multiplier).end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const FestivalDoc& doc) {
  json.field("name", doc.name).key("phases").begin_array();
  for (const FestivalPhase& phase : doc.phases) {
    json.begin_object().field("name", phase.name).field("start", phase.start).field("end", phase.end);
    json.field("boost", phase.boost).field("traffic_multiplier", phase.traffic_multiplier);
    write_traffic_curve(json, phase.traffic_curve);
    json.end_object();
  }
  json.end_array();
  write_strings(json, "categories", doc.categories);
}

}  // namespace

void append_resource(std::string& out, const ResourceDoc& doc) {
  JsonWriter json(out);
  json.begin_object();
  std::visit([&](const auto& d) { write(json, d); }, doc);
  json.end_object();
}

}  // namespace gavel
