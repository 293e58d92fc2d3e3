// Reports: grouping against a slow twin, order and pages, figures, what is asked for, JSON and CSV from
// outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "api/handlers/report_query.h"
#include "api/handlers/report_table.h"
#include "api/json/json_reader.h"
#include "api/json/timestamp.h"
#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

using testing::ElementsAre;

constexpr std::array<ReportColumn, kReportColumns> kAllColumns{
    ReportColumn::kDay,      ReportColumn::kHour,      ReportColumn::kAdvertiser,
    ReportColumn::kCampaign, ReportColumn::kAdGroup,   ReportColumn::kAd,
    ReportColumn::kKeyword,  ReportColumn::kPlacement, ReportColumn::kFestival};

class ReportTableTest : public testing::Test {
 protected:
  ReportTableTest() {
    for (int i = 0; i < 5; ++i) {
      // Names whose order is not that of their numbers.
      for (Interner& ids : symbols_.ids) ids.intern(std::string(1, static_cast<char>('e' - i)));
    }
  }
  std::string name(ReportColumn column, std::uint32_t number) const {
    return number == 0xFFFFFFFF ? "" : std::string(symbols_.of(*info_of(column).id_of).at(number));
  }
  std::string text_of(ReportColumn column, const ReportKey& key) const {
    switch (column) {
      case ReportColumn::kDay:
        return key.hour < kNoon + std::chrono::hours{12} ? "2026-11-11" : "2026-11-12";
      case ReportColumn::kHour:
        return std::to_string(to_micros(key.hour));  // ordered like the times they show
      case ReportColumn::kAdvertiser:
        return name(column, key.advertiser.value);
      case ReportColumn::kCampaign:
        return name(column, key.campaign.value);
      case ReportColumn::kAdGroup:
        return name(column, key.ad_group.value);
      case ReportColumn::kAd:
        return name(column, key.ad.value);
      case ReportColumn::kKeyword:
        return name(column, key.keyword.value);
      case ReportColumn::kPlacement:
        return name(column, key.placement.value);
      case ReportColumn::kFestival:
        return name(column, key.festival.value);
    }
    return "";
  }
  ReportKey random_key() {
    const auto number = [this] { return static_cast<std::uint32_t>(random_() % 5); };
    const auto maybe = [&] { return random_() % 3 == 0 ? 0xFFFFFFFF : number(); };
    return {.advertiser = {number()},
            .hour = kNoon + std::chrono::hours{number() * 6},
            .campaign = {number()},
            .ad_group = {number()},
            .ad = {number()},
            .keyword = {maybe()},
            .placement = {number()},
            .festival = {maybe()}};
  }
  ReportCounters random_counters() {
    const auto count = [this] { return static_cast<std::int64_t>(random_() % 1'000); };
    return {count(), count(), count(), count(), count(), count()};
  }

  Symbols symbols_;
  const Calendar calendar_ = *Calendar::load("Asia/Shanghai");
  std::mt19937 random_{11};
};

// Seconds of 32 bits made them hours of 1970.
TEST_F(ReportTableTest, HoursAfter2106AndBefore1970AreShownAndInOrder) {
  ReportQuery query;
  query.group_by = {ReportColumn::kHour};
  ReportTable table(query, calendar_, symbols_);
  for (const char* text :
       {"9998-12-31T23:00:00Z", "2024-11-11T00:00:00Z", "2106-02-07T07:00:00Z", "1969-12-31T23:00:00Z"}) {
    ReportKey key = random_key();
    ASSERT_TRUE(parse_timestamp(text, key.hour));
    ASSERT_TRUE(table.add(key, random_counters()));
  }
  std::vector<std::string> hours;
  for (const ReportRow& row : table.page(10).rows) hours.push_back(row.key[0]);
  EXPECT_THAT(hours, ElementsAre("1969-12-31T23:00:00Z", "2024-11-11T00:00:00Z", "2106-02-07T07:00:00Z",
                                 "9998-12-31T23:00:00Z"));
}

// They ended the process.
TEST_F(ReportTableTest, IdsThatNothingHasAreNull) {
  ReportQuery query;
  query.group_by = {ReportColumn::kAd};
  ReportTable table(query, calendar_, symbols_);
  for (const std::uint32_t ad : {3u, 900u, 4'000'000'000u, 2u, 900u}) {
    ReportKey key = random_key();
    key.ad = {ad};
    ASSERT_TRUE(table.add(key, {.clicks = 1}));
  }
  const ReportTable::Page page = table.page(10);
  ASSERT_EQ(page.rows.size(), 3u);
  EXPECT_EQ(page.rows[0].key[0], "");
  EXPECT_EQ(page.rows[0].counters.clicks, 3);
}

TEST_F(ReportTableTest, AnyGroupingEqualsItsSlowTwin) {
  for (int round = 0; round < 200; ++round) {
    ReportQuery query;
    for (const ReportColumn column : kAllColumns) {
      if (random_() % 3 == 0) query.group_by.push_back(column);
    }
    std::shuffle(query.group_by.begin(), query.group_by.end(), random_);
    if (random_() % 2 == 0) query.filters[2 + random_() % 7] = random_() % 5;
    ReportTable table(query, calendar_, symbols_);
    std::map<std::vector<std::string>, ReportCounters> twin;
    if (query.group_by.empty()) twin[{}];
    for (int i = 0; i < 100; ++i) {
      const ReportKey key = random_key();
      const ReportCounters counters = random_counters();
      ASSERT_TRUE(table.add(key, counters));
      if (!query.keeps(key)) continue;
      std::vector<std::string> group;
      for (const ReportColumn column : query.group_by) group.push_back(text_of(column, key));
      twin[group].add(counters);
    }
    // The same rows in the same order, read in pages of three.
    auto expected = twin.begin();
    for (bool more = true; more;) {
      const ReportTable::Page page = table.page(3);
      more = page.more;
      for (const ReportRow& row : page.rows) {
        ASSERT_NE(expected, twin.end());
        for (std::size_t i = 0; i < query.group_by.size(); ++i) {
          if (query.group_by[i] == ReportColumn::kHour) continue;  // shown as a time here, a number there
          ASSERT_EQ(row.key[i], expected->first[i]);
        }
        ASSERT_EQ(row.counters.cost_micros, expected->second.cost_micros);
        ASSERT_EQ(row.counters.impressions, expected->second.impressions);
        ASSERT_EQ(row.counters.value_micros, expected->second.value_micros);
        ++expected;
      }
      if (more) query.after = page.rows.back().key;
    }
    ASSERT_EQ(expected, twin.end());
  }
}

TEST_F(ReportTableTest, TooManyGroupsAreRefused) {
  ReportQuery query;
  query.group_by = {ReportColumn::kAd};
  ReportTable table(query, calendar_, symbols_, 2);
  ReportKey key = random_key();
  for (const std::uint32_t ad : {0u, 1u, 0u, 1u}) {
    key.ad = {ad};
    EXPECT_TRUE(table.add(key, {}));
  }
  key.ad = {2};
  EXPECT_FALSE(table.add(key, {}));
}

TEST_F(ReportTableTest, FiguresAreRoundedHalfToEvenAndNullOverZero) {
  ReportQuery query;
  const auto json = [&](const ReportCounters& counters) {
    std::string out;
    write_report_json(query, {.rows = {{.key = {}, .counters = counters}}, .more = false}, out);
    return out;
  };
  EXPECT_EQ(json({}), R"({"rows":[{"impressions":0,"clicks":0,"conversions":0,"cost_micros":0,)"
                      R"("uncharged_micros":0,"value_micros":0,"ctr":null,"average_cpc_micros":null,)"
                      R"("average_cpm_micros":null,"roas":null}],"next_page_token":null})");
  EXPECT_EQ(
      json({.impressions = 3,
            .clicks = 2,
            .conversions = 1,
            .cost_micros = 5,
            .uncharged_micros = 7,
            .value_micros = 11}),
      R"({"rows":[{"impressions":3,"clicks":2,"conversions":1,"cost_micros":5,"uncharged_micros":7,)"
      R"("value_micros":11,"ctr":0.666666667,"average_cpc_micros":2,"average_cpm_micros":1667,"roas":2.2}],)"
      R"("next_page_token":null})");
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(json({.clicks = 1, .cost_micros = 1, .value_micros = most}),
              testing::HasSubstr(R"("roas":9223372036854775807})"));
}

class ReportQueryTest : public testing::Test {
 protected:
  // Parses "a=b&c=d"; an error gives the parameters at fault, separated by blanks.
  Result<ReportQuery, std::string> parse(std::string_view text, const Principal* principal = nullptr) {
    Request request;
    request.principal = principal;
    while (!text.empty()) {
      const std::string_view one = text.substr(0, text.find('&'));
      text.remove_prefix(std::min(one.size() + 1, text.size()));
      const std::size_t equals = one.find('=');
      request.query_parameters.push_back(
          {std::string(one.substr(0, equals)), std::string(one.substr(equals + 1))});
    }
    request.query_parameter_count = request.query_parameters.size();
    auto query = parse_report_query(request, calendar_, symbols_);
    if (query) return *query;
    std::string names;
    for (const FieldError& error : query.error()) names += (names.empty() ? "" : " ") + error.field;
    return names;
  }
  Symbols symbols_;
  const Calendar calendar_ = *Calendar::load("Asia/Shanghai");
};

TEST_F(ReportQueryTest, ReadsEveryParameter) {
  const std::uint32_t shop = symbols_.of(ResourceType::kAdvertiser).intern("shop");
  const auto query = parse(
      "from=2026-11-11T00:00:00+08:00&to=2026-11-11T16:00:00Z&group_by=keyword,day&advertiser_id=shop&ad_id="
      "x&"
      "page_size=7");
  ASSERT_TRUE(query) << query.error();
  EXPECT_EQ(query->from, kNoon - std::chrono::hours{12});
  EXPECT_EQ(query->to, kNoon + std::chrono::hours{12});
  EXPECT_THAT(query->group_by, ElementsAre(ReportColumn::kKeyword, ReportColumn::kDay));
  EXPECT_EQ(query->filters[static_cast<std::size_t>(ReportColumn::kAdvertiser)], shop);
  EXPECT_EQ(query->filters[static_cast<std::size_t>(ReportColumn::kAd)], ReportQuery::kNoSuchId);
  EXPECT_EQ(query->filters[static_cast<std::size_t>(ReportColumn::kCampaign)], std::nullopt);
  EXPECT_EQ(query->page_size, 7u);
  EXPECT_FALSE(query->csv);
}

TEST_F(ReportQueryTest, EveryWrongParameterIsNamed) {
  const std::string good = "from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z";
  const struct {
    std::string query, fields;
  } cases[] = {
      {"", "from to"},
      {"from=2026-11-11T00:00:00Z", "to"},
      {"from=today&to=2026-11-12T00:00:00Z", "from"},
      {"from=2026-11-11&to=2026-11-12T00:00:00Z", "from"},
      {"from=2026-11-11T00:30:00Z&to=2026-11-12T00:00:00.5Z", "from to"},
      {"from=2026-11-11T00:00:00Z&to=2026-11-11T00:00:00Z", "to"},
      {"from=2026-11-12T00:00:00Z&to=2026-11-11T00:00:00Z", "to"},
      {"from=2025-01-01T00:00:00Z&to=2026-11-11T00:00:00Z", "to"},
      {good + "&group_by=days", "group_by"},
      {good + "&group_by=day,,ad", "group_by"},
      {good + "&group_by=day,ad,day", "group_by"},
      {good + "&campaign_id=&ad_id=a b", "campaign_id ad_id"},
      {good + "&page_size=0", "page_size"},
      {good + "&page_size=10001", "page_size"},
      {good + "&page_size=1x", "page_size"},
      {good + "&page_size=", "page_size"},
      {good + "&page_token=abc", "page_token"},
      {good + "&page_token=", "page_token"},
  };
  for (const auto& c : cases) {
    const auto query = parse(c.query);
    ASSERT_FALSE(query) << c.query;
    EXPECT_EQ(query.error(), c.fields) << c.query;
  }
  EXPECT_TRUE(parse(good + "&group_by="));
}

TEST_F(ReportQueryTest, AWholeHourIsOneOfTheZone) {
  const Calendar kolkata = *Calendar::load("Asia/Kolkata");
  Request request;
  request.query_parameters = {{"from", "2026-11-11T00:30:00Z"}, {"to", "2026-11-11T01:00:00Z"}};
  request.query_parameter_count = 2;
  const auto query = parse_report_query(request, kolkata, symbols_);
  ASSERT_FALSE(query);
  ASSERT_EQ(query.error().size(), 1u);
  EXPECT_EQ(query.error()[0].field, "to");
}

TEST_F(ReportQueryTest, ATokenIsOfOneReportOnly) {
  const std::string good = "from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z";
  const auto query = parse(good + "&group_by=ad,keyword");
  ASSERT_TRUE(query);
  const std::string token = report_page_token(*query, {"a.1", ""});
  const auto next = parse(good + "&group_by=ad,keyword&page_size=5&page_token=" + token);
  ASSERT_TRUE(next);
  EXPECT_THAT(*next->after, ElementsAre("a.1", ""));
  EXPECT_EQ(parse(good + "&group_by=keyword,ad&page_token=" + token).error(), "page_token");
  EXPECT_EQ(parse(good + "&group_by=ad,keyword&ad_id=x&page_token=" + token).error(), "page_token");
  EXPECT_EQ(parse("from=2026-11-11T01:00:00Z&to=2026-11-12T00:00:00Z&group_by=ad,keyword&page_token=" + token)
                .error(),
            "page_token");
}

TEST_F(ReportQueryTest, AnAdvertisersKeySeesItsOwnRowsOnly) {
  const std::uint32_t own = symbols_.of(ResourceType::kAdvertiser).intern("own");
  symbols_.of(ResourceType::kAdvertiser).intern("other");
  const Principal principal{Role::kAdvertiser, "own", "advertiser:1"};
  const std::string good = "from=2026-11-11T00:00:00Z&to=2026-11-12T00:00:00Z";
  const auto filter = [&](std::string_view more) {
    return *parse(good + std::string(more), &principal)
                ->filters[static_cast<std::size_t>(ReportColumn::kAdvertiser)];
  };
  EXPECT_EQ(filter(""), own);
  EXPECT_EQ(filter("&advertiser_id=own"), own);
  EXPECT_EQ(filter("&advertiser_id=other"), ReportQuery::kNoSuchId);
}

class ReportHandlersTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.market.put("home",
                      PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {probability(1)}});
    for (const std::string shop : {"a", "b"}) {
      world_.market.put(LoneAd{.id = shop, .bid = yuan(2)});
    }
    world_.publish();
  }
  // Shows the ad `impressions` times and clicks on `clicks` of them, for 0.5 yuan each.
  void traffic(const std::string& ad, int impressions, int clicks) {
    Claims claims;
    claims.issued_at = world_.clock.now();
    claims.ad = world_.market.ad(ad);
    claims.ad_group = world_.market.ad_group("group-" + ad);
    claims.campaign = world_.market.campaign("campaign-" + ad);
    claims.advertiser = world_.market.advertiser("shop-" + ad);
    claims.placement = world_.market.placement("home");
    claims.price = yuan(0.5);
    claims.position = 1;
    claims.examination = probability(1);
    for (int i = 0; i < impressions; ++i) {
      claims.id = {1, ++serial_};
      const std::string token = world_.seal(claims);
      EXPECT_EQ(world_.get("/v1/impression?t=" + token, "").status, 204);
      if (i >= clicks) continue;
      EXPECT_EQ(world_.get("/v1/click?t=" + token, "").status, 302);
    }
  }
  static constexpr const char* kReport = "/v1/reports?from=2026-11-11T00:00:00Z&to=2026-11-13T00:00:00Z";

