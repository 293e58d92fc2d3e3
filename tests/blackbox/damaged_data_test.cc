// What a disk can do to the log of writes, and what the server and its offline commands make of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/blackbox/shop.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DamagedData : public testing::Test {
 protected:
  // A shop whose charges are all in one log, as a kill -9 leaves it.
  void trade_and_kill() {
    ASSERT_TRUE(server_.start()) << server_.log();
    shop_.open();
    tokens_ = shop_.tokens(kClicks);
    ASSERT_EQ(tokens_.size(), kClicks);
    for (const auto& token : tokens_) ASSERT_EQ(shop_.click(token), 302);
    ASSERT_EQ(shop_.spent(), kClicks * Shop::kPrice);
    server_.kill_hard();
  }

  fs::path log_file() const {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(server_.data_dir() + "/db")) {
      if (entry.path().extension() != ".log") continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
  }
  void flip_in_the_middle() const {
    const fs::path log = log_file();
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(fs::file_size(log) / 2);
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 0x10));
  }

  // The exit code of gaveld with these arguments; what it says is in the log.
  std::optional<int> run(std::vector<std::string> arguments) {
    server_.set_arguments(std::move(arguments));
    const auto code = server_.run_to_exit();
    server_.set_arguments({});
    return code;
  }

  static constexpr int kClicks = 40;
  GaveldProcess server_;
  Shop shop_{server_};
  std::vector<std::string> tokens_;
};

TEST_F(DamagedData, ATornTailOpens) {
  trade_and_kill();
  const fs::path log = log_file();
  fs::resize_file(log, fs::file_size(log) - 7);
  EXPECT_EQ(run({"--verify"}), 0) << server_.log();
  ASSERT_TRUE(server_.start()) << server_.log();
  // All but the write that was torn; the client that was never answered sends it again.
  EXPECT_EQ(shop_.spent(), (kClicks - 1) * Shop::kPrice);
  for (const auto& token : tokens_) EXPECT_EQ(shop_.click(token), 302);
  EXPECT_EQ(shop_.spent(), kClicks * Shop::kPrice);
}

TEST_F(DamagedData, AFlipInTheMiddleIsRefusedWithWhatToDo) {
  trade_and_kill();
  flip_in_the_middle();
  EXPECT_EQ(server_.run_to_exit(), 1) << server_.log();
  EXPECT_THAT(server_.log(), HasSubstr("data directory " + server_.data_dir() + "/db is damaged"));
  EXPECT_THAT(server_.log(), HasSubstr("gaveld --restore DIR --data-dir " + server_.data_dir()));
  EXPECT_EQ(run({"--verify"}), 1);
}

TEST_F(DamagedData, ACheckpointTakesItsPlaceAndTheRestIsKept) {
  ASSERT_TRUE(server_.start()) << server_.log();
  shop_.open();
  const auto before = shop_.tokens(3);
  for (const auto& token : before) EXPECT_EQ(shop_.click(token), 302);
  const auto made =
      HttpClient(server_.port()).request("POST", "/v1/admin/checkpoint", R"({"directory": "safe"})");
  ASSERT_EQ(made.status, 201) << made.body;
  for (const auto& token : shop_.tokens(20)) EXPECT_EQ(shop_.click(token), 302);
  server_.kill_hard();
  const std::string checkpoint = server_.data_dir() + "/checkpoints/safe";
  EXPECT_EQ(run({"--verify", "--data-dir", checkpoint}), 0) << server_.log();

  // Where the database is whole it stays.
  EXPECT_EQ(run({"--restore", checkpoint}), 1);
  EXPECT_THAT(server_.log(), HasSubstr("--force"));

  flip_in_the_middle();
  EXPECT_EQ(run({"--restore", checkpoint}), 0) << server_.log();
  EXPECT_THAT(server_.log(), HasSubstr("kept as " + server_.data_dir() + "/db.damaged-1"));
  EXPECT_EQ(run({"--verify"}), 0) << server_.log();
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(shop_.spent(), 3 * Shop::kPrice);
  for (const auto& token : before) EXPECT_EQ(shop_.click(token), 302);
  EXPECT_EQ(shop_.spent(), 3 * Shop::kPrice) << "a token from before the checkpoint was charged twice";
}

}  // namespace
}  // namespace gavel
