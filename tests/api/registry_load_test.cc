// What a start finds of what was stored, and what it says where that is damaged.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "api/data_directory.h"
#include "api/resources/index_maker.h"
#include "api/resources/registry.h"
#include "tests/api/stored_world.h"

namespace gavel {
namespace {

using RegistryLoadTest = StoredWorldTest;

// A registry that has not loaded yet, on the store of a world.
struct EmptyRegistry {
  explicit EmptyRegistry(ResourceWorld& world)
      : frequency(*world.store),
        registry({*world.store, world.clock, symbols, accounts, frequency, click_stats, publisher, {}}) {}

  std::shared_ptr<Symbols> symbols = std::make_shared<Symbols>();
  CatalogPublisher publisher{std::make_shared<Catalog>(symbols)};
  Accounts accounts;
  FrequencyCounts frequency;
  ClickStats click_stats;
  Registry registry;
};

TEST_F(RegistryLoadTest, ReloadsTheSameBytesAndIds) {
  put_samples(*world);
  ASSERT_EQ(summary(world->put("advertiser", "s0", R"({"name":"b"})")), "201");
  ASSERT_EQ(summary(world->remove("advertiser", "s0")), "204");
  ASSERT_EQ(summary(world->put("advertiser", "s9", R"({"name":"c"})")), "201");
  const std::string before = world->dump();
  std::map<std::string, std::uint32_t> ids;
  for (const char* id : {"s1", "s0", "s9"}) ids[id] = world->internal_id("advertiser", id);
  reopen();
  EXPECT_EQ(world->dump(), before);
  for (const auto& [id, number] : ids) EXPECT_EQ(world->internal_id("advertiser", id), number) << id;
  EXPECT_EQ(world->catalog().counts().live[0], 2U);
  EXPECT_EQ(summary(world->put("advertiser", "s0", R"({"name":"b"})")), "201");
  EXPECT_EQ(world->internal_id("advertiser", "s0"), ids["s0"]);
}

// Everything answered is in a copy made right then, without any closing of the first.
TEST_F(RegistryLoadTest, WhatWasAnsweredIsDurable) {
  put_samples(*world);
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(world->patch("ad_group", "g1", R"({"bid_micros":)" + std::to_string(100 + i) + "}").status,
              200);
    const std::string copy = directory.file("copy" + std::to_string(i));
    ASSERT_FALSE(world->store->checkpoint(copy));
    const ResourceWorld again(copy);
    EXPECT_EQ(again.dump(), world->dump());
    EXPECT_EQ(again.changes(), world->changes());
  }
}

// Only the ledger stored the time: a restart on a system clock that was set back began before what was
// changed.
TEST(RegistryClock, ARestartDoesNotBeginBeforeTheLastChange) {
  const TempDir directory;
  Timestamp changed;
  {
    ResourceWorld world(directory.file("db"));
    changed = *world.clock.advance(world.clock.now() + std::chrono::hours{5});
    world.put("advertiser", "s1", R"({"name":"Shop"})");
    ASSERT_FALSE(store_clock(*world.store, changed - std::chrono::hours{1}));  // a batch of the ledger before
  }
  const auto data = open_data_directory(directory.path(), {"UTC", "CNY", "segmenter"});
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->last_clock, changed);
}

TEST_F(RegistryLoadTest, NamesARecordThatCannotBeRead) {
  put_samples(*world);
  WriteBatch batch;
  auto record = *world->registry->get(ResourceType::kAdGroup, "g1");
  record.json = R"({"campaign_id":5})";
  batch.put(Family::kResources, resource_key(ResourceType::kAdGroup, 0), encode_record(record));
  ASSERT_FALSE(world->store->write(batch));
  const auto failed = EmptyRegistry(*world).registry.load();
  ASSERT_TRUE(failed.has_value());
  EXPECT_NE(failed->message.find("ad_group g1"), std::string::npos) << failed->message;
}

