#include "api/resources/registry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/api/stored_world.h"

namespace gavel {
namespace {

constexpr const char* kTypes[] = {"advertiser", "placement", "festival", "campaign",
                                  "ad_group",   "ad",        "keyword"};

using RegistryTest = StoredWorldTest;

TEST_F(RegistryTest, CreatesReplacesAndDeletesEveryType) {
  put_samples(*world);
  for (const char* type : kTypes) {
    const std::string id(sample_id(type));
    const JsonTree shown = world->tree(type, id);
    EXPECT_EQ(shown["id"].text_or_empty(), id);
    EXPECT_EQ(shown["created_at"].text_or_empty(), "2024-11-01T00:00:00Z");
    // What is shown can be put back, and changes nothing.
    const std::string before = world->get(type, id);
    const OperationOutcome again = world->put(type, id, before);
    EXPECT_EQ(summary(again), "200") << type;
    EXPECT_EQ(again.body, before);
    EXPECT_EQ(world->get(type, id), before);
  }
  const std::size_t changes = world->changes().items().size();
  EXPECT_EQ(changes, 7U);
  for (const char* type : {"keyword", "ad", "ad_group", "campaign", "festival", "placement", "advertiser"}) {
    const std::string id(sample_id(type));
    EXPECT_EQ(summary(world->remove(type, id)), "204") << type;
    EXPECT_EQ(world->get(type, id), "");
    EXPECT_EQ(summary(world->remove(type, id)), "404") << type;
    EXPECT_EQ(summary(world->patch(type, id, "{}")), "404") << type;
  }
  for (int type = 0; type < kResourceTypes; ++type) EXPECT_EQ(world->catalog().counts().live[type], 0U);
}

TEST_F(RegistryTest, RaisesRevisionAndUpdatedAtByChangesOnly) {
  const OperationOutcome made = world->put("advertiser", "s1", R"({"name":"a"})");
  EXPECT_EQ(made.etag, "\"1\"");
  ASSERT_TRUE(world->clock.advance(world->clock.now() + std::chrono::seconds(5)).has_value());
  EXPECT_EQ(world->put("advertiser", "s1", R"({"name":"a","status":"active"})").etag, "\"1\"");
  EXPECT_EQ(world->patch("advertiser", "s1", "{}").etag, "\"1\"");
  EXPECT_EQ(world->tree("advertiser", "s1")["updated_at"].text_or_empty(), "2024-11-01T00:00:00Z");
  const OperationOutcome changed = world->patch("advertiser", "s1", R"({"name":"b"})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.etag, "\"2\"");
  const JsonTree shown = world->tree("advertiser", "s1");
  EXPECT_EQ(shown["created_at"].text_or_empty(), "2024-11-01T00:00:00Z");
  EXPECT_EQ(shown["updated_at"].text_or_empty(), "2024-11-01T00:00:05Z");
  // A tag never comes again, not even over a deletion.
  EXPECT_EQ(world->remove("advertiser", "s1").status, 204);
  const OperationOutcome revived = world->put("advertiser", "s1", R"({"name":"b"})");
  EXPECT_EQ(revived.status, 201);
  EXPECT_EQ(revived.etag, "\"4\"");
}

struct PatchCase {
  const char* patch;
  const char* summary;
  const char* pointer;  // into the document afterwards
  const char* value;
};

TEST_F(RegistryTest, PatchChangesOnlyWhatItNames) {
  put_samples(*world);
  ASSERT_EQ(
      summary(world->patch("campaign", "c1",
                           R"({"daily_budget_micros":5,"bid_multipliers":{"device":{"mobile":1.1,"pc":0.9}},)"
                           R"("frequency_cap":{"impressions":3,"window_s":60},"regions":["CN"]})")),
      "200");
  const PatchCase cases[] = {
      {R"({"name":"N"})", "200", "/name", R"("N")"},
      {R"({"name":"N"})", "200", "/daily_budget_micros", "5"},
      {R"({"bid_multipliers":{"device":{"mobile":null}}})", "200", "/bid_multipliers/device",
       R"({"pc":0.9})"},
      {R"({"bid_multipliers":{"region":{"CN":2}}})", "200", "/bid_multipliers",
       R"({"device":{"pc":0.9},"region":{"CN":2}})"},
      {R"({"bid_multipliers":{"device":{"pc":null},"region":null}})", "200", "/bid_multipliers", "null"},
      {R"({"frequency_cap":{"impressions":4}})", "200", "/frequency_cap",
       R"({"impressions":4,"window_s":60})"},
      {R"({"frequency_cap":{"window_s":null}})", "400 /frequency_cap/window_s", "/frequency_cap/window_s",
       "60"},
      {R"({"frequency_cap":null})", "200", "/frequency_cap", "null"},
      {R"({"frequency_cap":{"impressions":1,"window_s":5}})", "200", "/frequency_cap/window_s", "5"},
      {R"({"regions":["CN-ZJ","CN-SH"]})", "200", "/regions", R"(["CN-ZJ","CN-SH"])"},
      {R"({"regions":[]})", "400 /regions", "/regions/0", R"("CN-ZJ")"},
      {R"({"regions":null})", "200", "/regions", "null"},
      {R"({"status":"paused"})", "200", "/status", R"("paused")"},
      {R"({"status":null})", "200", "/status", R"("enabled")"},
      {R"({"name":null})", "400 /name", "/name", R"("N")"},
      {R"({"nmae":null})", "400 /nmae", "/name", R"("N")"},
      {R"({"name":"x","name":"y"})", "400 /name", "/name", R"("N")"},
      {R"({"id":"c2"})", "400 /id", "/id", R"("c1")"},
      {R"({"id":"c1","created_at":null})", "200", "/id", R"("c1")"},
      {R"({"start_time":"2024-11-02T00:00:00Z","end_time":"2024-11-02T00:00:00Z"})", "400 /end_time",
       "/start_time", "null"},
      {R"({"start_time":"2024-11-02T00:00:00+08:00"})", "200", "/start_time", R"("2024-11-01T16:00:00Z")"},
      {R"({"end_time":"2024-11-01T00:00:00Z"})", "400 /end_time", "/end_time", "null"},
      {R"({"pricing":"cpm"})", "409 /pricing", "/pricing", R"("cpc")"},
      {R"({"advertiser_id":"s2"})", "409 /advertiser_id", "/advertiser_id", R"("s1")"},
      {R"([1])", "400 ", "/name", R"("N")"},
      {R"({"festivals":[{"festival_id":"f1"},{"festival_id":"nix"}]})", "400 /festivals/1/festival_id",
       "/festivals/0/festival_id", R"("f1")"},
      {R"({"festivals":null})", "200", "/festivals", "null"}};
  for (const PatchCase& c : cases) {
    EXPECT_EQ(summary(world->patch("campaign", "c1", c.patch)), c.summary) << c.patch;
    const JsonTree shown = world->tree("campaign", "c1");
    const JsonTree* found = shown.at(c.pointer);
    ASSERT_NE(found, nullptr) << c.patch << " " << shown.dump();
    EXPECT_EQ(found->dump(), c.value) << c.patch;
  }
}

TEST_F(RegistryTest, RefusesReferencesToWhatIsNotThere) {
  put_samples(*world);
  EXPECT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s9","name":"n","pricing":"cpc"})")),
            "400 /advertiser_id");
  EXPECT_EQ(summary(world->put("ad_group", "g2",
                               R"({"campaign_id":"c1","name":"n","bid_micros":1,"placements":["p1","p9"]})")),
            "400 /placements/1");
  EXPECT_EQ(summary(world->put("ad", "a2",
                               R"({"ad_group_id":"c1","item_id":"i","title":"t","landing_url":"http://h"})")),
            "400 /ad_group_id");
  EXPECT_EQ(summary(world->put("keyword", "k2", R"({"ad_group_id":"g9","text":"x","match":"exact"})")),
            "400 /ad_group_id");
  // A deleted one is not there either.
  ASSERT_EQ(summary(world->remove("ad_group", "g1", true)), "204");
  EXPECT_EQ(summary(world->put("ad", "a2",
                               R"({"ad_group_id":"g1","item_id":"i","title":"t","landing_url":"http://h"})")),
            "400 /ad_group_id");
  EXPECT_EQ(world->internal_id("ad", "a2"), Interner::kAbsent) << "a refused id must not be interned";
}

TEST_F(RegistryTest, ParentsAndPricingNeverChange) {
  put_samples(*world);
  ASSERT_EQ(summary(world->put("advertiser", "s2", R"({"name":"b"})")), "201");
  ASSERT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s2","name":"n","pricing":"cpc"})")),
            "201");
  ASSERT_EQ(summary(world->put("ad_group", "g2", R"({"campaign_id":"c2","name":"n","bid_micros":1})")),
            "201");
  EXPECT_EQ(summary(world->put("campaign", "c1", R"({"advertiser_id":"s2","name":"n","pricing":"cpc"})")),
            "409 /advertiser_id");
  EXPECT_EQ(summary(world->put("campaign", "c1", R"({"advertiser_id":"s1","name":"n","pricing":"cpm"})")),
            "409 /pricing");
  EXPECT_EQ(summary(world->put("ad_group", "g1", R"({"campaign_id":"c2","name":"n","bid_micros":1})")),
            "409 /campaign_id");
  EXPECT_EQ(summary(world->put("ad", "a1",
                               R"({"ad_group_id":"g2","item_id":"i","title":"t","landing_url":"http://h"})")),
            "409 /ad_group_id");
  EXPECT_EQ(summary(world->put("keyword", "k1", R"({"ad_group_id":"g2","text":"x","match":"exact"})")),
            "409 /ad_group_id");
  // A deleted one comes back under its parent only.
  const std::uint32_t internal = world->internal_id("campaign", "c2");
  ASSERT_EQ(summary(world->remove("campaign", "c2", true)), "204");
  EXPECT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s1","name":"n","pricing":"cpc"})")),
            "409 /advertiser_id");
  EXPECT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s2","name":"n","pricing":"cpm"})")),
            "409 /pricing");
  EXPECT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s2","name":"new","pricing":"cpc"})")),
            "201");
  EXPECT_EQ(world->internal_id("campaign", "c2"), internal);
  EXPECT_EQ(world->get("ad_group", "g2"), "") << "children stay deleted";
}

