// Where an ad led to at any time: tokens of then redirect there.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/api/stored_world.h"

namespace gavel {
namespace {

using RegistryLandingUrls = StoredWorldTest;

TEST_F(RegistryLandingUrls, AreKeptOfEveryTime) {
  put_samples(*world);
  const AdIx ad{world->internal_id("ad", "a1")};
  const auto url = [&](std::uint32_t revision) {
    return world->store->get(Family::kLandingUrls, landing_url_key(ad, revision)).value_or("");
  };
  EXPECT_EQ(world->catalog()[ad].landing_revision, 1U);
  EXPECT_EQ(url(1), "https://shop.example/1");
  ASSERT_EQ(summary(world->patch("ad", "a1", R"({"title":"x"})")), "200");
  EXPECT_EQ(world->catalog()[ad].landing_revision, 1U);
  ASSERT_EQ(summary(world->patch("ad", "a1", R"({"landing_url":"https://shop.example/2"})")), "200");
  EXPECT_EQ(world->catalog()[ad].landing_revision, 2U);
  ASSERT_EQ(summary(world->remove("ad", "a1")), "204");
  ASSERT_EQ(summary(world->put(
                "ad", "a1",
                R"({"ad_group_id":"g1","item_id":"i","title":"t","landing_url":"https://shop.example/3"})")),
            "201");
  EXPECT_EQ(url(1), "https://shop.example/1");
  EXPECT_EQ(url(2), "https://shop.example/2");
  EXPECT_EQ(url(3), "https://shop.example/3");
  reopen();
  EXPECT_EQ(world->catalog()[ad].landing_revision, 3U);
}

TEST_F(RegistryLandingUrls, AreBothKeptOfOneTransaction) {
  put_samples(*world);
  const AdIx ad{world->internal_id("ad", "a1")};
  {
    Transaction transaction(*world->registry);
    for (const char* url : {"https://shop.example/2", "https://shop.example/3"}) {
      JsonParser parser;
      const JsonNode body{*parser.parse(R"({"landing_url":")" + std::string(url) + R"("})"), {}};
      const auto outcome = transaction.apply(
          {.kind = OperationKind::kPatch, .type = ResourceType::kAd, .id = "a1", .body = &body}, world->principal);
      ASSERT_EQ(summary(outcome), "200");
    }
    ASSERT_FALSE(transaction.commit());
  }
  EXPECT_EQ(world->catalog()[ad].landing_revision, 3U);
  EXPECT_EQ(world->store->get(Family::kLandingUrls, landing_url_key(ad, 2)), "https://shop.example/2");
  EXPECT_EQ(world->store->get(Family::kLandingUrls, landing_url_key(ad, 3)), "https://shop.example/3");
  const JsonTree log = world->changes();
  ASSERT_EQ(log.items().size(), 9U);
  EXPECT_EQ(log[7]["after"]["landing_url"].text_or_empty(), "https://shop.example/2");
  EXPECT_EQ(log[8]["seq"].int_or_zero(), 9);
}

}  // namespace
}  // namespace gavel
