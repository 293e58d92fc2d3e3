#include "api/resources/change_log.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/api/stored_world.h"

namespace gavel {
namespace {

using ChangeLogTest = StoredWorldTest;

TEST_F(ChangeLogTest, LogsEveryChangeWithoutGaps) {
  put_samples(*world);
  ASSERT_EQ(summary(world->patch("keyword", "k1", R"({"bid_micros":7})")), "200");
  ASSERT_EQ(summary(world->put("keyword", "k1", world->get("keyword", "k1"))), "200");
  ASSERT_EQ(summary(world->put("keyword", "k1", R"({"nope":1})")).substr(0, 3), "400");
  ASSERT_EQ(summary(world->remove("keyword", "k1")), "204");
  reopen();
  ASSERT_EQ(summary(world->put("advertiser", "s2", R"({"name":"b"})")), "201");
  const JsonTree log = world->changes();
  ASSERT_EQ(log.items().size(), 10U);
  std::int64_t seq = 0;
  for (const JsonTree& entry : log.items()) {
    EXPECT_EQ(entry["seq"].int_or_zero(), ++seq);
    EXPECT_EQ(entry["actor"].text_or_empty(), "admin:test");
    EXPECT_EQ(entry["at"].text_or_empty(), "2024-11-01T00:00:00Z");
  }
  EXPECT_EQ(log[7]["op"].text_or_empty(), "patch");
  EXPECT_EQ(log[7]["type"].text_or_empty(), "keyword");
  EXPECT_EQ(log[7]["after"]["bid_micros"].int_or_zero(), 7);
  EXPECT_EQ(log[8]["op"].text_or_empty(), "delete");
  EXPECT_TRUE(log[8]["after"].is_null());
  EXPECT_EQ(log[9]["after"].dump(), world->tree("advertiser", "s2").dump());
}

TEST_F(ChangeLogTest, PagesTheLogByOwner) {
  put_samples(*world);
  ASSERT_EQ(summary(world->put("advertiser", "s2", R"({"name":"b"})")), "201");
  const auto page = [&](const ChangesQuery& query) {
    std::string out;
    append_changes(out, *world->store, query);
    return *JsonTree::parse(out);
  };
  const JsonTree own = page({.after = 0, .limit = 100, .owner = world->internal_id("advertiser", "s2")});
  EXPECT_EQ(own["changes"].items().size(), 1U);
  EXPECT_EQ(own["next_after"].int_or_zero(), 8);
  const JsonTree two = page({.after = 3, .limit = 2, .owner = {}});
  EXPECT_EQ(two["changes"][0]["seq"].int_or_zero(), 4);
  EXPECT_EQ(two["next_after"].int_or_zero(), 5);
  EXPECT_EQ(page({.after = 8, .limit = 2, .owner = {}}).dump(), R"({"changes":[],"next_after":8})");
  EXPECT_EQ(page({.after = UINT64_MAX, .limit = 2, .owner = {}})["changes"].items().size(), 0U);
}

}  // namespace
}  // namespace gavel
