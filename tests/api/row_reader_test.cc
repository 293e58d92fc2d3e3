#include "api/resources/row_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

using ::testing::HasSubstr;

class RowReaderTest : public ::testing::Test {
 protected:
  RowReaderTest() { store_ = std::move(*Store::open(directory_.path())); }

  void store_advertisers(std::uint32_t count) {
    WriteBatch batch;
    for (std::uint32_t i = 0; i < count; ++i) batch.put(Family::kResources, key(i), record(i));
    ASSERT_FALSE(store_->write(batch));
  }
  static std::string key(std::uint32_t i) { return resource_key(ResourceType::kAdvertiser, i); }
  static std::string record(std::uint32_t i) {
    ResourceRecord record;
    record.id = "s" + std::to_string(i);
    record.json = R"({"name":"shop )" + std::to_string(i) + R"(","status":"active","shop_score":1})";
    return encode_record(record);
  }
  void replace(std::uint32_t i, std::string_view value) {
    WriteBatch batch;
    batch.put(Family::kResources, key(i), value);
    ASSERT_FALSE(store_->write(batch));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(RowReaderTest, GivesEveryRowInOrder) {
  store_advertisers(3'000);  // more than are read ahead
  RowReader reader(*store_, ResourceType::kAdvertiser);
  std::uint32_t next = 0;
  for (auto rows = reader.next(); !rows.empty(); rows = reader.next()) {
    for (const StoredRow& row : rows) {
      ASSERT_EQ(row.internal_id, next);
      ASSERT_EQ(row.record.id, "s" + std::to_string(next));
      ASSERT_EQ(std::get<AdvertiserDoc>(row.doc).name, "shop " + std::to_string(next));
      ++next;
    }
  }
  EXPECT_EQ(next, 3'000U);
  EXPECT_EQ(reader.error(), "");
  EXPECT_TRUE(reader.next().empty()) << "the end stays the end";
}

TEST_F(RowReaderTest, AnEmptyTypeEndsAtOnce) {
  RowReader reader(*store_, ResourceType::kAdvertiser);
  EXPECT_TRUE(reader.next().empty());
  EXPECT_EQ(reader.error(), "");
}

TEST_F(RowReaderTest, EndsAtTheFirstRowThatCannotBeReadAndNamesIt) {
  store_advertisers(1'000);
  for (const bool decodable : {false, true}) {
    ResourceRecord unreadable;
    unreadable.id = "s700";
    unreadable.json = R"({"name":5})";
    replace(700, decodable ? encode_record(unreadable) : "?");
    RowReader reader(*store_, ResourceType::kAdvertiser);
    std::size_t rows = 0;
    for (auto some = reader.next(); !some.empty(); some = reader.next()) rows += some.size();
    EXPECT_EQ(rows, 700U);
    EXPECT_THAT(reader.error(), HasSubstr(decodable ? "advertiser s700" : "advertiser with internal id 700"));
  }
}

TEST_F(RowReaderTest, MayEndBeforeAllIsRead) {
  store_advertisers(3'000);
  { RowReader unread(*store_, ResourceType::kAdvertiser); }
  RowReader reader(*store_, ResourceType::kAdvertiser);
  EXPECT_EQ(reader.next().front().internal_id, 0U);
}

}  // namespace
}  // namespace gavel