  HandlersWorld world_;
  std::uint64_t serial_ = 0;
};

TEST_F(ReportHandlersTest, AnswersInJson) {
  traffic("a", 4, 2);
  world_.advance(std::chrono::hours{12});
  traffic("b", 1, 0);
  const std::string url = std::string(kReport) + "&group_by=day,campaign,keyword";
  EXPECT_EQ(
      world_.get(url).body,
      R"({"rows":[{"day":"2026-11-11","campaign_id":"campaign-a","keyword_id":null,"impressions":4,"clicks":2,)"
      R"("conversions":0,"cost_micros":1000000,"uncharged_micros":0,"value_micros":0,"ctr":0.5,)"
      R"("average_cpc_micros":500000,"average_cpm_micros":250000000,"roas":0},)"
      R"({"day":"2026-11-12","campaign_id":"campaign-b","keyword_id":null,"impressions":1,"clicks":0,)"
      R"("conversions":0,"cost_micros":0,"uncharged_micros":0,"value_micros":0,"ctr":0,)"
      R"("average_cpc_micros":null,"average_cpm_micros":0,"roas":null}],"next_page_token":null})");
  const JsonTree total = HandlersWorld::json(world_.get(kReport))["rows"];
  ASSERT_EQ(total.items().size(), 1u);
  EXPECT_EQ(total[0]["impressions"], JsonTree(5));
  EXPECT_EQ(total[0].find("day"), nullptr);
  const JsonTree hours = HandlersWorld::json(world_.get(std::string(kReport) + "&group_by=hour"))["rows"];
  EXPECT_EQ(hours[0]["hour"], JsonTree("2026-11-11T04:00:00Z"));
  EXPECT_EQ(hours[1]["hour"], JsonTree("2026-11-11T16:00:00Z"));
}

