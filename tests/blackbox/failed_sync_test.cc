// A disk that fails: what it holds is no longer known, so the process ends, and the next one reads it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/blackbox/shop.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

using ::testing::HasSubstr;

class FailedSync : public testing::Test {
 protected:
  void SetUp() override {
    server_.set_program(GaveldProcess::Program::kWithFailpoints,
                        {"GAVEL_FAILPOINTS=failed-sync@" + disk_is_broken_});
    ASSERT_TRUE(server_.start()) << server_.log();
    shop_.open();
    tokens_ = shop_.tokens(3);
    ASSERT_EQ(tokens_.size(), 3u);
    for (int i = 0; i < 2; ++i) ASSERT_EQ(shop_.click(tokens_[static_cast<std::size_t>(i)]), 302);
    log_before_ = server_.log().size();
    write_file(disk_is_broken_, "");
  }

  void expect_death_and_return() {
    EXPECT_EQ(server_.wait_for_exit(), 70) << server_.log();
    const std::string said = server_.log().substr(log_before_);
    const std::string last = said.substr(said.rfind('\n', said.size() - 2) + 1);
    EXPECT_THAT(last,
                HasSubstr(" critical a synced write in " + server_.data_dir() + "/db failed: IO error: "));
    EXPECT_THAT(last, HasSubstr("; ending the process\n"));
    std::size_t lines_of_directory = 0;
    for (auto at = said.find(" critical "); at != std::string::npos; at = said.find(" critical ", at + 1)) {
      ++lines_of_directory;
    }
    EXPECT_EQ(lines_of_directory, 1u) << said;

    std::filesystem::remove(disk_is_broken_);
    ASSERT_TRUE(server_.start()) << server_.log();
    // What was answered is there. What was not may be there as well: its bytes were written, if not synced.
    EXPECT_GE(shop_.spent(), 2 * Shop::kPrice);
    for (const auto& token : tokens_) EXPECT_EQ(shop_.click(token), 302);
    EXPECT_EQ(shop_.spent(), 3 * Shop::kPrice);
  }

  GaveldProcess server_;
  Shop shop_{server_};
  const std::string disk_is_broken_ = server_.directory().file("disk_is_broken");
  std::vector<std::string> tokens_;
  std::size_t log_before_ = 0;
};

TEST_F(FailedSync, OfAChargeEndsTheProcess) {
  EXPECT_EQ(shop_.click(tokens_[2]), 0) << "what is not durable is not answered";
  expect_death_and_return();
}

TEST_F(FailedSync, OfAChangeEndsTheProcess) {
  EXPECT_EQ(HttpClient(server_.port()).request("PUT", "/v1/advertisers/w", R"({"name": "W"})").status, 0);
  expect_death_and_return();
}

}  // namespace
}  // namespace gavel
