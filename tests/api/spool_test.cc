#include "api/resources/spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

class SpoolTest : public testing::Test {
 protected:
  std::string read(std::uint64_t begin, std::size_t size) {
    std::string text;
    return spool.read(begin, size, text) ? text : "(none)";
  }

  const TempDir directory;
  Spool spool{directory.path().string()};
};

TEST_F(SpoolTest, GivesBackWhatWasAppended) {
  const std::string large(kSpoolMemoryBytes + 1, 'x');
  spool.append("abc");
  EXPECT_EQ(read(1, 2), "bc") << "of memory";
  spool.append(large);
  spool.append("def");
  EXPECT_EQ(spool.length(), large.size() + 6);
  EXPECT_EQ(read(0, 3), "abc") << "of the file";
  EXPECT_EQ(read(3, large.size()), large);
  EXPECT_EQ(read(3 + large.size(), 3), "def") << "of memory behind the file";
  EXPECT_EQ(read(2 + large.size(), 3), "xde") << "of both";
  EXPECT_EQ(read(4 + large.size(), 3), "(none)") << "beyond the end";
  spool.append("g");
  EXPECT_EQ(read(5 + large.size(), 2), "fg");
  const auto all = spool.finish();
  ASSERT_TRUE(all);
  ASSERT_GE(all->file, 0);
  EXPECT_EQ(all->length, large.size() + 7);
  std::string text(all->length + 1, '?');
  EXPECT_EQ(::read(all->file, text.data(), text.size()), static_cast<ssize_t>(all->length));
  EXPECT_EQ(text, "abc" + large + "defg?");
  ::close(all->file);
}

TEST_F(SpoolTest, AsMuchAsMemoryTakesNeedsNoFile) {
  const std::string text(kSpoolMemoryBytes, 'x');
  spool.append(text);
  const auto all = spool.finish();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->file, -1);
  EXPECT_EQ(all->text, text);
}

TEST_F(SpoolTest, FailsWhereAFileIsNeededAndNoneCanBeMade) {
  Spool nowhere(directory.file("nowhere"));
  nowhere.append(std::string(kSpoolMemoryBytes, 'x'));
  std::string text;
  EXPECT_TRUE(nowhere.read(0, 1, text));
  nowhere.append("x");
  EXPECT_FALSE(nowhere.read(0, 1, text));
  EXPECT_FALSE(nowhere.finish());
}

}  // namespace
}  // namespace gavel
