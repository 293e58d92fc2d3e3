// Health, version, description, clock and checkpoints from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "api/build_info.h"
#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

class HandlersOperationTest : public testing::Test {
 protected:
  HandlersWorld world_;
};

TEST_F(HandlersOperationTest, HealthNeedsNoKey) {
  EXPECT_EQ(world_.get("/healthz", "").body, R"({"status":"ok"})");
  EXPECT_EQ(world_.get("/readyz", "").body, R"({"status":"ready"})");
  world_.ready = false;
  const ClientResponse response = world_.get("/readyz", "");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.header("retry-after"), "1");
  EXPECT_EQ(world_.get("/healthz", "").status, 200);
}

TEST_F(HandlersOperationTest, VersionTellsTheBuildAndTheStart) {
  const JsonTree version = HandlersWorld::json(world_.get("/version", ""));
  EXPECT_EQ(version["name"], JsonTree("gaveld"));
  EXPECT_EQ(version["version"], JsonTree(std::string(build_version())));
  EXPECT_TRUE(version.find("commit"));
  EXPECT_EQ(version["started_at"], JsonTree("2026-11-11T04:00:00Z"));
}

TEST_F(HandlersOperationTest, DescriptionAndMetricsHaveTheirTypes) {
  const ClientResponse description = world_.get("/openapi.yaml", "");
  EXPECT_EQ(description.header("content-type"), "application/yaml");
  EXPECT_EQ(description.body, openapi_yaml());
  const ClientResponse metrics = world_.get("/metrics", "");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.header("content-type"), testing::StartsWith("text/plain; version=0.0.4"));
}

TEST_F(HandlersOperationTest, TheClockMovesForward) {
  const ClientResponse moved = world_.post("/v1/admin/clock", R"({"now":"2026-11-12T00:00:00+08:00"})");
  EXPECT_EQ(moved.status, 200);
  EXPECT_EQ(moved.body, R"({"now":"2026-11-11T16:00:00Z"})");
  EXPECT_EQ(world_.clock.now(), kNoon + std::chrono::hours{12});
  const ClientResponse back = world_.post("/v1/admin/clock", R"({"now":"2026-11-11T15:59:59Z"})");
  EXPECT_EQ(back.status, 409);
  EXPECT_EQ(HandlersWorld::fields(back), "/now");
  EXPECT_EQ(HandlersWorld::fields(world_.post("/v1/admin/clock", R"({"now":"soon"})")), "/now");
  EXPECT_EQ(HandlersWorld::fields(world_.post("/v1/admin/clock", "{}")), "/now");
  EXPECT_EQ(HandlersWorld::fields(world_.post("/v1/admin/clock", R"({"now":null,"at":1})")), "/now /at");
  EXPECT_EQ(world_.post("/v1/admin/clock", "{}", kPlatformKey).status, 403);
  EXPECT_EQ(world_.post("/v1/admin/clock", "{}", "").status, 401);
  const ClientResponse too_far = world_.post("/v1/admin/clock", R"({"now":"9999-01-01T00:00:00Z"})");
  EXPECT_EQ(too_far.status, 400) << "times of five-digit years would follow";
  EXPECT_EQ(HandlersWorld::fields(too_far), "/now");
  world_.background_busy = true;
  EXPECT_EQ(world_.post("/v1/admin/clock", R"({"now":"2027-01-01T00:00:00Z"})").status, 503);
}

TEST_F(HandlersOperationTest, ACheckpointIsADataDirectory) {
  WriteBatch batch;
  batch.put(Family::kMeta, "mark", "here");
  ASSERT_FALSE(world_.store->write(batch));
  const ClientResponse named = world_.post("/v1/admin/checkpoint", R"({"directory":"before-sale"})");
  ASSERT_EQ(named.status, 201) << named.body;
  const std::string path = HandlersWorld::json(named)["directory"].text_or_empty();
  EXPECT_EQ(path, world_.directory.file("before-sale"));
  EXPECT_EQ(HandlersWorld::json(named)["created_at"], JsonTree("2026-11-11T04:00:00Z"));
  const auto copy = Store::open(path + "/db");
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ((*copy)->get(Family::kMeta, "mark"), "here");
  EXPECT_EQ(read_file(path + "/tokens.key"), "secret");
}

TEST_F(HandlersOperationTest, CheckpointsNeverOverwrite) {
  ASSERT_EQ(world_.post("/v1/admin/checkpoint", R"({"directory":"one"})").status, 201);
  const ClientResponse again = world_.post("/v1/admin/checkpoint", R"({"directory":"one"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(HandlersWorld::fields(again), "/directory");
  for (const char* body : {"{}", R"({"directory":null})"}) {
    const JsonTree made = HandlersWorld::json(world_.post("/v1/admin/checkpoint", body));
    EXPECT_THAT(made["directory"].text_or_empty(), testing::HasSubstr("20261111T040000Z"));
    EXPECT_TRUE(std::filesystem::exists(made["directory"].text_or_empty() + "/db/CURRENT"));
  }
  EXPECT_EQ(world_.post("/v1/admin/checkpoint", "").status, 201) << "no body asks for the default name";
}

TEST_F(HandlersOperationTest, CheckpointsStayBelowTheirDirectory) {
  for (const char* name : {"..", ".", ".hidden", "../up", "a/b", ""}) {
    const ClientResponse response =
        world_.post("/v1/admin/checkpoint", R"({"directory":")" + std::string(name) + "\"}");
    EXPECT_EQ(response.status, 400) << name;
    EXPECT_EQ(HandlersWorld::fields(response), "/directory") << name;
  }
  EXPECT_EQ(world_.post("/v1/admin/checkpoint", "{}", kShopKey).status, 403);
  world_.background_busy = true;
  EXPECT_EQ(world_.post("/v1/admin/checkpoint", "{}").status, 503);
}

}  // namespace
}  // namespace gavel
