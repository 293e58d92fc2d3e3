// Data directories that another program made: which are refused, by what name, and how an older one comes
// along.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "budget/redo_log.h"
#include "budget/store.h"
#include "tests/blackbox/shop.h"

namespace gavel {
namespace {

using ::testing::HasSubstr;

class DataOfAnotherProgram : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.start()) << server_.log();
    shop_.open();
    tokens_ = shop_.tokens(2);
    ASSERT_EQ(tokens_.size(), 2u);
    ASSERT_EQ(shop_.click(tokens_[0]), 302);
    ASSERT_EQ(server_.terminate(), 0);
  }

  // Makes the directory say this of itself, as if the other program had written it; "" takes an entry away.
  void record(const std::map<std::string, std::string>& entries) const {
    const auto store = Store::open(server_.data_dir() + "/db");
    ASSERT_TRUE(store) << store.error().message;
    WriteBatch batch;
    for (const auto& [key, value] : entries) {
      if (value.empty()) {
        batch.erase(Family::kMeta, key);
      } else {
        batch.put(Family::kMeta, key, value);
      }
    }
    ASSERT_FALSE((*store)->write(batch));
  }
  std::string recorded(const std::string& key) const {
    const auto store = Store::open_read_only(server_.data_dir() + "/db");
    EXPECT_TRUE(store) << store.error().message;
    return store ? (*store)->get(Family::kMeta, key).value_or("") : "";
  }
  // The one line with which a start is refused.
  std::string refusal() {
    const std::size_t before = server_.log().size();
    EXPECT_EQ(server_.run_to_exit(), 1);
    const std::string said = server_.log().substr(before);
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
    return said;
  }

  GaveldProcess server_;
  Shop shop_{server_};
  std::vector<std::string> tokens_;
};

TEST_F(DataOfAnotherProgram, IsRefusedByName) {
  const std::string directory = "gaveld: data directory " + server_.data_dir();
  const struct {
    const char *key, *value, *said;
  } rows[] = {
      {"format", "99", " has format 99, newer than this program's 5\n"},
      {"currency", "EUR", " was made for currency EUR, not CNY\n"},
      {"segmenter", "icu-99.1/unicode-20.0", " was made for word segmenter icu-99.1/unicode-20.0, not icu-"},
      {"time_zone", "Europe/Paris", " was made for time zone Europe/Paris, not Asia/Shanghai\n"},
  };
  for (const auto& row : rows) {
    const std::string ours = recorded(row.key);
    record({{row.key, row.value}});
    EXPECT_THAT(refusal(), HasSubstr(directory + row.said));
    EXPECT_EQ(recorded(row.key), row.value) << "a refused directory stays what it was";
    record({{row.key, ours}});
  }
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), Shop::kPrice);
}

// Format 2 had neither an id nor epochs, and so other token keys.
TEST_F(DataOfAnotherProgram, OfFormat2IsMigratedWithAllThatIsInIt) {
  record({{"format", "2"}, {"directory_id", ""}, {"epochs", ""}});
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), Shop::kPrice);
  EXPECT_EQ(shop_.get("/v1/ads/a")["title"], JsonTree("T"));
  EXPECT_EQ(shop_.get("/v1/changes")["changes"].items().size(), 5u);
  const JsonTree rows = shop_.get("/v1/reports?from=2024-11-01T00:00:00Z&to=2024-11-02T00:00:00Z");
  EXPECT_EQ(rows["rows"][0]["cost_micros"], JsonTree(Shop::kPrice));
  for (const std::string& before : tokens_) EXPECT_EQ(shop_.click(before), 400);

  const auto after = shop_.tokens(1);
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(shop_.click(after[0]), 302);
  EXPECT_EQ(shop_.spent(), 2 * Shop::kPrice);
  ASSERT_EQ(server_.terminate(), 0);
  EXPECT_EQ(recorded("format"), "5");
  server_.set_arguments({"--verify"});
  EXPECT_EQ(server_.run_to_exit(), 0) << server_.log();
  server_.set_arguments({});
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), 2 * Shop::kPrice);
}

// Format 3 had no redo log, and its counters did not say up to where they count.
TEST_F(DataOfAnotherProgram, OfFormat3KeepsWhatItCounted) {
  {
    const auto store = Store::open(server_.data_dir() + "/db");
    ASSERT_TRUE(store) << store.error().message;
    WriteBatch batch;
    for (const Family family : {Family::kAccounts, Family::kReports, Family::kClickStats}) {
      (*store)->scan(family, "", "", [&](std::string_view key, std::string_view value) {
        batch.put(family, key, value.substr(0, value.size() - sizeof(RedoOrdinal)));
        return true;
      });
    }
    batch.erase(Family::kMeta, kRedoFloorKey);
    ASSERT_FALSE((*store)->write(batch));
  }
  record({{"format", "3"}});
  server_.set_arguments({"--verify"});
  EXPECT_EQ(server_.run_to_exit(), 0) << server_.log();
  server_.set_arguments({});
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), Shop::kPrice);
  EXPECT_EQ(shop_.click(tokens_[1]), 302);
  server_.kill_hard();
  EXPECT_EQ(recorded("format"), "5");
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), 2 * Shop::kPrice);
  for (const std::string& again : tokens_) EXPECT_EQ(shop_.click(again), 302);
  EXPECT_EQ(shop_.spent(), 2 * Shop::kPrice);
  const JsonTree rows = shop_.get("/v1/reports?from=2024-11-01T00:00:00Z&to=2024-11-02T00:00:00Z");
  EXPECT_EQ(rows["rows"][0]["cost_micros"], JsonTree(2 * Shop::kPrice));
}

// Format 4 listed a resource below each of its ancestors, by id.
TEST_F(DataOfAnotherProgram, OfFormat4ListsWhatItHas) {
  {
    const auto store = Store::open(server_.data_dir() + "/db");
    ASSERT_TRUE(store) << store.error().message;
    WriteBatch batch;
    batch.erase_range(Family::kChildren, "", "\xFF");
    // The keywords of no parent and of ad group 0, with an id that is not there any more.
    batch.put(Family::kChildren, "\x04\xFFkeyword", std::string(4, '\0'));
    batch.put(Family::kChildren, std::string("\x04\x02\0\0\0\0", 6) + "lost", std::string(4, '\0'));
    ASSERT_FALSE((*store)->write(batch));
  }
  record({{"format", "4"}});
  server_.set_arguments({"--verify"});
  EXPECT_EQ(server_.run_to_exit(), 0) << server_.log();
  EXPECT_THAT(server_.log(), HasSubstr("the index of resources: the next start makes it anew"));
  server_.set_arguments({});
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.get("/v1/ads?campaign_id=c")["items"].items().size(), 1u);
  EXPECT_EQ(shop_.get("/v1/campaigns")["items"].items().size(), 1u);
  EXPECT_EQ(shop_.get("/v1/keywords")["items"].items().size(), 0u);
  EXPECT_EQ(shop_.spent(), Shop::kPrice);
  ASSERT_EQ(server_.terminate(), 0);
  EXPECT_EQ(recorded("format"), "5");
  server_.set_arguments({"--verify"});
  EXPECT_EQ(server_.run_to_exit(), 0) << server_.log();
}

}  // namespace
}  // namespace gavel
