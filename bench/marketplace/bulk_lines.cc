#include "bench/marketplace/bulk_lines.h"

#include <cstdio>
#include <optional>
#include <vector>

#include "api/json/json_writer.h"

namespace gavel {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

// One line: the frame of the operation around the body's fields.
class Line {
 public:
  Line(std::string& out, std::string_view type, std::string_view id) : json_(out) {
    json_.begin_object().field("op", "put").field("type", type).field("id", id).key("body").begin_object();
  }
  ~Line() { json_.end_object().end_object().next_line(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  JsonWriter& json() { return json_; }

  template <class T>
  void optional(std::string_view name, const std::optional<T>& value) {
    if (value) json_.field(name, *value);
  }
  void factor(std::string_view name, Factor value) {
    if (value != Factor{}) json_.field(name, value);
  }
  void status(bool on, std::string_view off_name) {
    if (!on) json_.field("status", off_name);
  }
  void names(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    json_.key(name).begin_array();
    for (const std::string& value : values) json_.value(value);
    json_.end_array();
  }
  void multipliers(std::string_view name, const NamedFactors& factors) {
    if (factors.empty()) return;
    json_.key(name).begin_object();
    for (const auto& [key, factor] : factors) json_.field(key, factor);
    json_.end_object();
  }

 private:
  JsonWriter json_;
};

std::string clock_time(unsigned minute) {
  char text[8];
  std::snprintf(text, sizeof text, "%02u:%02u", minute / 60 % 100, minute % 60);
  return text;
}

void write_schedule(JsonWriter& json, const std::vector<ScheduleEntry>& schedule) {
  constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  json.key("schedule").begin_array();
  for (const ScheduleEntry& entry : schedule) {
    json.begin_object().key("days").begin_array();
    for (unsigned day = 0; day < 7; ++day) {
      if ((entry.days >> day & 1) != 0) json.value(kDays[day]);
    }
    json.end_array().field("from", clock_time(entry.from_minute)).field("to", clock_time(entry.to_minute));
    if (entry.bid_multiplier != Factor{}) json.field("bid_multiplier", entry.bid_multiplier);
    json.end_object();
  }
  json.end_array();
}

void write_festival_entries(JsonWriter& json, const std::vector<FestivalEntry>& entries) {
  json.key("festivals").begin_array();
  for (const FestivalEntry& entry : entries) {
    json.begin_object().field("festival_id", entry.festival_id).field("bid_multiplier", entry.bid_multiplier);
    if (entry.daily_budget) json.field("daily_budget_micros", *entry.daily_budget);
    json.end_object();
  }
  json.end_array();
}

void write_traffic_curve(JsonWriter& json, const std::vector<TrafficPoint>& curve) {
  json.key("traffic_curve").begin_array();
  for (const TrafficPoint& point : curve) {
    json.begin_object().field("at_s", point.at_s).field("multiplier", point.multiplier).end_object();
  }
  json.end_array();
}

// Collects lines and hands them on in chunks.
class Chunks {
 public:
  explicit Chunks(const LineSink& sink) : sink_(sink) {}

  // False once the sink has stopped it.
  template <class Doc>
  bool add(const Named<Doc>& named) {
    append_bulk_line(lines_, named);
    ++rows_;
    return lines_.size() < kChunkBytes || flush();
  }
  template <class Doc>
  bool add(const std::vector<Named<Doc>>& many) {
    for (const Named<Doc>& named : many) {
      if (!add(named)) return false;
    }
    return true;
  }
  bool flush() {
    const bool goes_on = rows_ == 0 || sink_(lines_, rows_);
    lines_.clear();
    rows_ = 0;
    return goes_on;
  }

 private:
  const LineSink& sink_;
  std::string lines_;
  std::uint64_t rows_ = 0;
};

}  // namespace

void append_bulk_line(std::string& out, const Named<FestivalDoc>& festival) {
  Line line(out, "festival", festival.id);
  line.json().field("name", festival.doc.name).key("phases").begin_array();
  for (const FestivalPhase& phase : festival.doc.phases) {
    line.json().begin_object().field("name", phase.name).field("start", phase.start).field("end", phase.end);
    line.json().field("boost", phase.boost);
    if (phase.traffic_multiplier != Factor{})
      line.json().field("traffic_multiplier", phase.traffic_multiplier);
    if (!phase.traffic_curve.empty()) write_traffic_curve(line.json(), phase.traffic_curve);
    line.json().end_object();
  }
  line.json().end_array();
  line.names("categories", festival.doc.categories);
}

void append_bulk_line(std::string& out, const Named<PlacementDoc>& placement) {
  constexpr std::string_view kMechanisms[] = {"gsp", "vcg", "first_price"};
  const PlacementDoc& doc = placement.doc;
  Line line(out, "placement", placement.id);
  JsonWriter& json = line.json();
  json.field("kind", doc.kind == PlacementKind::kSearch ? "search" : "display");
  json.key("position_ctr").begin_array();
  for (Probability ctr : doc.position_ctr) json.value(ctr);
  json.end_array();
  if (!doc.accepts_cpc || !doc.accepts_cpm) {
    json.key("accepts").begin_array().value(doc.accepts_cpc ? "cpc" : "cpm").end_array();
  }
  json.field("mechanism", kMechanisms[static_cast<std::size_t>(doc.mechanism)]);
  json.field("reserve_cpc_micros", doc.reserve_cpc).field("reserve_cpm_micros", doc.reserve_cpm);
  line.factor("squash", doc.squash);
  if (doc.max_ads_per_advertiser != 1) json.field("max_ads_per_advertiser", doc.max_ads_per_advertiser);
  json.field("default_pctr", doc.default_pctr);
}

void append_bulk_line(std::string& out, const Named<AdvertiserDoc>& advertiser) {
  const AdvertiserDoc& doc = advertiser.doc;
  Line line(out, "advertiser", advertiser.id);
  line.json().field("name", doc.name);
  line.status(doc.active, "suspended");
  line.optional("balance_micros", doc.balance);
  line.optional("daily_budget_micros", doc.daily_budget);
  line.factor("shop_score", doc.shop_score);
}

void append_bulk_line(std::string& out, const Named<CampaignDoc>& campaign) {
  const CampaignDoc& doc = campaign.doc;
  Line line(out, "campaign", campaign.id);
  JsonWriter& json = line.json();
  json.field("advertiser_id", doc.advertiser_id).field("name", doc.name);
  json.field("pricing", doc.pricing == Pricing::kCpc ? "cpc" : "cpm");
  line.status(doc.enabled, "paused");
  line.optional("daily_budget_micros", doc.daily_budget);
  line.optional("lifetime_budget_micros", doc.lifetime_budget);
  if (doc.pacing == PacingMode::kAsap) json.field("pacing", "asap");
  if (doc.pacing_method == PacingMethod::kBidShading) json.field("pacing_method", "bid_shading");
  line.optional("start_time", doc.start_time);
  line.optional("end_time", doc.end_time);
  if (!doc.schedule.empty()) write_schedule(json, doc.schedule);
  line.names("regions", doc.regions);
  line.names("devices", doc.devices);
  const BidMultipliers& bids = doc.bid_multipliers;
  if (!bids.device.empty() || !bids.region.empty() || !bids.tag.empty()) {
    json.key("bid_multipliers").begin_object();
    line.multipliers("device", bids.device);
    line.multipliers("region", bids.region);
    line.multipliers("tag", bids.tag);
    json.end_object();
  }
  if (doc.frequency_cap) {
    json.key("frequency_cap").begin_object();
    json.field("impressions", doc.frequency_cap->impressions).field("window_s", doc.frequency_cap->window_s);
    json.end_object();
  }
  if (!doc.festivals.empty()) write_festival_entries(json, doc.festivals);
}

void append_bulk_line(std::string& out, const Named<AdGroupDoc>& ad_group) {
  const AdGroupDoc& doc = ad_group.doc;
  Line line(out, "ad_group", ad_group.id);
  line.json().field("campaign_id", doc.campaign_id).field("name", doc.name).field("bid_micros", doc.bid);
  line.status(doc.enabled, "paused");
  line.names("placements", doc.placements);
  line.names("categories", doc.categories);
  if (doc.audience.empty()) return;
  line.json().key("audience").begin_array();
  for (const AudienceClause& clause : doc.audience) {
    line.json().begin_object();
    line.names("all", clause.all);
    line.names("none", clause.none);
    line.json().end_object();
  }
  line.json().end_array();
}

void append_bulk_line(std::string& out, const Named<AdDoc>& ad) {
  const AdDoc& doc = ad.doc;
  Line line(out, "ad", ad.id);
  line.json().field("ad_group_id", doc.ad_group_id).field("item_id", doc.item_id).field("title", doc.title);
  line.json().field("landing_url", doc.landing_url);
  line.optional("image_url", doc.image_url);
  line.optional("category_id", doc.category_id);
  line.factor("quality", doc.quality);
  line.optional("pctr", doc.pctr);
  line.optional("pcvr", doc.pcvr);
  line.status(doc.enabled, "paused");
}

void append_bulk_line(std::string& out, const Named<KeywordDoc>& keyword) {
  constexpr std::string_view kMatches[] = {"exact", "phrase", "broad"};
  const KeywordDoc& doc = keyword.doc;
  Line line(out, "keyword", keyword.id);
  line.json().field("ad_group_id", doc.ad_group_id).field("text", doc.text);
  line.json().field("match", kMatches[static_cast<std::size_t>(doc.match)]);
  line.optional("bid_micros", doc.bid);
  if (doc.negative) line.json().field("negative", true);
  line.status(doc.enabled, "paused");
}

bool write_marketplace(const Marketplace& marketplace, const LineSink& sink) {
  const MarketplaceSize& size = marketplace.size();
  Chunks chunks(sink);
  const auto each = [](std::uint64_t count, auto&& add) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!add(i)) return false;
    }
    return true;
  };
  return each(size.festivals, [&](std::uint64_t i) { return chunks.add(marketplace.festival(i)); }) &&
         each(size.placements, [&](std::uint64_t i) { return chunks.add(marketplace.placement(i)); }) &&
         each(size.advertisers, [&](std::uint64_t i) { return chunks.add(marketplace.advertiser(i)); }) &&
         each(size.campaigns, [&](std::uint64_t i) { return chunks.add(marketplace.campaign(i)); }) &&
         each(size.ad_groups, [&](std::uint64_t i) { return chunks.add(marketplace.ad_group(i)); }) &&
         each(size.ad_groups, [&](std::uint64_t i) { return chunks.add(marketplace.ads(i)); }) &&
         each(size.ad_groups, [&](std::uint64_t i) { return chunks.add(marketplace.keywords(i)); }) &&
         chunks.flush();
}

}  // namespace gavel
