#include "api/json/resource_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/json/resource_writer.h"
#include "tests/support/resource_world.h"

namespace gavel {
namespace {

// The pointers of all errors, apart by spaces; empty where the document reads.
std::string errors_of(std::string_view type, std::string_view text, ResourceDoc* out = nullptr,
                      ReadMode mode = ReadMode::kRequest) {
  JsonParser parser;
  const auto root = parser.parse(text);
  if (!root) return "not JSON: " + std::string(text);
  ErrorList errors;
  ResourceDoc doc;
  const bool ok = read_resource(*type_from_name(type), "x", {*root, {}}, mode, doc, errors);
  EXPECT_EQ(ok, errors.empty());
  std::string pointers;
  for (const FieldError& error : errors.get()) pointers += (pointers.empty() ? "" : " ") + error.field;
  if (out != nullptr) *out = std::move(doc);
  return pointers;
}

// The sample of the type with one member set.
std::string with(std::string_view type, std::string_view name, std::string_view value) {
  JsonTree tree = *JsonTree::parse(sample_body(type));
  const auto parsed = JsonTree::parse(value);
  EXPECT_TRUE(parsed.has_value()) << value;
  tree.set(name, parsed.value_or(JsonTree()));
  return tree.dump();
}

std::string without(std::string_view type, std::string_view name) {
  const JsonTree tree = *JsonTree::parse(sample_body(type));
  JsonTree rest{JsonTree::Object{}};
  for (const auto& [key, value] : *tree.as_object()) {
    if (key != name) rest.set(key, value);
  }
  return rest.dump();
}

struct FieldCase {
  const char* type;
  const char* field;
  std::vector<const char*> good;
  std::vector<std::pair<const char*, const char*>> bad;  // value, what follows the field in the pointer
};

const std::string kLongName = "\"" + std::string(257, 'n') + "\"";
const std::string kLongUrl = "\"http://h/" + std::string(2048, 'u') + "\"";
const std::string kLongId = "\"" + std::string(65, 'i') + "\"";

const std::vector<FieldCase>& field_cases() {
  static const std::vector<FieldCase> cases = {
      {"advertiser",
       "name",
       {R"("a")", R"("旗舰店")"},
       {{R"("")", ""}, {"1", ""}, {R"("a\n")", ""}, {kLongName.c_str(), ""}}},
      {"advertiser",
       "status",
       {R"("active")", R"("suspended")", "null"},
       {{R"("paused")", ""}, {"true", ""}}},
      {"advertiser",
       "balance_micros",
       {"0", "1000000000000000", "null"},
       {{"-1", ""}, {"1.5", ""}, {"1e3", ""}, {"1000000000000001", ""}, {R"("5")", ""}}},
      {"advertiser", "daily_budget_micros", {"0", "1", "null"}, {{"-1", ""}, {"0.5", ""}}},
      {"advertiser",
       "shop_score",
       {"0.000001", "1", "10", "null"},
       {{"0", ""}, {"-1", ""}, {"10.000001", ""}, {R"("1")", ""}, {"1e-9", ""}}},

      {"campaign",
       "advertiser_id",
       {R"("s-1")"},
       {{R"("")", ""}, {R"("a b")", ""}, {"null", ""}, {kLongId.c_str(), ""}}},
      {"campaign", "name", {R"("a")"}, {{R"("")", ""}, {"null", ""}}},
      {"campaign", "pricing", {R"("cpc")", R"("cpm")"}, {{R"("cpa")", ""}, {"null", ""}}},
      {"campaign", "status", {R"("enabled")", R"("paused")"}, {{R"("active")", ""}}},
      {"campaign", "daily_budget_micros", {"5", "null"}, {{"-5", ""}}},
      {"campaign", "lifetime_budget_micros", {"5", "null"}, {{"-5", ""}, {"1.0", ""}}},
      {"campaign", "pacing", {R"("even")", R"("asap")", "null"}, {{R"("fast")", ""}}},
      {"campaign",
       "pacing_method",
       {R"("throttle")", R"("bid_shading")", "null"},
       {{R"("even")", ""}, {"1", ""}}},
      {"campaign",
       "start_time",
       {R"("2024-11-11T00:00:00+08:00")", "null"},
       {{R"("2024-11-11")", ""}, {"5", ""}}},
      {"campaign", "end_time", {R"("2024-11-11T00:00:00Z")"}, {{R"("soon")", ""}}},
      {"campaign",
       "schedule",
       {R"([{"days":["mon","sun"],"from":"08:00","to":"24:00","bid_multiplier":0.1}])",
        R"([{"days":["tue"],"from":"00:00","to":"00:01"}])", "null"},
       {{"[]", ""},
        {"{}", ""},
        {R"([{"days":[],"from":"08:00","to":"09:00"}])", "/0/days"},
        {R"([{"from":"08:00","to":"09:00"}])", "/0/days"},
        {R"([{"days":["mon","mon"],"from":"08:00","to":"09:00"}])", "/0/days/1"},
        {R"([{"days":["Monday"],"from":"08:00","to":"09:00"}])", "/0/days/0"},
        {R"([{"days":["mon"],"from":"09:00","to":"09:00"}])", "/0/to"},
        {R"([{"days":["mon"],"from":"10:00","to":"09:00"}])", "/0/to"},
        {R"([{"days":["mon"],"from":"8:00","to":"09:00"}])", "/0/from"},
        {R"([{"days":["mon"],"from":"08:60","to":"09:00"}])", "/0/from"},
        {R"([{"days":["mon"],"from":"24:00","to":"24:00"}])", "/0/to"},
        {R"([{"days":["mon"],"from":"08:00","to":"24:01"}])", "/0/to"},
        {R"([{"days":["mon"],"from":"08:00","to":"25:00"}])", "/0/to"},
        {R"([{"days":["mon"],"from":"08:00","to":"09:00","bid_multiplier":0.09}])", "/0/bid_multiplier"},
        {R"([{"days":["mon"],"from":"08:00","to":"09:00","until":1}])", "/0/until"}}},
      {"campaign",
       "regions",
       {R"(["CN-ZJ","CN"])", "null"},
       {{"[]", ""}, {R"(["CN","CN"])", ""}, {R"([""])", "/0"}, {"[1]", "/0"}, {R"("CN")", ""}}},
      {"campaign",
       "devices",
       {R"(["mobile"])", "null"},
       {{"[]", ""}, {R"(["a","b","a"])", ""}, {"[null]", "/0"}}},
      {"campaign",
       "bid_multipliers",
       {R"({"device":{"mobile":1.1},"region":{"CN":0.1},"tag":{"女性":10}})", "{}", R"({"device":{}})",
        R"({"device":{"mobile":null}})", "null"},
       {{R"({"devices":{}})", "/devices"},
        {R"({"device":{"mobile":0.09}})", "/device/mobile"},
        {R"({"tag":{"a/b":11}})", "/tag/a~1b"},
        {R"({"tag":{"":1}})", "/tag/"},
        {R"({"region":[1]})", "/region"},
        {R"({"device":{"m":"1"}})", "/device/m"},
        {"[]", ""}}},
      {"campaign",
       "frequency_cap",
       {R"({"impressions":3,"window_s":86400})", R"({"impressions":1000,"window_s":2592000})", "null"},
       {{R"({"impressions":3})", "/window_s"},
        {R"({"window_s":3})", "/impressions"},
        {R"({"impressions":0,"window_s":5})", "/impressions"},
        {R"({"impressions":1,"window_s":0})", "/window_s"},
        {R"({"impressions":1001,"window_s":5})", "/impressions"},
        {R"({"impressions":1,"window_s":2592001})", "/window_s"},
        {"3", ""}}},
      {"campaign",
       "festivals",
       {R"([{"festival_id":"f"}])",
        R"([{"festival_id":"f","bid_multiplier":1.5,"daily_budget_micros":5},{"festival_id":"g","daily_budget_micros":null}])",
        "null"},
       {{"[]", ""},
        {R"([{}])", "/0/festival_id"},
        {R"([{"festival_id":"f"},{"festival_id":"f"}])", "/1/festival_id"},
        {R"([{"festival_id":"f","bid_multiplier":10.1}])", "/0/bid_multiplier"},
        {R"([{"festival_id":"f","daily_budget_micros":-1}])", "/0/daily_budget_micros"},
        {R"(["f"])", "/0"}}},

      {"ad_group", "campaign_id", {R"("c")"}, {{"null", ""}, {R"("a/b")", ""}}},
      {"ad_group", "name", {R"("n")"}, {{R"("")", ""}}},
      {"ad_group",
       "bid_micros",
       {"1", "1000000000000"},
       {{"0", ""}, {"1000000000001", ""}, {"-1", ""}, {"1.5", ""}, {"null", ""}}},
      {"ad_group", "status", {R"("paused")"}, {{R"("off")", ""}}},
      {"ad_group",
       "placements",
       {R"(["p1","p2"])", "null"},
       {{"[]", ""}, {R"(["p1","p1"])", ""}, {R"(["p 1"])", "/0"}}},
      {"ad_group", "categories", {R"(["dress"])", "null"}, {{"[]", ""}, {R"(["d","d"])", ""}}},
      {"ad_group",
       "audience",
       {R"([{"all":["a"],"none":["b"]},{"none":["c"]}])", "null"},
       {{"[]", ""},
        {"[{}]", "/0"},
        {R"([{"all":[]}])", "/0/all"},
        {R"([{"all":["a","a"]}])", "/0/all"},
        {R"([{"any":["a"]}])", "/0/any"},
        {R"(["a"])", "/0"}}},

      {"ad", "ad_group_id", {R"("g")"}, {{"null", ""}}},
      {"ad", "item_id", {R"("i:1")"}, {{R"("")", ""}, {"5", ""}}},
      {"ad", "title", {R"("夏季连衣裙")"}, {{R"("")", ""}, {R"("a\tb")", ""}, {kLongName.c_str(), ""}}},
      {"ad",
       "landing_url",
       {R"("http://h")", R"("HTTPS://h.example:8080/p?q=1#f")", R"("https://[::1]/x")",
        R"("https://店.example/裙")"},
       {{R"("ftp://h/")", ""},
        {R"("javascript:x")", ""},
        {R"("http://")", ""},
        {R"("http:///p")", ""},
        {R"("http://?q")", ""},
        {R"("http://h/a b")", ""},
        {R"("http://h/\r\nX: y")", ""},
        {R"("http://u@/p")", ""},
        {R"("http://:80/")", ""},
        {R"("//h/p")", ""},
        {R"("")", ""},
        {"null", ""},
        {kLongUrl.c_str(), ""}}},
      {"ad",
       "image_url",
       {R"("https://h/i.png")", R"("//img.example/i.png_400x400.jpg")", "null"},
       {{R"("data:x")", ""},
        {"5", ""},
        {R"("/i.png")", ""},
        {R"("//")", ""},
        {R"("///i.png")", ""},
        {R"("//h/a b")", ""},
        {R"("ftp://h/i.png")", ""}}},
      {"ad", "category_id", {R"("dress")", "null"}, {{R"("a b")", ""}}},
      {"ad", "quality", {"0.000001", "100", "null"}, {{"0", ""}, {"100.1", ""}, {"-1", ""}}},
      {"ad", "pctr", {"0", "1", "0.031", "null"}, {{"1.1", ""}, {"-0.1", ""}, {R"("0.1")", ""}}},
      {"ad", "pcvr", {"0", "1", "null"}, {{"2", ""}}},
      {"ad", "status", {R"("paused")"}, {{R"("suspended")", ""}}},

      {"keyword", "ad_group_id", {R"("g")"}, {{"null", ""}}},
      {"keyword", "text", {R"("连衣裙 夏季")"}, {{R"("")", ""}, {"5", ""}, {kLongName.c_str(), ""}}},
      {"keyword", "match", {R"("exact")", R"("phrase")", R"("broad")"}, {{R"("EXACT")", ""}, {"null", ""}}},
      {"keyword", "bid_micros", {"1", "null"}, {{"0", ""}, {"1000000000001", ""}}},
      {"keyword", "negative", {"true", "false", "null"}, {{"1", ""}, {R"("true")", ""}}},
      {"keyword", "status", {R"("enabled")"}, {{R"("on")", ""}}},

      {"placement", "kind", {R"("search")", R"("display")"}, {{R"("video")", ""}, {"null", ""}}},
      {"placement",
       "position_ctr",
       {"[1]", "[1.0,0.7,0.7,0.1]", "[1,0]"},
       {{"[]", ""},
        {"[0.9]", ""},
        {"[1,0.5,0.6]", ""},
        {"[1,-1]", "/1"},
        {"[1,1.1]", "/1"},
        {"null", ""},
        {"1", ""},
        {R"(["1"])", "/0"}}},
      {"placement",
       "accepts",
       {R"(["cpc"])", R"(["cpm","cpc"])", "null"},
       {{"[]", ""}, {R"(["cpc","cpc"])", ""}, {R"(["cpa"])", "/0"}}},
      {"placement", "mechanism", {R"("gsp")", R"("vcg")", R"("first_price")"}, {{R"("english")", ""}}},
      {"placement", "reserve_cpc_micros", {"0", "1000000000000"}, {{"-1", ""}, {"1000000000001", ""}}},
      {"placement", "reserve_cpm_micros", {"0"}, {{"-1", ""}, {"0.5", ""}}},
      {"placement", "increment_cpc_micros", {"0", "null"}, {{"-1", ""}}},
      {"placement", "increment_cpm_micros", {"0", "null"}, {{"-1", ""}}},
      {"placement", "squash", {"0", "2", "0.5", "null"}, {{"2.1", ""}, {"-0.1", ""}}},
      {"placement", "max_ads_per_advertiser", {"1", "40", "null"}, {{"0", ""}, {"41", ""}, {"1.5", ""}}},
      {"placement", "default_pctr", {"0", "1", "null"}, {{"1.1", ""}, {"-1", ""}}},

      {"festival", "name", {R"("双11")"}, {{R"("")", ""}}},
      {"festival",
       "phases",
       {R"([{"name":"a","start":"2024-11-01T00:00:00Z","end":"2024-11-02T00:00:00Z"},{"name":"b","start":"2024-11-02T00:00:00Z","end":"2024-11-03T00:00:00Z","boost":10}])"},
       {{"[]", ""},
        {"null", ""},
        {R"([{"name":"a","start":"2024-11-02T00:00:00Z","end":"2024-11-02T00:00:00Z"}])", "/0/end"},
        {R"([{"name":"a","start":"2024-11-01T00:00:00Z","end":"2024-11-03T00:00:00Z"},{"name":"b","start":"2024-11-02T00:00:00Z","end":"2024-11-04T00:00:00Z"}])",
         "/1/start"},
        {R"([{"name":"b","start":"2024-11-02T00:00:00Z","end":"2024-11-03T00:00:00Z"},{"name":"a","start":"2024-11-01T00:00:00Z","end":"2024-11-02T00:00:00Z"}])",
         "/1/start"},
        {R"([{"name":"a","start":"2024-11-01T00:00:00Z","end":"2024-11-02T00:00:00Z","boost":0.05}])",
         "/0/boost"},
        {R"([{"start":"2024-11-01T00:00:00Z","end":"2024-11-02T00:00:00Z"}])", "/0/name"},
        {R"([{"name":"a","end":"2024-11-02T00:00:00Z"}])", "/0/start"}}},
      {"festival", "categories", {R"(["dress"])", "null"}, {{"[]", ""}, {R"(["d","d"])", ""}}},
  };
  return cases;
}

std::string festival_with(std::string_view phase_members) {
  return R"({"name":"F","phases":[{"name":"p","start":"2024-11-01T00:00:00Z","end":"2024-11-02T00:00:00Z")" +
         std::string(phase_members) + "}]}";
}

std::string points(std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + (R"({"at_s":)" + std::to_string(i)) + R"(,"multiplier":1})";
  }
  return text + "]";
}

TEST(ResourceReader, ChecksTheTrafficOfAPhase) {
  const std::string most = R"(,"traffic_curve":)" + points(kTrafficPointsMax);
  const std::string too_many = R"(,"traffic_curve":)" + points(kTrafficPointsMax + 1);
  const char* good[] = {
      R"(,"traffic_multiplier":0.1)", R"(,"traffic_multiplier":100)", R"(,"traffic_multiplier":null)",
      R"(,"traffic_curve":null)", R"(,"traffic_curve":[{"at_s":0,"multiplier":20}])",
      // The first point may come late, the last one after the phase's end.
      R"(,"traffic_curve":[{"at_s":60,"multiplier":0.01},{"at_s":61,"multiplier":1000},{"at_s":31622400,"multiplier":1}])",
      most.c_str()};
  for (const char* members : good) EXPECT_EQ(errors_of("festival", festival_with(members)), "") << members;
  const std::pair<const char*, const char*> bad[] = {
      {R"(,"traffic_multiplier":0.099)", "traffic_multiplier"},
      {R"(,"traffic_multiplier":100.000001)", "traffic_multiplier"},
      {R"(,"traffic_multiplier":"1")", "traffic_multiplier"},
      {R"(,"traffic_curve":[])", "traffic_curve"},
      {R"(,"traffic_curve":{})", "traffic_curve"},
      {too_many.c_str(), "traffic_curve"},
      {R"(,"traffic_curve":[5])", "traffic_curve/0"},
      {R"(,"traffic_curve":[{"at_s":0}])", "traffic_curve/0/multiplier"},
      {R"(,"traffic_curve":[{"multiplier":1}])", "traffic_curve/0/at_s"},
      {R"(,"traffic_curve":[{"at_s":-1,"multiplier":1}])", "traffic_curve/0/at_s"},
      {R"(,"traffic_curve":[{"at_s":1.5,"multiplier":1}])", "traffic_curve/0/at_s"},
      {R"(,"traffic_curve":[{"at_s":31622401,"multiplier":1}])", "traffic_curve/0/at_s"},
      {R"(,"traffic_curve":[{"at_s":0,"multiplier":0.009}])", "traffic_curve/0/multiplier"},
      {R"(,"traffic_curve":[{"at_s":0,"multiplier":1000.1}])", "traffic_curve/0/multiplier"},
      {R"(,"traffic_curve":[{"at_s":0,"multiplier":1,"at":1}])", "traffic_curve/0/at"},
      {R"(,"traffic_curve":[{"at_s":5,"multiplier":1},{"at_s":5,"multiplier":2}])", "traffic_curve/1/at_s"},
      {R"(,"traffic_curve":[{"at_s":5,"multiplier":1},{"at_s":4,"multiplier":2}])", "traffic_curve/1/at_s"}};
  for (const auto& [members, field] : bad) {
    EXPECT_EQ(errors_of("festival", festival_with(members)), std::string("/phases/0/") + field) << members;
  }
}

TEST(ResourceReader, ChecksEveryField) {
  for (const FieldCase& c : field_cases()) {
    for (const char* value : c.good)
      EXPECT_EQ(errors_of(c.type, with(c.type, c.field, value)), "")
          << c.type << " " << c.field << " " << value;
    for (const auto& [value, rest] : c.bad) {
      EXPECT_EQ(errors_of(c.type, with(c.type, c.field, value)), std::string("/") + c.field + rest)
          << c.type << " " << value;
    }
  }
}

// The table above has all fields of all types: what is shown and not in it would be a field without a test.
TEST(ResourceReader, TableNamesEveryShownField) {
  for (int type = 0; type < kResourceTypes; ++type) {
    const std::string name(type_name(static_cast<ResourceType>(type)));
    ResourceDoc doc;
    ASSERT_EQ(errors_of(name, sample_body(name), &doc), "");
    std::string shown;
    append_resource(shown, doc);
    const JsonTree tree = *JsonTree::parse(shown);
    std::size_t fields = 0;
    for (const auto& [field, value] : *tree.as_object()) {
      const auto named = [&, &f = field](const FieldCase& c) { return c.type == name && c.field == f; };
      EXPECT_TRUE(std::ranges::any_of(field_cases(), named)) << name << " " << field;
      ++fields;
    }
    EXPECT_EQ(std::ranges::count_if(field_cases(), [&](const FieldCase& c) { return c.type == name; }),
              static_cast<std::ptrdiff_t>(fields))
        << name;
  }
}

TEST(ResourceReader, AsksForRequiredFields) {
  const std::pair<const char*, std::vector<const char*>> required[] = {
      {"advertiser", {"name"}},
      {"campaign", {"advertiser_id", "name", "pricing"}},
      {"ad_group", {"campaign_id", "name", "bid_micros"}},
      {"ad", {"ad_group_id", "item_id", "title", "landing_url"}},
      {"keyword", {"ad_group_id", "text", "match"}},
      {"placement", {"kind", "position_ctr"}},
      {"festival", {"name", "phases"}}};
  for (const auto& [type, fields] : required) {
    std::string all;
    for (const char* field : fields) {
      EXPECT_EQ(errors_of(type, without(type, field)), std::string("/") + field) << type;
      all += (all.empty() ? "/" : " /") + std::string(field);
    }
    EXPECT_EQ(errors_of(type, "{}"), all) << type;
    EXPECT_EQ(errors_of(type, "{\"id\":\"x\",\"id\":\"x\"}").substr(0, 3), "/id") << type;
  }
}

TEST(ResourceReader, NamesUnknownFieldsOfEveryType) {
  for (int type = 0; type < kResourceTypes; ++type) {
    const std::string name(type_name(static_cast<ResourceType>(type)));
    EXPECT_EQ(errors_of(name, with(name, "nmae", "null")), "/nmae");
  }
}

TEST(ResourceReader, ComparesTimesOfACampaign) {
  const auto campaign = [](const char* start, const char* end) {
    return std::string(R"({"advertiser_id":"s","name":"n","pricing":"cpm","start_time":")") + start +
           R"(","end_time":")" + end + "\"}";
  };
  EXPECT_EQ(errors_of("campaign", campaign("2024-11-11T00:00:00+08:00", "2024-11-10T16:00:01Z")), "");
  EXPECT_EQ(errors_of("campaign", campaign("2024-11-11T00:00:00+08:00", "2024-11-10T16:00:00Z")),
            "/end_time");
}

TEST(ResourceReader, IdMustAgreeAndTimesAreIgnored) {
  EXPECT_EQ(errors_of("advertiser", R"({"id":"x","created_at":5,"updated_at":"?","name":"n"})"), "");
  EXPECT_EQ(errors_of("advertiser", R"({"id":"y","name":"n"})"), "/id");
  EXPECT_EQ(errors_of("advertiser", R"({"id":7,"name":"n"})"), "/id");
}

TEST(ResourceReader, BoundsLists) {
  const auto list = [](std::size_t n, auto item) {
    std::string out = "[";
    for (std::size_t i = 0; i < n; ++i) out += (i > 0 ? "," : "") + item(i);
    return out + "]";
  };
  const auto id = [](std::size_t i) { return "\"i" + std::to_string(i) + "\""; };
  EXPECT_EQ(errors_of("ad_group", with("ad_group", "placements", list(kAdGroupPlacementsMax, id))), "");
  EXPECT_EQ(errors_of("ad_group", with("ad_group", "placements", list(kAdGroupPlacementsMax + 1, id))),
            "/placements");
  EXPECT_EQ(errors_of("campaign", with("campaign", "devices", list(kDevicesMax + 1, id))), "/devices");
  EXPECT_EQ(errors_of("campaign", with("campaign", "regions", list(kRegionsMax + 1, id))), "/regions");
  const auto half = [](std::size_t i) { return std::string(i == 0 ? "1" : "0.5"); };
  EXPECT_EQ(errors_of("placement", with("placement", "position_ctr", list(kPositionsMax, half))), "");
  EXPECT_EQ(errors_of("placement", with("placement", "position_ctr", list(kPositionsMax + 1, half))),
            "/position_ctr");
}

// A rule that was tightened after a document was stored does not keep the service from starting.
TEST(ResourceReader, StoredDocumentsMayBreakBounds) {
  ResourceDoc doc;
  EXPECT_EQ(errors_of("ad_group", with("ad_group", "placements", "[]"), &doc, ReadMode::kStored), "");
  EXPECT_EQ(errors_of("ad", with("ad", "landing_url", R"("gopher://h")"), &doc, ReadMode::kStored), "");
  EXPECT_EQ(std::get<AdDoc>(doc).landing_url, "gopher://h");
  EXPECT_EQ(errors_of("ad", with("ad", "landing_url", "5"), &doc, ReadMode::kStored), "/landing_url");
}

// What is written reads back as the same document, with every good value of every field.
TEST(ResourceWriter, WritesWhatReadsBackTheSame) {
  for (const FieldCase& c : field_cases()) {
    for (const char* value : c.good) {
      ResourceDoc doc, again;
      ASSERT_EQ(errors_of(c.type, with(c.type, c.field, value), &doc), "");
      std::string text, text_again;
      append_resource(text, doc);
      ASSERT_EQ(errors_of(c.type, text, &again), "") << text;
      EXPECT_EQ(doc, again) << text;
      append_resource(text_again, again);
      EXPECT_EQ(text, text_again);
    }
  }
}

TEST(ResourceWriter, ShowsAllDefaults) {
  ResourceDoc doc;
  ASSERT_EQ(errors_of("campaign", R"({"advertiser_id":"s","name":"n","pricing":"cpc"})", &doc), "");
  std::string text;
  append_resource(text, doc);
  EXPECT_EQ(
      text,
      R"({"advertiser_id":"s","name":"n","pricing":"cpc","status":"enabled","daily_budget_micros":null,)"
      R"("lifetime_budget_micros":null,"pacing":"even","pacing_method":"throttle","start_time":null,"end_time":null,"schedule":null,)"
      R"("regions":null,"devices":null,"bid_multipliers":null,"frequency_cap":null,"festivals":null})");
  ASSERT_EQ(errors_of("placement", sample_body("placement"), &doc), "");
  text.clear();
  append_resource(text, doc);
  EXPECT_EQ(
      text,
      R"({"kind":"search","position_ctr":[1,0.5],"accepts":["cpc","cpm"],"mechanism":"gsp","reserve_cpc_micros":0,)"
      R"("reserve_cpm_micros":0,"increment_cpc_micros":10000,"increment_cpm_micros":100000,"squash":1,)"
      R"("max_ads_per_advertiser":1,"default_pctr":0.02})");
  ASSERT_EQ(errors_of("festival", festival_with(""), &doc), "");
  text.clear();
  append_resource(text, doc);
  EXPECT_EQ(
      text,
      R"({"name":"F","phases":[{"name":"p","start":"2024-11-01T00:00:00Z","end":"2024-11-02T00:00:00Z",)"
      R"("boost":1,"traffic_multiplier":1,"traffic_curve":null}],"categories":null})");
}

TEST(ResourceWriter, TrafficOfAPhaseReadsBackTheSame) {
  ResourceDoc doc, again;
  const std::string members =
      R"(,"boost":1.5,"traffic_multiplier":2.000001,"traffic_curve":[{"at_s":0,"multiplier":20},{"at_s":3600,"multiplier":1.25}])";
  ASSERT_EQ(errors_of("festival", festival_with(members), &doc), "");
  const FestivalPhase& phase = std::get<FestivalDoc>(doc).phases[0];
  EXPECT_EQ(phase.traffic_multiplier, Factor{2'000'001});
  EXPECT_EQ(phase.traffic_curve, (std::vector<TrafficPoint>{{0, {20'000'000}}, {3'600, {1'250'000}}}));
  std::string text;
  append_resource(text, doc);
  EXPECT_NE(text.find(members), std::string::npos) << text;
  ASSERT_EQ(errors_of("festival", text, &again), "");
  EXPECT_EQ(doc, again);
}

}  // namespace
}  // namespace gavel