TEST_F(RegistryLoadTest, ALastKeyThatIsDamagedIsSaidAndNoReasonToMakeRoomForBillions) {
  for (const std::string& key :
       {resource_key(ResourceType::kKeyword, 0xFFFFFFFF), resource_key(ResourceType::kKeyword, 0xFFFFFFFE),
        resource_key(ResourceType::kKeyword, 7) + "x"}) {
    WriteBatch batch;
    batch.put(Family::kResources, key, "?");
    ASSERT_FALSE(world->store->write(batch));
    const auto failed = EmptyRegistry(*world).registry.load();
    ASSERT_TRUE(failed.has_value());
    EXPECT_NE(failed->message.find("the last stored keyword has the internal id"), std::string::npos)
        << failed->message;
    WriteBatch undo;
    undo.erase(Family::kResources, key);
    ASSERT_FALSE(world->store->write(undo));
  }
}

std::vector<std::pair<std::string, std::string>> index_of(const Store& store) {
  std::vector<std::pair<std::string, std::string>> entries;
  store.scan(Family::kChildren, "", "", [&](std::string_view key, std::string_view value) {
    entries.emplace_back(key, value);
    return true;
  });
  return entries;
}

// As after a migration: the index is erased, and stays noted as not whole until a load has gone through everything.
TEST_F(RegistryLoadTest, AnIndexThatWasForgottenIsMadeAnew) {
  put_samples(*world);
  ASSERT_EQ(world->put("advertiser", "s2", R"({"name":"gone"})").status, 201);
  ASSERT_EQ(world->remove("advertiser", "s2").status, 204);
  const auto before = index_of(*world->store);
  const std::string shown = world->dump();
  ASSERT_EQ(before.size(), 9U) << "a place each, a festival's and a placement's reference";
  EXPECT_TRUE(index_is_whole(*world->store));
  WriteBatch batch;
  batch.put(Family::kChildren, std::string(1, '\0') + "of another layout", "?");
  forget_index(batch);
  ASSERT_FALSE(world->store->write(batch));
  EXPECT_TRUE(index_of(*world->store).empty());
  EXPECT_FALSE(index_is_whole(*world->store));

  // A row that cannot be read ends a load before the index is whole.
  WriteBatch damage;
  damage.put(Family::kResources, resource_key(ResourceType::kKeyword, 1), "?");
  ASSERT_FALSE(world->store->write(damage));
  EXPECT_TRUE(EmptyRegistry(*world).registry.load().has_value());
  EXPECT_FALSE(index_is_whole(*world->store));
  WriteBatch undo;
  undo.erase(Family::kResources, resource_key(ResourceType::kKeyword, 1));
  ASSERT_FALSE(world->store->write(undo));

  reopen();
  EXPECT_TRUE(index_is_whole(*world->store));
  EXPECT_EQ(index_of(*world->store), before);
  EXPECT_EQ(world->dump(), shown);
  EXPECT_EQ(world->remove("placement", "p1").status, 409) << "the group refers to it";
}

TEST_F(RegistryLoadTest, LoadingEndsWhereItIsToldTo) {
  WriteBatch batch;
  ResourceRecord record;
  record.json = sample_body("advertiser");
  for (std::uint32_t i = 0; i < kLoadProgressRows + 1; ++i) {
    record.id = "s" + std::to_string(i);
    batch.put(Family::kResources, resource_key(ResourceType::kAdvertiser, i), encode_record(record));
  }
  ASSERT_FALSE(world->store->write(batch));
  for (const bool goes_on : {false, true}) {
    EmptyRegistry empty(*world);
    std::vector<std::uint64_t> told;
    const auto failed = empty.registry.load([&](std::uint64_t rows) {
      told.push_back(rows);
      return goes_on;
    });
    EXPECT_EQ(failed.has_value(), !goes_on);
    EXPECT_EQ(told, std::vector{kLoadProgressRows});
    EXPECT_EQ(empty.accounts.advertiser_count() > kLoadProgressRows, goes_on);
  }
}

}  // namespace
}  // namespace gavel
