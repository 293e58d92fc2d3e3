// A transaction whose disk has no space left: nothing of it lasts, and it may go on when there is some.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/resource_world.h"
#include "tests/support/small_disk.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

// Needs the right to mount a small file system; skipped elsewhere.
TEST(RegistryOnAFullDisk, ATransactionThatFailsMayGoOnAndLeavesNoGap) {
  const TempDir dir;
  SmallDisk disk;
  if (!disk.mount(dir.path(), "size=12m")) GTEST_SKIP() << "may not mount";
  ResourceWorld world(dir.file("db"));
  put_samples(world);
  const std::string before = world.dump();
  const AdIx ad{world.internal_id("ad", "a1")};
  disk.fill_up(40'000);
  {
    Transaction transaction(*world.registry);
    JsonParser parser;
    const auto apply = [&](ResourceOperation operation, const std::string& text) {
      const JsonNode body{*parser.parse(text), {}};
      operation.body = &body;
      return summary(transaction.apply(operation, world.principal));
    };
    const ResourceOperation patch{.kind = OperationKind::kPatch, .type = ResourceType::kAd, .id = "a1"};
    EXPECT_EQ(apply(patch, R"({"landing_url":"https://shop.example/lost"})"), "200");
    for (int i = 0; i < 2'000; ++i) {
      EXPECT_EQ(apply({.type = ResourceType::kKeyword, .id = "k1" + std::to_string(i)},
                      std::string(sample_body("keyword"))),
                "201");
    }
    EXPECT_GT(transaction.staged_bytes(), 400'000U);
    EXPECT_TRUE(transaction.commit());
    EXPECT_EQ(transaction.staged_bytes(), 0U);
    EXPECT_EQ(transaction.staged_rows(), 0U);

    disk.make_room();
    EXPECT_EQ(apply(patch, R"({"landing_url":"https://shop.example/kept"})"), "200");
    EXPECT_FALSE(transaction.commit());
  }
  EXPECT_NE(world.dump(), before);
  EXPECT_EQ(world.internal_id("keyword", "k10"), Interner::kAbsent);
  EXPECT_EQ(world.store->get(Family::kLandingUrls, landing_url_key(ad, 2)), "https://shop.example/kept");
  const JsonTree log = world.changes();
  ASSERT_EQ(log.items().size(), 8U);
  EXPECT_EQ(log[7]["seq"].int_or_zero(), 8);
  EXPECT_EQ(log[7]["after"]["landing_url"].text_or_empty(), "https://shop.example/kept");
}

}  // namespace
}  // namespace gavel