TEST_F(RegistryTest, OpeningBalanceIsTakenOnce) {
  ASSERT_EQ(summary(world->put("advertiser", "s1", R"({"name":"a","balance_micros":1000})")), "201");
  ASSERT_EQ(summary(world->put("advertiser", "s2", R"({"name":"b"})")), "201");
  struct Case {
    const char* id;
    bool patch;
    const char* body;
    const char* summary;
  };
  const Case cases[] = {{"s1", false, R"({"name":"x"})", "200"},
                        {"s1", false, R"({"name":"x","balance_micros":null})", "200"},
                        {"s1", false, R"({"name":"x","balance_micros":1000})", "200"},
                        {"s1", false, R"({"name":"x","balance_micros":1001})", "409 /balance_micros"},
                        {"s1", true, R"({"balance_micros":1001})", "409 /balance_micros"},
                        {"s1", true, R"({"balance_micros":null})", "409 /balance_micros"},
                        {"s1", true, R"({"balance_micros":1000})", "200"},
                        {"s2", false, R"({"name":"b","balance_micros":5})", "409 /balance_micros"},
                        {"s2", true, R"({"balance_micros":null})", "200"}};
  for (const Case& c : cases) {
    const OperationOutcome outcome =
        c.patch ? world->patch("advertiser", c.id, c.body) : world->put("advertiser", c.id, c.body);
    EXPECT_EQ(summary(outcome), c.summary) << c.body;
    if (outcome.status == 409) {
      EXPECT_NE(outcome.errors[0].reason.find("deposits"), std::string::npos);
    }
  }
  EXPECT_EQ(world->tree("advertiser", "s1")["balance_micros"].int_or_zero(), 1000);
  ASSERT_EQ(summary(world->remove("advertiser", "s1")), "204");
  EXPECT_EQ(summary(world->put("advertiser", "s1", R"({"name":"x","balance_micros":1})")),
            "409 /balance_micros");
  EXPECT_EQ(summary(world->put("advertiser", "s1", R"({"name":"x"})")), "201");
  EXPECT_EQ(world->tree("advertiser", "s1")["balance_micros"].int_or_zero(), 1000);
}

