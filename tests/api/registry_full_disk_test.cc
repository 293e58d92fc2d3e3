// A transaction whose disk has no space left: nothing of it lasts, and it may go on when there is some.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/resource_world.h"

namespace gavel {
namespace {

namespace fs = std::filesystem;

// Needs the right to mount a small file system; skipped elsewhere.
class RegistryOnAFullDisk : public ::testing::Test {
 protected:
  bool mount(const char* size) {
    mounted_ = ::mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, size) == 0;
    return mounted_;
  }
  void TearDown() override {
    world_.reset();
    if (mounted_) ::umount(dir_.path().c_str());
  }
  fs::path ballast() const { return dir_.path() / "ballast"; }
  // Leaves about `bytes` free.
  void fill_up(std::uintmax_t bytes) {
    std::ofstream file(ballast(), std::ios::binary | std::ios::app);
    const std::string block(4'096, 'x');
    while (fs::space(dir_.path()).available > bytes && file.write(block.data(), 4'096).flush()) {
    }
  }
  TempDir dir_;
  std::unique_ptr<ResourceWorld> world_;
  bool mounted_ = false;
};

TEST_F(RegistryOnAFullDisk, ATransactionThatFailsMayGoOnAndLeavesNoGap) {
  if (!mount("size=12m")) GTEST_SKIP() << "may not mount";
  world_ = std::make_unique<ResourceWorld>(dir_.file("db"));
  put_samples(*world_);
  const std::string before = world_->dump();
  const AdIx ad{world_->internal_id("ad", "a1")};
  fill_up(40'000);
  {
    Transaction transaction(*world_->registry);
    JsonParser parser;
    const auto apply = [&](ResourceOperation operation, const std::string& text) {
      const JsonNode body{*parser.parse(text), {}};
      operation.body = &body;
      return summary(transaction.apply(operation, world_->principal));
    };
    const ResourceOperation patch{.kind = OperationKind::kPatch, .type = ResourceType::kAd, .id = "a1"};
    EXPECT_EQ(apply(patch, R"({"landing_url":"https://shop.example/lost"})"), "200");
    for (int i = 0; i < 2'000; ++i) {
      EXPECT_EQ(apply({.type = ResourceType::kKeyword, .id = "k1" + std::to_string(i)},
                      std::string(sample_body("keyword"))),
                "201");
    }
    EXPECT_GT(transaction.staged_bytes(), 400'000U);
    EXPECT_TRUE(transaction.commit());
    EXPECT_EQ(transaction.staged_bytes(), 0U);
    EXPECT_EQ(transaction.staged_rows(), 0U);

    fs::remove(ballast());
    EXPECT_EQ(apply(patch, R"({"landing_url":"https://shop.example/kept"})"), "200");
    EXPECT_FALSE(transaction.commit());
  }
  EXPECT_NE(world_->dump(), before);
  EXPECT_EQ(world_->internal_id("keyword", "k10"), Interner::kAbsent);
  EXPECT_EQ(world_->store->get(Family::kLandingUrls, landing_url_key(ad, 2)), "https://shop.example/kept");
  const JsonTree log = world_->changes();
  ASSERT_EQ(log.items().size(), 8U);
  EXPECT_EQ(log[7]["seq"].int_or_zero(), 8);
  EXPECT_EQ(log[7]["after"]["landing_url"].text_or_empty(), "https://shop.example/kept");
}

}  // namespace
}  // namespace gavel
