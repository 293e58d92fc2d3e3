#include "api/json/resource_reader.h"

#include <algorithm>
#include <array>

namespace gavel {

namespace {

constexpr std::array<EnumName<bool>, 2> kEnabledNames{{{"enabled", true}, {"paused", false}}};
constexpr std::array<EnumName<bool>, 2> kActiveNames{{{"active", true}, {"suspended", false}}};
constexpr std::array<EnumName<MatchType>, 3> kMatchNames{
    {{"exact", MatchType::kExact}, {"phrase", MatchType::kPhrase}, {"broad", MatchType::kBroad}}};
constexpr std::array<EnumName<PlacementKind>, 2> kKindNames{
    {{"search", PlacementKind::kSearch}, {"display", PlacementKind::kDisplay}}};
constexpr std::array<EnumName<Mechanism>, 3> kMechanismNames{
    {{"gsp", Mechanism::kGsp}, {"vcg", Mechanism::kVcg}, {"first_price", Mechanism::kFirstPrice}}};
constexpr std::array<EnumName<Pricing>, 2> kPricingNames{{{"cpc", Pricing::kCpc}, {"cpm", Pricing::kCpm}}};

constexpr Micros kZero{0};
constexpr Micros kOne{1};

void read(FieldReader& fields, AdvertiserDoc& doc) {
  fields.text("name", Need::kRequired, kNameLengthMax, doc.name);
  fields.in().take_enum("status", Need::kOptional, kActiveNames, doc.active);
  fields.optional_amount("balance_micros", kZero, kMaxAmount, doc.balance);
  fields.optional_amount("daily_budget_micros", kZero, kMaxAmount, doc.daily_budget);
  fields.in().take_factor("shop_score", Need::kOptional, kSmallestFactor, kShopScoreMax, doc.shop_score);
}

void read(FieldReader& fields, CampaignDoc& doc) {
  read_campaign(fields, doc);
}

AudienceClause read_clause(const JsonNode& node, ReadMode mode, ErrorList& errors) {
  AudienceClause clause;
  const std::size_t errors_before = errors.size();
  ObjectReader in(node, errors);
  FieldReader fields(in, mode);
  fields.attributes("all", kClauseTagsMax, clause.all);
  fields.attributes("none", kClauseTagsMax, clause.none);
  in.finish();
  // A clause of nothing would hold for everyone, which is what an absent audience is for.
  if (fields.strict() && errors.size() == errors_before && clause.all.empty() && clause.none.empty()) {
    errors.add(node.path.pointer(), "must have `all` or `none`");
  }
  return clause;
}

void read(FieldReader& fields, AdGroupDoc& doc) {
  fields.id("campaign_id", Need::kRequired, doc.campaign_id);
  fields.text("name", Need::kRequired, kNameLengthMax, doc.name);
  fields.amount("bid_micros", Need::kRequired, kOne, kMaxBid, doc.bid);
  fields.in().take_enum("status", Need::kOptional, kEnabledNames, doc.enabled);
  fields.ids("placements", kAdGroupPlacementsMax, doc.placements);
  fields.ids("categories", kCategoriesMax, doc.categories);
  fields.list("audience", Need::kOptional, kAudienceClausesMax, [&](const JsonNode& node) {
    doc.audience.push_back(read_clause(node, fields.mode(), fields.in().errors()));
  });
}

void read(FieldReader& fields, AdDoc& doc) {
  fields.id("ad_group_id", Need::kRequired, doc.ad_group_id);
  fields.id("item_id", Need::kRequired, doc.item_id);
  fields.text("title", Need::kRequired, kNameLengthMax, doc.title);
  fields.url("landing_url", Need::kRequired, UrlScheme::kRequired, doc.landing_url);
  fields.optional_url("image_url", UrlScheme::kOptional, doc.image_url);
  fields.optional_id("category_id", doc.category_id);
  fields.in().take_factor("quality", Need::kOptional, kSmallestFactor, kQualityMax, doc.quality);
  fields.optional_probability("pctr", doc.pctr);
  fields.optional_probability("pcvr", doc.pcvr);
  fields.in().take_enum("status", Need::kOptional, kEnabledNames, doc.enabled);
}

void read(FieldReader& fields, KeywordDoc& doc) {
  fields.id("ad_group_id", Need::kRequired, doc.ad_group_id);
  fields.text("text", Need::kRequired, kKeywordTextLengthMax, doc.text);
  fields.in().take_enum("match", Need::kRequired, kMatchNames, doc.match);
  fields.optional_amount("bid_micros", kOne, kMaxBid, doc.bid);
  fields.in().take_bool("negative", Need::kOptional, doc.negative);
  fields.in().take_enum("status", Need::kOptional, kEnabledNames, doc.enabled);
}

void read_position_ctr(FieldReader& fields, std::vector<Probability>& out) {
  ObjectReader& in = fields.in();
  const std::size_t errors_before = in.errors().size();
  fields.list("position_ctr", Need::kRequired, kPositionsMax, [&](const JsonNode& node) {
    Probability ctr;
    if (!read_probability(node, ctr, in.errors())) return;
    out.push_back(ctr);
  });
  if (!fields.strict() || in.errors().size() != errors_before || out.empty()) return;
  if (out.front().nano != kProbabilityOne) in.add_error("position_ctr", "must begin with 1");
  if (!std::ranges::is_sorted(out, std::ranges::greater())) in.add_error("position_ctr", "must not increase");
}

void read_accepts(FieldReader& fields, PlacementDoc& doc) {
  ObjectReader& in = fields.in();
  bool cpc = false, cpm = false;
  const bool there = fields.list("accepts", Need::kOptional, kPricingNames.size(), [&](const JsonNode& node) {
    Pricing pricing = Pricing::kCpc;
    if (!read_enum(node, kPricingNames, pricing, in.errors())) return;
    bool& accepted = pricing == Pricing::kCpc ? cpc : cpm;
    if (accepted) in.add_error("accepts", "names something twice");
    accepted = true;
  });
  if (!there) return;
  doc.accepts_cpc = cpc;
  doc.accepts_cpm = cpm;
}

void read(FieldReader& fields, PlacementDoc& doc) {
  ObjectReader& in = fields.in();
  in.take_enum("kind", Need::kRequired, kKindNames, doc.kind);
  read_position_ctr(fields, doc.position_ctr);
  read_accepts(fields, doc);
  in.take_enum("mechanism", Need::kOptional, kMechanismNames, doc.mechanism);
  fields.amount("reserve_cpc_micros", Need::kOptional, kZero, kMaxBid, doc.reserve_cpc);
  fields.amount("reserve_cpm_micros", Need::kOptional, kZero, kMaxBid, doc.reserve_cpm);
  fields.amount("increment_cpc_micros", Need::kOptional, kZero, kMaxBid, doc.increment_cpc);
  fields.amount("increment_cpm_micros", Need::kOptional, kZero, kMaxBid, doc.increment_cpm);
  in.take_factor("squash", Need::kOptional, Factor{0}, kSquashMax, doc.squash);
  std::int64_t ads = 0;
  if (in.take_integer("max_ads_per_advertiser", Need::kOptional, 1, kPositionsMax, ads)) {
    doc.max_ads_per_advertiser = static_cast<std::uint32_t>(ads);
  }
  in.take_probability("default_pctr", Need::kOptional, doc.default_pctr);
}

TrafficPoint read_traffic_point(const JsonNode& node, ErrorList& errors) {
  TrafficPoint point;
  ObjectReader in(node, errors);
  std::int64_t at_s = 0;
  in.take_integer("at_s", Need::kRequired, 0, kTrafficPointSecondsMax, at_s);
  in.take_factor("multiplier", Need::kRequired, kTrafficPointMin, kTrafficPointMax, point.multiplier);
  in.finish();
  point.at_s = static_cast<std::uint32_t>(at_s);
  return point;
}

void read_traffic_curve(FieldReader& fields, std::vector<TrafficPoint>& out) {
  ErrorList& errors = fields.in().errors();
  fields.list("traffic_curve", Need::kOptional, kTrafficPointsMax, [&](const JsonNode& node) {
    const std::size_t errors_before = errors.size();
    const TrafficPoint point = read_traffic_point(node, errors);
    if (errors.size() == errors_before && !out.empty() && point.at_s <= out.back().at_s) {
      errors.add(JsonPath{&node.path, "at_s", JsonPath::kNoIndex}.pointer(),
                 "must be after the point before");
    }
    out.push_back(point);
  });
}

FestivalPhase read_phase(const JsonNode& node, ReadMode mode, ErrorList& errors) {
  FestivalPhase phase;
  const std::size_t errors_before = errors.size();
  ObjectReader in(node, errors);
  FieldReader fields(in, mode);
  fields.text("name", Need::kRequired, kNameLengthMax, phase.name);
  in.take_timestamp("start", Need::kRequired, phase.start);
  in.take_timestamp("end", Need::kRequired, phase.end);
  fields.multiplier("boost", phase.boost);
  in.take_factor("traffic_multiplier", Need::kOptional, kTrafficMultiplierMin, kTrafficMultiplierMax,
                 phase.traffic_multiplier);
  read_traffic_curve(fields, phase.traffic_curve);
  in.finish();
  if (fields.strict() && errors.size() == errors_before && phase.start >= phase.end) {
    in.add_error("end", "must be after start");
  }
  return phase;
}

void read(FieldReader& fields, FestivalDoc& doc) {
  ErrorList& errors = fields.in().errors();
  fields.text("name", Need::kRequired, kNameLengthMax, doc.name);
  fields.list("phases", Need::kRequired, kFestivalPhasesMax, [&](const JsonNode& node) {
    FestivalPhase phase = read_phase(node, fields.mode(), errors);
    if (fields.strict() && errors.empty() && !doc.phases.empty() && phase.start < doc.phases.back().end) {
      errors.add(JsonPath{&node.path, "start", JsonPath::kNoIndex}.pointer(),
                 "must not be before the end of the phase before");
    }
    doc.phases.push_back(std::move(phase));
  });
  fields.ids("categories", kCategoriesMax, doc.categories);
}

template <class Doc>
void read_into(FieldReader& fields, ResourceDoc& out) {
  read(fields, out.emplace<Doc>());
}

constexpr std::array<void (*)(FieldReader&, ResourceDoc&), kResourceTypes> kReaders{
    read_into<AdvertiserDoc>, read_into<CampaignDoc>,  read_into<AdGroupDoc>, read_into<AdDoc>,
    read_into<KeywordDoc>,    read_into<PlacementDoc>, read_into<FestivalDoc>};

}  // namespace

bool read_resource(ResourceType type, std::string_view id, const JsonNode& node, ReadMode mode,
                   ResourceDoc& out, ErrorList& errors) {
  const std::size_t errors_before = errors.size();
  ObjectReader in(node, errors);
  std::string_view own_id;
  if (in.take_id("id", Need::kOptional, own_id) && own_id != id) {
    in.add_error("id", "must be the id that the request names");
  }
  in.ignore("created_at");
  in.ignore("updated_at");
  FieldReader fields(in, mode);
  kReaders[static_cast<std::size_t>(type)](fields, out);
  in.finish();
  return errors.size() == errors_before;
}

}  // namespace gavel