TEST_F(ReportHandlersTest, WithoutTrafficThereIsOneRowOrNone) {
  EXPECT_EQ(HandlersWorld::json(world_.get(kReport))["rows"][0]["ctr"], JsonTree());
  EXPECT_EQ(HandlersWorld::json(world_.get(kReport))["rows"].items().size(), 1u);
  EXPECT_EQ(world_.get(std::string(kReport) + "&group_by=ad").body, R"({"rows":[],"next_page_token":null})");
}

TEST_F(ReportHandlersTest, AnswersInCsv) {
  traffic("a", 3, 1);
  const std::string url = std::string(kReport) + "&group_by=placement,festival";
  const ClientResponse csv = world_.get(url, kAdminKey, {{"Accept", "text/csv"}});
  EXPECT_EQ(csv.header("content-type"), "text/csv; charset=utf-8");
  EXPECT_EQ(
      csv.body,
      "placement_id,festival_id,impressions,clicks,conversions,cost_micros,uncharged_micros,value_micros,ctr,"
      "average_cpc_micros,average_cpm_micros,roas\r\n"
      "home,,3,1,0,500000,0,0,0.333333333,500000,166666667,0\r\n");
  EXPECT_EQ(world_.get(url, kAdminKey, {{"Accept", "application/json, text/csv"}}).header("content-type"),
            "application/json");
}

