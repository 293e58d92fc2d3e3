#include "api/data_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace gavel {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "gavel-data-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    path_ = root_ + "/data";
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void set_meta(const std::string& key, const std::string& value) {
    auto store = Store::open(path_ + "/db");
    ASSERT_TRUE(store);
    WriteBatch batch;
    batch.put(Family::kMeta, key, value);
    ASSERT_FALSE((*store)->write(batch));
  }
  void erase_meta(const std::string& key) {
    auto store = Store::open(path_ + "/db");
    ASSERT_TRUE(store);
    WriteBatch batch;
    batch.erase(Family::kMeta, key);
    ASSERT_FALSE((*store)->write(batch));
  }

  const DataTraits traits_{"Asia/Shanghai", "CNY", "icu-72.1/unicode-15.0"};
  std::string root_, path_;
};

TEST_F(DataDirectoryTest, IsMadeAndKeepsItsSaltAndIdWhileEveryStartHasAnEpochOfItsOwn) {
  auto first = open_data_directory(path_, traits_);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(first->last_clock);
  const auto salt = first->user_salt;
  const auto id = first->id;
  EXPECT_TRUE(first->epochs.issued({first->epoch, 5}));
  first->store.reset();

  auto second = open_data_directory(path_, traits_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE(second->epoch, first->epoch);
  EXPECT_EQ(second->user_salt, salt);
  EXPECT_EQ(second->id, id);
  EXPECT_TRUE(second->epochs.issued({first->epoch, 5}));
  EXPECT_TRUE(second->epochs.issued({second->epoch, 5}));

  const auto other = open_data_directory(root_ + "/other", traits_);
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_NE(other->id, id);
  EXPECT_FALSE(other->epochs.issued({first->epoch, 5}));
}

TEST_F(DataDirectoryTest, ACheckpointAcceptsWhatWasIssuedBeforeIt) {
  constexpr std::uint64_t kWorker1 = std::uint64_t{1} << kWorkerShift;
  auto original = open_data_directory(path_, traits_);
  ASSERT_TRUE(original) << original.error().message;
  std::filesystem::create_directory(root_ + "/copy");
  ASSERT_FALSE(original->store->checkpoint(root_ + "/copy/db"));
  ASSERT_FALSE(end_epoch_of_copy(root_ + "/copy/db", {7, 3}));
  // It parted there whatever becomes of either.
  for (int start = 0; start < 2; ++start) {
    const auto copy = open_data_directory(root_ + "/copy", traits_);
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_EQ(copy->id, original->id);
    EXPECT_TRUE(copy->epochs.issued({original->epoch, 6}));
    EXPECT_FALSE(copy->epochs.issued({original->epoch, 7}));
    EXPECT_TRUE(copy->epochs.issued({original->epoch, kWorker1 | 2}));
    EXPECT_FALSE(copy->epochs.issued({original->epoch, kWorker1 | 3}));
    EXPECT_FALSE(copy->epochs.issued({original->epoch, 2 * kWorker1}));
    EXPECT_TRUE(copy->epochs.issued({copy->epoch, 1'000}));
    EXPECT_FALSE(original->epochs.issued({copy->epoch, 0}));
  }
  original->store.reset();
  EXPECT_TRUE(open_data_directory(path_, traits_)->epochs.issued({original->epoch, 7}));
}

TEST_F(DataDirectoryTest, RemembersTheClock) {
  {
    auto opened = open_data_directory(path_, traits_);
    ASSERT_TRUE(opened);
    ASSERT_FALSE(store_clock(*opened->store, from_micros(1'234'567'890'123'456)));
  }
  auto again = open_data_directory(path_, traits_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->last_clock, from_micros(1'234'567'890'123'456));
}

TEST_F(DataDirectoryTest, IsRefusedWhileAnotherHoldsItAndItsSpoolIsLeftAlone) {
  auto holder = open_data_directory(path_, traits_);
  ASSERT_TRUE(holder);
  std::ofstream(holder->tmp() + "/spool") << "x";
  const auto other = open_data_directory(path_, traits_);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find(path_), std::string::npos) << other.error().message;
  EXPECT_TRUE(std::filesystem::exists(holder->tmp() + "/spool"));
  holder->store.reset();
  ASSERT_TRUE(open_data_directory(path_, traits_));
  EXPECT_FALSE(std::filesystem::exists(path_ + "/tmp/spool"));
}

TEST_F(DataDirectoryTest, OfAnotherKindIsRefusedByName) {
  ASSERT_TRUE(open_data_directory(path_, traits_));
  struct Row {
    DataTraits traits;
    std::string said;
  };
  for (const Row& row :
       {Row{{"Europe/Paris", "CNY", traits_.segmenter}, "time zone Asia/Shanghai, not Europe/Paris"},
        Row{{"Asia/Shanghai", "USD", traits_.segmenter}, "currency CNY, not USD"},
        Row{{"Asia/Shanghai", "CNY", "icu-99/unicode-20"}, "word segmenter icu-72.1/unicode-15.0"}}) {
    const auto opened = open_data_directory(path_, row.traits);
    ASSERT_FALSE(opened) << row.said;
    EXPECT_NE(opened.error().message.find(row.said), std::string::npos) << opened.error().message;
  }
}

// It stays what it was, for the program that it was made with.
TEST_F(DataDirectoryTest, OfAnotherKindIsRefusedBeforeItIsMigrated) {
  ASSERT_TRUE(open_data_directory(path_, traits_));
  set_meta("format", "2");
  erase_meta("directory_id");
  erase_meta("epochs");
  for (const DataTraits& other : {DataTraits{"Europe/Paris", "CNY", traits_.segmenter},
                                  DataTraits{"Asia/Shanghai", "USD", traits_.segmenter},
                                  DataTraits{"Asia/Shanghai", "CNY", "icu-99/unicode-20"}}) {
    ASSERT_FALSE(open_data_directory(path_, other));
    const auto store = Store::open_read_only(path_ + "/db");
    ASSERT_TRUE(store);
    EXPECT_EQ((*store)->get(Family::kMeta, "format"), "2");
    EXPECT_FALSE((*store)->get(Family::kMeta, "directory_id"));
    EXPECT_FALSE((*store)->get(Family::kMeta, "epochs"));
  }
  ASSERT_TRUE(open_data_directory(path_, traits_));
}

TEST_F(DataDirectoryTest, OfANewerFormatIsRefused) {
  ASSERT_TRUE(open_data_directory(path_, traits_));
  set_meta("format", "6");
  const auto opened = open_data_directory(path_, traits_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("format 6, newer"), std::string::npos) << opened.error().message;
  set_meta("format", "two");
  ASSERT_FALSE(open_data_directory(path_, traits_));
}

TEST_F(DataDirectoryTest, OfTheFirstFormatIsMigrated) {
  ASSERT_TRUE(open_data_directory(path_, traits_));
  set_meta("format", "1");
  erase_meta("currency");
  erase_meta("user_salt");
  erase_meta("directory_id");
  {
    const auto opened = open_data_directory(path_, traits_);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->store->get(Family::kMeta, "format"), "5");
    EXPECT_EQ(opened->store->get(Family::kMeta, "currency"), "CNY");
  }
  // A first format was always in yuan: another currency does not take it over.
  set_meta("format", "1");
  erase_meta("currency");
  EXPECT_FALSE(open_data_directory(path_, {"Asia/Shanghai", "USD", traits_.segmenter}));
  const auto store = Store::open_read_only(path_ + "/db");
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->get(Family::kMeta, "format"), "1");
}

}  // namespace
}  // namespace gavel
