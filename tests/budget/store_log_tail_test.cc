#include "budget/store_log_tail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "budget/store.h"
#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;

// The copy of an open store's directory, as a crash would leave it, with a log of known batches.
class LogTail : public testing::Test {
 protected:
  // Batches of so many bytes each, one key each.
  void write_batches(std::initializer_list<std::size_t> sizes) {
    {
      const auto store = *Store::open(dir_ / "data");
      for (const std::size_t size : sizes) {
        begins_.push_back(fs::file_size(newest_log(dir_ / "data")));
        std::string value(size, '\0');
        std::ranges::generate(value, [this] { return static_cast<char>(1 + rng_() % 255); });
        WriteBatch batch;
        batch.put(Family::kDedupe, "key" + std::to_string(begins_.size()), value);
        EXPECT_FALSE(store->write(batch));
      }
      fs::copy(dir_ / "data", dir_ / "crashed", fs::copy_options::recursive);
    }
    file_ = newest_log(dir_ / "crashed");
    std::ifstream in(file_, std::ios::binary);
    log_.assign(std::istreambuf_iterator<char>(in), {});
  }

  static std::string newest_log(const std::string& directory) {
    std::string newest;
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() == ".log") newest = std::max(newest, entry.path().string());
    }
    return newest;
  }

  // The sector that holds this byte is not written.
  void lose_sector(std::size_t at) {
    const std::size_t begin = std::max(at / kSector * kSector, begins_.back());
    const std::size_t end = std::min((at / kSector + 1) * kSector, log_.size());
    std::fill(log_.begin() + static_cast<std::ptrdiff_t>(begin),
              log_.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  }

  // How many of the batches a store has that is opened on the log as it is now; none where it is refused.
  std::optional<std::size_t> batches_after_opening() {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << log_;
    const auto store = Store::open(dir_ / "crashed");
    if (!store) return std::nullopt;
    std::size_t count = 0;
    (*store)->scan(Family::kDedupe, "", "", [&](std::string_view, std::string_view) { return ++count > 0; });
    return count;
  }

  TemporaryDirectory dir_;
  std::mt19937 rng_{1};
  std::vector<std::size_t> begins_;  // of the batches in the log
  std::string file_, log_;
};

TEST_F(LogTail, AWholeLogIsLeftAlone) {
  write_batches({10, 2'000, 100'000, 20});
  EXPECT_EQ(find_torn_batch(log_), std::nullopt);
  EXPECT_EQ(find_torn_batch(std::string_view(log_).substr(0, log_.size() - 5)), std::nullopt);
  EXPECT_EQ(find_torn_batch(""), std::nullopt);
  EXPECT_EQ(batches_after_opening(), 4U);
}

TEST_F(LogTail, ALastBatchWithAMissingSectorIsDropped) {
  write_batches({10, 2'000, 30, 5'000});
  const std::string whole = log_;
  for (std::size_t at = begins_.back(); at < whole.size(); at += kSector) {
    log_ = whole;
    lose_sector(at);
    EXPECT_EQ(find_torn_batch(log_), begins_.back()) << at;
  }
  EXPECT_EQ(batches_after_opening(), 3U);
}

// Any sectors of it may be missing, also those with the headers of its fragments.
TEST_F(LogTail, ALastBatchOfManyBlocksMayHaveAnyHoles) {
  write_batches({10, 2'000, 200'000});
  const std::string whole = log_;
  for (int i = 0; i < 200; ++i) {
    log_ = whole;
    const std::size_t one_in = 1 + rng_() % 50;
    lose_sector(begins_.back() + rng_() % (log_.size() - begins_.back()));
    for (std::size_t at = begins_.back(); at < log_.size(); at += kSector) {
      if (rng_() % one_in == 0) lose_sector(at);
    }
    EXPECT_EQ(find_torn_batch(log_), begins_.back()) << i;
  }
  EXPECT_EQ(batches_after_opening(), 2U);
}

TEST_F(LogTail, AMissingSectorBeforeTheLastBatchIsDamage) {
  write_batches({2'000, 70'000, 30});
  for (const std::size_t at : {begins_[0] + 100, begins_[1], begins_[1] + 40'000}) {
    std::string log = log_;
    log.replace(at, 2 * kSector, 2 * kSector, '\0');
    EXPECT_EQ(find_torn_batch(log), std::nullopt) << at;
  }
  log_.replace(begins_[1] + 40'000, 2 * kSector, 2 * kSector, '\0');
  EXPECT_EQ(batches_after_opening(), std::nullopt);
}

TEST_F(LogTail, AChangedByteOfTheLastBatchIsDamage) {
  write_batches({10, 2'000, 5'000});
  log_[log_.size() - 2'500] ^= 0x10;
  EXPECT_EQ(find_torn_batch(log_), std::nullopt);
  EXPECT_EQ(batches_after_opening(), std::nullopt);
}

}  // namespace
}  // namespace gavel
