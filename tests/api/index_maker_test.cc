// The index as a whole: forgotten, written in pieces, and begun again after a start that ended half way.
#include "api/resources/index_maker.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "api/resources/resource_record.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

struct IndexMakerTest : testing::Test {
  TempDir directory;
  std::unique_ptr<Store> store = std::move(*Store::open(directory.file("db")));

  std::map<std::string, std::uint32_t> entries() const {
    std::map<std::string, std::uint32_t> found;
    store->scan(Family::kChildren, "", "", [&](std::string_view key, std::string_view value) {
      found.emplace(key, decode_internal_id(value));
      return true;
    });
    return found;
  }
  void forget() {
    WriteBatch batch;
    forget_index(batch);
    ASSERT_FALSE(store->write(batch));
  }
};

using Entries = std::map<std::string, std::uint32_t>;

TEST_F(IndexMakerTest, WhatWasWrittenInPiecesIsThereAndTheNoteUntilTheEnd) {
  EXPECT_TRUE(index_is_whole(*store));
  forget();
  EXPECT_FALSE(index_is_whole(*store));
  {
    IndexMaker ends_half_way(*store, 1);
    EXPECT_FALSE(ends_half_way.add({"a", "b"}, 1));
    EXPECT_EQ(entries(), (Entries{{"a", 1}, {"b", 1}}));
    EXPECT_FALSE(ends_half_way.add({"c"}, 2));
  }
  EXPECT_FALSE(index_is_whole(*store));
  IndexMaker again(*store, 1);
  EXPECT_FALSE(again.add({"a", "b"}, 1));
  EXPECT_FALSE(again.add({"c"}, 2));
  EXPECT_FALSE(again.add({"d"}, 3));
  EXPECT_FALSE(index_is_whole(*store));
  EXPECT_FALSE(again.finish());
  EXPECT_TRUE(index_is_whole(*store));
  EXPECT_EQ(entries(), (Entries{{"a", 1}, {"b", 1}, {"c", 2}, {"d", 3}}));
}

TEST_F(IndexMakerTest, AnUnfinishedPieceComesWithTheEnd) {
  forget();
  IndexMaker maker(*store);
  EXPECT_FALSE(maker.add({"a"}, 7));
  EXPECT_TRUE(entries().empty());
  EXPECT_FALSE(maker.finish());
  EXPECT_EQ(entries(), (Entries{{"a", 7}}));
}

// Whatever the keys are, of this layout or an older one.
TEST_F(IndexMakerTest, ForgettingLeavesNothing) {
  WriteBatch batch;
  batch.put(Family::kChildren, std::string(1, '\0'), encode_internal_id(1));
  batch.put(Family::kChildren, "\x06\xFF\xFF\xFF\xFF\xFFz", encode_internal_id(2));
  ASSERT_FALSE(store->write(batch));
  ASSERT_EQ(entries().size(), 2U);
  forget();
  EXPECT_TRUE(entries().empty());
}

}  // namespace
}  // namespace gavel
