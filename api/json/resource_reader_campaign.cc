#include <algorithm>
#include <array>
#include <chrono>

#include "api/json/resource_reader.h"
#include "budget/frequency.h"

namespace gavel {

namespace {

constexpr std::array<EnumName<bool>, 2> kStatusNames{{{"enabled", true}, {"paused", false}}};
constexpr std::array<EnumName<Pricing>, 2> kPricingNames{{{"cpc", Pricing::kCpc}, {"cpm", Pricing::kCpm}}};
constexpr std::array<EnumName<PacingMode>, 2> kPacingNames{
    {{"even", PacingMode::kEven}, {"asap", PacingMode::kAsap}}};
constexpr std::array<EnumName<PacingMethod>, 2> kPacingMethodNames{
    {{"throttle", PacingMethod::kThrottle}, {"bid_shading", PacingMethod::kBidShading}}};
constexpr std::array<EnumName<std::uint8_t>, 7> kDayNames{
    {{"mon", 1}, {"tue", 2}, {"wed", 4}, {"thu", 8}, {"fri", 16}, {"sat", 32}, {"sun", 64}}};

constexpr Micros kZero{0};

ScheduleEntry read_schedule_entry(const JsonNode& node, ReadMode mode, ErrorList& errors) {
  ScheduleEntry entry;
  const std::size_t errors_before = errors.size();
  ObjectReader in(node, errors);
  FieldReader fields(in, mode);
  fields.list("days", Need::kRequired, kDayNames.size(), [&](const JsonNode& day_node) {
    std::uint8_t day = 0;
    if (!read_enum(day_node, kDayNames, day, errors)) return;
    if ((entry.days & day) != 0) errors.add(day_node.path.pointer(), "names a day twice");
    entry.days = static_cast<std::uint8_t>(entry.days | day);
  });
  fields.minute("from", entry.from_minute);
  fields.minute("to", entry.to_minute);
  fields.multiplier("bid_multiplier", entry.bid_multiplier);
  in.finish();
  if (fields.strict() && errors.size() == errors_before && entry.from_minute >= entry.to_minute) {
    in.add_error("to", "must be after from");
  }
  return entry;
}

void read_bid_multipliers(FieldReader& fields, BidMultipliers& out) {
  fields.in().take_object("bid_multipliers", Need::kOptional, [&](ObjectReader& in) {
    FieldReader kinds(in, fields.mode());
    read_named_factors(kinds, "device", out.device);
    read_named_factors(kinds, "region", out.region);
    read_named_factors(kinds, "tag", out.tag);
  });
}

void read_frequency_cap(FieldReader& fields, std::optional<FrequencyCap>& out) {
  using std::chrono::seconds;
  constexpr auto kWindowMax = std::chrono::duration_cast<seconds>(kFrequencyWindowMax).count();
  fields.in().take_object("frequency_cap", Need::kOptional, [&](ObjectReader& in) {
    std::int64_t impressions = 0, window = 0;
    in.take_integer("impressions", Need::kRequired, 1, kFrequencyImpressionsMax, impressions);
    in.take_integer("window_s", Need::kRequired, 1, kWindowMax, window);
    out = FrequencyCap{static_cast<std::uint32_t>(impressions), static_cast<std::uint32_t>(window)};
  });
}

void read_festivals(FieldReader& fields, std::vector<FestivalEntry>& out) {
  ErrorList& errors = fields.in().errors();
  fields.list("festivals", Need::kOptional, kCampaignFestivalsMax, [&](const JsonNode& node) {
    FestivalEntry entry;
    ObjectReader in(node, errors);
    FieldReader entry_fields(in, fields.mode());
    entry_fields.id("festival_id", Need::kRequired, entry.festival_id);
    entry_fields.multiplier("bid_multiplier", entry.bid_multiplier);
    entry_fields.optional_amount("daily_budget_micros", kZero, kMaxAmount, entry.daily_budget);
    in.finish();
    if (!entry.festival_id.empty() &&
        std::ranges::count(out, entry.festival_id, &FestivalEntry::festival_id) > 0) {
      in.add_error("festival_id", "is named by an entry before");
    }
    out.push_back(std::move(entry));
  });
}

}  // namespace

void read_campaign(FieldReader& fields, CampaignDoc& doc) {
  ObjectReader& in = fields.in();
  fields.id("advertiser_id", Need::kRequired, doc.advertiser_id);
  fields.text("name", Need::kRequired, kNameLengthMax, doc.name);
  in.take_enum("pricing", Need::kRequired, kPricingNames, doc.pricing);
  in.take_enum("status", Need::kOptional, kStatusNames, doc.enabled);
  fields.optional_amount("daily_budget_micros", kZero, kMaxAmount, doc.daily_budget);
  fields.optional_amount("lifetime_budget_micros", kZero, kMaxAmount, doc.lifetime_budget);
  in.take_enum("pacing", Need::kOptional, kPacingNames, doc.pacing);
  in.take_enum("pacing_method", Need::kOptional, kPacingMethodNames, doc.pacing_method);
  fields.optional_timestamp("start_time", doc.start_time);
  fields.optional_timestamp("end_time", doc.end_time);
  if (fields.strict() && doc.start_time && doc.end_time && *doc.start_time >= *doc.end_time) {
    in.add_error("end_time", "must be after start_time");
  }
  fields.list("schedule", Need::kOptional, kScheduleEntriesMax, [&](const JsonNode& node) {
    doc.schedule.push_back(read_schedule_entry(node, fields.mode(), in.errors()));
  });
  fields.attributes("regions", kRegionsMax, doc.regions);
  fields.attributes("devices", kDevicesMax, doc.devices);
  read_bid_multipliers(fields, doc.bid_multipliers);
  read_frequency_cap(fields, doc.frequency_cap);
  read_festivals(fields, doc.festivals);
}

}  // namespace gavel