TEST_F(RegistryTest, HonoursPreconditions) {
  ASSERT_EQ(world->put("advertiser", "s1", R"({"name":"a"})").etag, "\"1\"");
  struct Case {
    OperationKind kind;
    const char* id;
    const char* if_match;
    const char* if_none_match;
    int status;
  };
  const auto put = OperationKind::kPut, patch = OperationKind::kPatch, remove = OperationKind::kDelete;
  const Case cases[] = {{put, "s1", "\"2\"", "", 412},
                        {put, "s1", "W/\"1\"", "", 412},
                        {put, "s1", "1", "", 412},
                        {put, "s9", "*", "", 412},
                        {put, "s9", "\"1\"", "", 412},
                        {put, "s1", "", "*", 412},
                        {put, "s1", "", "\"1\"", 412},
                        {put, "s1", "", "W/\"1\"", 412},
                        {put, "s1", "", "\"7\"", 200},
                        {patch, "s1", "\"2\"", "", 412},
                        {patch, "s9", "*", "", 404},
                        {remove, "s1", "\"2\"", "", 412},
                        {put, "s1", "\"3\", \"1\"", "", 200},
                        {put, "s1", "*", "", 200},
                        {patch, "s1", "\"1\"", "", 200},
                        {put, "s2", "", "*", 201},
                        {remove, "s1", "\"1\"", "", 204}};
  for (const Case& c : cases) {
    const ResourceOperation operation{.kind = c.kind,
                                      .type = ResourceType::kAdvertiser,
                                      .id = c.id,
                                      .if_match = c.if_match,
                                      .if_none_match = c.if_none_match};
    EXPECT_EQ(world->apply(operation, R"({"name":"a"})").status, c.status)
        << c.id << " " << c.if_match << " " << c.if_none_match;
  }
}

