// Deletes: refused while something points at what would go, or with all of that.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/resources/change_log.h"
#include "api/resources/registry.h"
#include "tests/api/stored_world.h"

namespace gavel {
namespace {

using RegistryCascade = StoredWorldTest;

void put_many_keywords(ResourceWorld& world, std::size_t count) {
  Transaction transaction(*world.registry);
  JsonParser parser;
  for (std::size_t i = 0; i < count; ++i) {
    const JsonNode body{*parser.parse(sample_body("keyword")), {}};
    const std::string id = "k" + std::to_string(1000 + i);
    ASSERT_EQ(
        transaction.apply({.type = ResourceType::kKeyword, .id = id, .body = &body}, world.principal).status,
        201);
  }
  ASSERT_FALSE(transaction.commit());
}

TEST_F(RegistryCascade, DeleteIsRefusedWhileSomethingPointsAtIt) {
  put_samples(*world);
  for (const char* type : {"advertiser", "placement", "festival", "campaign", "ad_group"}) {
    const OperationOutcome outcome = world->remove(type, sample_id(type));
    EXPECT_EQ(outcome.status, 409) << type;
    EXPECT_FALSE(outcome.errors.empty()) << type;
    EXPECT_NE(world->get(type, sample_id(type)), "");
  }
  EXPECT_NE(world->remove("campaign", "c1").errors[0].reason.find("g1"), std::string::npos);
}

TEST_F(RegistryCascade, CascadeTakesTheTreeAlongChildrenFirst) {
  put_samples(*world);
  ASSERT_EQ(summary(world->put("advertiser", "s2", R"({"name":"b"})")), "201");
  ASSERT_EQ(summary(world->put("campaign", "c2", R"({"advertiser_id":"s2","name":"n","pricing":"cpc"})")),
            "201");
  EXPECT_EQ(summary(world->remove("advertiser", "s1", true)), "204");
  for (const char* type : {"advertiser", "campaign", "ad_group", "ad", "keyword"}) {
    EXPECT_EQ(world->get(type, sample_id(type)), "") << type;
  }
  for (const char* kept : {"p1"}) EXPECT_NE(world->get("placement", kept), "");
  EXPECT_NE(world->get("festival", "f1"), "");
  EXPECT_NE(world->get("campaign", "c2"), "");
  const JsonTree log = world->changes();
  std::vector<std::string> deleted;
  for (const JsonTree& entry : log.items()) {
    if (entry["op"].text_or_empty() != "delete") continue;
    deleted.push_back(entry["id"].text_or_empty());
    EXPECT_TRUE(entry["after"].is_null());
  }
  EXPECT_EQ(deleted, (std::vector<std::string>{"a1", "k1", "g1", "c1", "s1"}));
  // Nothing points at them any more.
  EXPECT_EQ(summary(world->remove("placement", "p1")), "204");
  EXPECT_EQ(summary(world->remove("festival", "f1")), "204");
}

TEST_F(RegistryCascade, CascadeOfAPlacementNeverWidensAnAdGroup) {
  put_samples(*world);
  ASSERT_EQ(summary(world->put("placement", "p2", sample_body("placement"))), "201");
  ASSERT_EQ(summary(world->put("ad_group", "g2",
                               R"({"campaign_id":"c1","name":"n","bid_micros":1,"placements":["p1","p2"]})")),
            "201");
  ASSERT_EQ(summary(world->put("ad_group", "g3", R"({"campaign_id":"c1","name":"n","bid_micros":1})")),
            "201");
  EXPECT_EQ(summary(world->remove("placement", "p1", true)), "204");
  EXPECT_EQ(world->get("ad_group", "g1"), "") << "it was for this placement alone";
  EXPECT_EQ(world->get("ad", "a1"), "");
  EXPECT_EQ(world->get("keyword", "k1"), "");
  EXPECT_EQ(world->tree("ad_group", "g2")["placements"].dump(), R"(["p2"])");
  EXPECT_TRUE(world->tree("ad_group", "g3")["placements"].is_null());
}

TEST_F(RegistryCascade, CascadeOfAFestivalTakesItOutOfCampaigns) {
  put_samples(*world);
  const CampaignIx campaign{world->internal_id("campaign", "c1")};
  const FestivalIx festival{world->internal_id("festival", "f1")};
  const FestivalAccountIx account = world->accounts.find_festival(campaign, festival);
  ASSERT_TRUE(account.exists());
  EXPECT_EQ(world->accounts[account].daily_budget.load(), 7);
  EXPECT_EQ(summary(world->remove("festival", "f1", true)), "204");
  EXPECT_TRUE(world->tree("campaign", "c1")["festivals"].is_null());
  EXPECT_EQ(world->accounts[account].daily_budget.load(), 0);
}

TEST_F(RegistryCascade, LongCascadesCommitInParts) {
  put_samples(*world);
  put_many_keywords(*world, 2 * kCascadeRowsPerCommit);
  EXPECT_EQ(summary(world->remove("campaign", "c1", true)), "204");
  EXPECT_EQ(world->catalog().counts().live[static_cast<int>(ResourceType::kKeyword)], 0U);
  EXPECT_EQ(world->catalog().counts().live[static_cast<int>(ResourceType::kCampaign)], 0U);
  const JsonTree log = world->changes();
  EXPECT_EQ(log.items().size(), 7U + 2 * kCascadeRowsPerCommit * 2 + 4);
  std::int64_t seq = 0;
  for (const JsonTree& entry : log.items()) ASSERT_EQ(entry["seq"].int_or_zero(), ++seq);
}

// What a kill leaves of a cascade is a head of the log of changes. In none of them may an ad outlive a
// keyword of its group: that keyword can be the negative one that keeps it off a query.
TEST_F(RegistryCascade, NoPartOfACascadeServesMoreThanTheWhole) {
  for (const char* root : {"ad_group", "campaign", "advertiser", "placement"}) {
    TempDir fresh;
    ResourceWorld shop(fresh.file("db"));
    put_samples(shop);
    put_many_keywords(shop, kCascadeRowsPerCommit + 1);
    const std::size_t before = shop.changes().items().size();
    ASSERT_EQ(summary(shop.remove(root, sample_id(root), true)), "204");
    bool ad_is_gone = false;
    std::size_t keywords_gone = 0;
    const JsonTree log = shop.changes();
    for (std::size_t i = before; i < log.items().size(); ++i) {
      const std::string type(log.items()[i]["type"].text_or_empty());
      if (type == "ad") ad_is_gone = true;
      if (type != "keyword") continue;
      EXPECT_TRUE(ad_is_gone) << root;
      ++keywords_gone;
    }
    EXPECT_EQ(keywords_gone, kCascadeRowsPerCommit + 2) << root;
  }
}

}  // namespace
}  // namespace gavel