TEST_F(ReportHandlersTest, PagesFollowEachOther) {
  traffic("a", 1, 0);
  traffic("b", 2, 0);
  const std::string url = std::string(kReport) + "&group_by=ad&page_size=1";
  const JsonTree first = HandlersWorld::json(world_.get(url));
  ASSERT_EQ(first["rows"].items().size(), 1u);
  EXPECT_EQ(first["rows"][0]["ad_id"], JsonTree("a"));
  const std::string token = first["next_page_token"].text_or_empty();
  const JsonTree second = HandlersWorld::json(world_.get(url + "&page_token=" + token));
  EXPECT_EQ(second["rows"][0]["ad_id"], JsonTree("b"));
  EXPECT_TRUE(second["next_page_token"].is_null());
  const ClientResponse csv = world_.get(url, kAdminKey, {{"Accept", "text/csv"}});
  EXPECT_EQ(csv.header("next-page-token"), token);
}

TEST_F(ReportHandlersTest, AnAdvertiserSeesItsOwn) {
  traffic("a", 1, 0);
  traffic("b", 2, 0);
  const auto impressions = [&](std::string_view more) {
    return HandlersWorld::json(world_.get(kReport + std::string(more), kShopKey))["rows"][0]["impressions"];
  };
  EXPECT_EQ(impressions(""), JsonTree(1));
  EXPECT_EQ(impressions("&advertiser_id=shop-b"), JsonTree(0));
  EXPECT_EQ(impressions("&ad_id=b"), JsonTree(0));
  EXPECT_EQ(world_.get(kReport, kPlatformKey).status, 403);
  EXPECT_EQ(world_.get(kReport, "").status, 401);
}

TEST_F(ReportHandlersTest, NamesOfWhatIsDeletedRemain) {
  traffic("a", 1, 0);
  world_.market.erase_ad("a");
  world_.publish();
  const JsonTree rows =
      HandlersWorld::json(world_.get(std::string(kReport) + "&group_by=ad&ad_id=a"))["rows"];
  ASSERT_EQ(rows.items().size(), 1u);
  EXPECT_EQ(rows[0]["ad_id"], JsonTree("a"));
}

TEST_F(ReportHandlersTest, RefusesWhatIsWrong) {
  const ClientResponse response = world_.get("/v1/reports?from=2026-11-11T00:00:00Z&group_by=shop");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(HandlersWorld::fields(response), "group_by to");
  EXPECT_EQ(world_.get(std::string(kReport) + "&groupby=ad").status, 400);
  world_.background_busy = true;
  const ClientResponse busy = world_.get(kReport);
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.header("retry-after"), "1");
}

}  // namespace
}  // namespace gavel