TEST_F(RegistryTest, SetsLimitsBeforeItAnswers) {
  ASSERT_EQ(summary(world->put("advertiser", "s1",
                               R"({"name":"a","balance_micros":1000,"daily_budget_micros":50})")),
            "201");
  ASSERT_EQ(
      summary(world->put(
          "campaign", "c1",
          R"({"advertiser_id":"s1","name":"n","pricing":"cpm","daily_budget_micros":10,"lifetime_budget_micros":20})")),
      "201");
  const auto check = [&](std::int64_t daily, std::int64_t lifetime) {
    const CampaignAccount& account = world->accounts[CampaignIx{world->internal_id("campaign", "c1")}];
    EXPECT_EQ(account.daily_budget.load(), daily);
    EXPECT_EQ(account.lifetime_budget.load(), lifetime);
    EXPECT_EQ(account.advertiser.load(), world->internal_id("advertiser", "s1"));
    const AdvertiserAccount& advertiser =
        world->accounts[AdvertiserIx{world->internal_id("advertiser", "s1")}];
    EXPECT_EQ(advertiser.opening_balance.load(), 1000);
    EXPECT_EQ(advertiser.daily_budget.load(), 50);
  };
  check(10, 20);
  ASSERT_EQ(
      summary(world->patch("campaign", "c1", R"({"daily_budget_micros":5,"lifetime_budget_micros":null})")),
      "200");
  check(5, kNoLimit);
  // Tokens of a deleted campaign still charge, within its limits; so after a restart.
  ASSERT_EQ(summary(world->remove("advertiser", "s1", true)), "204");
  check(5, kNoLimit);
  reopen();
  check(5, kNoLimit);
}

