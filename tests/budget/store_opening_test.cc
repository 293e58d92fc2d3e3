// Which directories a store opens, and which it refuses: in use, cut short, damaged.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "budget/store.h"
#include "tests/budget/opened_store.h"
#include "tests/budget/temporary_directory.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string file_with_extension(const std::string& directory, const std::string& extension) {
  std::string largest;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != extension) continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path().string();
  }
  return largest;
}

TEST(Store, ADirectoryInUseIsLockedAndNamed) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  const auto second = Store::open(dir / "data");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, StoreError::Code::kLocked);
  EXPECT_THAT(second.error().message, HasSubstr(dir / "data"));
}

// The child takes the lock without RocksDB, whose threads do not survive a fork.
TEST(Store, ADirectoryInUseByAnotherProcessIsLocked) {
  TemporaryDirectory dir;
  open_store(dir / "data").reset();
  const std::string lock_file = dir / "data/LOCK";
  int ready[2], done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    const int fd = ::open(lock_file.c_str(), O_RDWR);
    char byte = ::fcntl(fd, F_SETLK, &whole) == 0 ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) != 1) ::_exit(1);
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto second = Store::open(dir / "data");
  EXPECT_EQ(::write(done[1], "x", 1), 1);
  ::waitpid(child, nullptr, 0);
  for (const int fd : {ready[0], ready[1], done[0], done[1]}) ::close(fd);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, StoreError::Code::kLocked);
  EXPECT_TRUE(open_store(dir / "data"));
}

TEST(Store, AFileInThePlaceOfTheDirectoryIsAnIoError) {
  TemporaryDirectory dir;
  std::ofstream(dir / "data") << "not a directory";
  const auto opened = Store::open(dir / "data");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StoreError::Code::kIo);
  EXPECT_THAT(opened.error().message, HasSubstr(dir / "data"));
}

// A copy of an open store's files is what a crash would leave.
TEST(Store, ATornTailOfTheLogIsCut) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  for (int i = 0; i < 100; ++i)
    put(*store, Family::kDedupe, "key" + std::to_string(100 + i), std::string(100, 'v'));
  fs::copy(dir / "data", dir / "crashed", fs::copy_options::recursive);
  const std::string log = file_with_extension(dir / "crashed", ".log");
  fs::resize_file(log, fs::file_size(log) - 30);
  auto crashed = open_store(dir / "crashed");
  EXPECT_EQ(rows(*crashed, Family::kDedupe, "", "").size(), 99u);
  EXPECT_EQ(crashed->get(Family::kDedupe, "key199"), std::nullopt);
}

TEST(Store, DamageInTheMiddleOfTheLogIsRefused) {
  TemporaryDirectory dir;
  auto store = open_store(dir / "data");
  for (int i = 0; i < 1'000; ++i)
    put(*store, Family::kDedupe, "key" + std::to_string(i), std::string(100, 'v'));
  fs::copy(dir / "data", dir / "crashed", fs::copy_options::recursive);
  const std::string log = file_with_extension(dir / "crashed", ".log");
  {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(log) / 2));
    file.put('\x5A');
  }
  const auto opened = Store::open(dir / "crashed");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StoreError::Code::kCorrupt);
}

TEST(Store, ADirectoryWithoutItsCurrentFileIsNotTakenForNew) {
  TemporaryDirectory dir;
  { put(*open_store(dir / "data"), Family::kMeta, "k", "v"); }
  fs::remove(dir / "data/CURRENT");
  const auto opened = Store::open(dir / "data");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, StoreError::Code::kCorrupt);
}

}  // namespace
}  // namespace gavel