TEST_F(RegistryTest, CutsKeywordsAndStoresTheWords) {
  put_samples(*world);
  EXPECT_EQ(summary(world->put("keyword", "k2", R"({"ad_group_id":"g1","text":"!?，","match":"exact"})")),
            "400 /text");
  EXPECT_EQ(summary(world->put(
                "keyword", "k2",
                R"({"ad_group_id":"g1","text":"a b c d e f g h i j k l m n o p q","match":"exact"})")),
            "400 /text");
  EXPECT_EQ(
      summary(world->put("keyword", "k2",
                         R"({"ad_group_id":"g1","text":"a b c d e f g h i j k l m n o p","match":"exact"})")),
      "201");
  EXPECT_EQ(
      summary(world->put("keyword", "k3", R"({"ad_group_id":"g1","text":"Red, DRESS!","match":"exact"})")),
      "201");
  EXPECT_EQ(world->registry->get(ResourceType::kKeyword, "k3")->words,
            (std::vector<std::string>{"red", "dress"}));
  EXPECT_EQ(world->tree("keyword", "k3")["text"].text_or_empty(), "Red, DRESS!");
}

struct RoleCase {
  const char* type;
  const char* id;
  OperationKind kind;
  const char* body;
  const char* summary;
};

TEST_F(RegistryTest, AdvertisersWriteTheirOwnOnly) {
  put_samples(*world);
  ASSERT_EQ(summary(world->patch("ad", "a1", R"({"quality":2,"pctr":0.5})")), "200");
  ASSERT_EQ(summary(world->put("advertiser", "s2", R"({"name":"b","shop_score":2,"balance_micros":5})")),
            "201");
  ASSERT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s2","name":"n","pricing":"cpc"})")),
            "201");
  world->principal = {Role::kAdvertiser, "s1", "advertiser:test"};
  const auto put = OperationKind::kPut, patch = OperationKind::kPatch, remove = OperationKind::kDelete;
  const RoleCase cases[] = {
      {"advertiser", "s1", patch, R"({"name":"own"})", "200"},
      {"advertiser", "s1", put, R"({"name":"own2","daily_budget_micros":9})", "200"},
      {"advertiser", "s1", patch, R"({"shop_score":3})", "403 /shop_score"},
      {"advertiser", "s1", patch, R"({"status":"suspended"})", "403 /status"},
      {"advertiser", "s1", patch, R"({"balance_micros":5})", "403 /balance_micros"},
      {"advertiser", "s1", remove, "", "403"},
      {"advertiser", "s2", patch, R"({"name":"x"})", "404"},
      {"advertiser", "s2", put, R"({"name":"x"})", "404"},
      {"advertiser", "s2", remove, "", "404"},
      {"advertiser", "s3", put, R"({"name":"x"})", "403"},
      {"campaign", "c2", patch, R"({"name":"x"})", "404"},
      {"campaign", "c2", put, R"({"advertiser_id":"s1","name":"n","pricing":"cpc"})", "404"},
      {"campaign", "c2", remove, "", "404"},
      {"campaign", "c3", put, R"({"advertiser_id":"s2","name":"n","pricing":"cpc"})", "404 /advertiser_id"},
      {"campaign", "c3", put, R"({"advertiser_id":"s1","name":"n","pricing":"cpc"})", "201"},
      {"ad_group", "g3", put, R"({"campaign_id":"c2","name":"n","bid_micros":1})", "404 /campaign_id"},
      {"placement", "p1", patch, "{}", "403"},
      {"placement", "p2", put, R"({"kind":"search","position_ctr":[1]})", "403"},
      {"festival", "f1", remove, "", "403"},
      {"ad", "a1", patch, R"({"quality":3})", "403 /quality"},
      {"ad", "a1", patch, R"({"pctr":null,"pcvr":0.5})", "403 /pctr /pcvr"},
      {"ad", "a1", patch, R"({"quality":2,"pctr":0.5,"title":"new"})", "200"},
      {"ad", "a1", put, R"({"ad_group_id":"g1","item_id":"i","title":"newer","landing_url":"http://h"})",
       "200"},
      {"ad", "a2", put,
       R"({"ad_group_id":"g1","item_id":"i","title":"t","landing_url":"http://h","quality":1.5})",
       "403 /quality"},
      {"ad", "a2", put,
       R"({"ad_group_id":"g1","item_id":"i","title":"t","landing_url":"http://h","quality":1,"pctr":null})",
       "201"},
      {"keyword", "k1", remove, "", "204"}};
  for (const RoleCase& c : cases) {
    EXPECT_EQ(summary(world->apply({.kind = c.kind, .type = *type_from_name(c.type), .id = c.id}, c.body)),
              c.summary)
        << c.type << " " << c.id << " " << c.body;
  }
  // A PUT that leaves admin's fields out keeps them.
  EXPECT_EQ(world->tree("ad", "a1")["quality"].dump(), "2");
  EXPECT_EQ(world->tree("ad", "a1")["pctr"].dump(), "0.5");
  for (const char* type : {"advertiser", "campaign", "ad_group", "ad"}) {
    EXPECT_EQ(summary(world->put(type, sample_id(type), world->get(type, sample_id(type)))), "200") << type;
  }
  EXPECT_EQ(world->tree("advertiser", "s2")["name"].text_or_empty(), "b");
}

TEST_F(RegistryTest, AnAbandonedTransactionLeavesNothing) {
  put_samples(*world);
  const std::string before = world->dump();
  JsonParser parser;
  {
    Transaction transaction(*world->registry);
    const JsonNode body{*parser.parse(sample_body("advertiser")), {}};
    EXPECT_EQ(transaction.apply({.id = "s5", .body = &body}, world->principal).status, 201);
    EXPECT_EQ(transaction.apply({.id = "s5", .body = &body}, world->principal).status, 200)
        << "it is seen by those after it";
    EXPECT_EQ(transaction
                  .apply({.kind = OperationKind::kDelete, .type = ResourceType::kKeyword, .id = "k1"},
                         world->principal)
                  .status,
              204);
  }
  EXPECT_EQ(world->dump(), before);
  EXPECT_EQ(world->internal_id("advertiser", "s5"), Interner::kAbsent);
  EXPECT_EQ(world->changes().items().size(), 7U);
}

// Else a charge that was decided by a higher budget could become durable after the lower one was answered.
TEST_F(RegistryTest, WaitsForChargesDecidedByTheLimitsOfBefore) {
  put_samples(*world);
  EXPECT_EQ(world->settled, 0);  // nobody was charged under what was not there
  EXPECT_EQ(summary(world->patch("ad", "a1", R"({"title":"another"})")), "200");
  EXPECT_EQ(world->settled, 0);
  EXPECT_EQ(summary(world->patch("campaign", "c1", R"({"daily_budget_micros":1000})")), "200");
  EXPECT_EQ(world->settled, 1);
  EXPECT_EQ(summary(world->patch("advertiser", "s1", R"({"daily_budget_micros":1000})")), "200");
  EXPECT_EQ(world->settled, 2);
}

}  // namespace
}  // namespace gavel
