// Transactions of any size against one operation after the other.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "api/resources/registry.h"
#include "tests/api/stored_world.h"

namespace gavel {
namespace {

// A random operation of any kind on a few ids.
struct RandomOperation {
  OperationKind kind;
  ResourceType type;
  std::string id, body;
};

RandomOperation random_operation(std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto id = [&](const char* letter) { return letter + std::to_string(pick(3)); };
  RandomOperation op;
  const int kind = pick(8);  // mostly puts, so that there is something to change
  op.kind = kind < 5 ? OperationKind::kPut : kind < 7 ? OperationKind::kPatch : OperationKind::kDelete;
  op.type = static_cast<ResourceType>(pick(7));
  const std::string n = std::to_string(pick(4) + 1);
  switch (op.type) {
    case ResourceType::kAdvertiser:
      op.id = id("s");
      op.body = R"({"name":")" + n + "\"}";
      break;
    case ResourceType::kCampaign:
      op.id = id("c");
      op.body = R"({"advertiser_id":")" + id("s") + R"(","name":")" + n +
                R"(","pricing":"cpc","festivals":)" +
                (pick(2) == 0 ? "null"
                              : R"([{"festival_id":")" + id("f") + R"(","daily_budget_micros":)" + n + "}]") +
                "}";
      break;
    case ResourceType::kAdGroup:
      op.id = id("g");
      op.body = R"({"campaign_id":")" + id("c") + R"(","name":"n","bid_micros":)" + n + R"(,"placements":)" +
                (pick(2) == 0 ? "null" : R"([")" + id("p") + "\"]") + "}";
      break;
    case ResourceType::kAd:
      op.id = id("a");
      op.body = R"({"ad_group_id":")" + id("g") + R"(","item_id":"i","title":"t","landing_url":"http://h/)" +
                n + "\"}";
      break;
    case ResourceType::kKeyword:
      op.id = id("k");
      op.body = R"({"ad_group_id":")" + id("g") + R"(","text":"w)" + n + R"(","match":"exact"})";
      break;
    case ResourceType::kPlacement:
      op.id = id("p");
      op.body = R"({"kind":"search","position_ctr":[1],"reserve_cpc_micros":)" + n + "}";
      break;
    case ResourceType::kFestival:
      op.id = id("f");
      op.body = R"({"name":")" + n +
                R"(","phases":[{"name":"x","start":"2024-11-11T00:00:00Z","end":"2024-11-12T00:00:00Z"}]})";
      break;
  }
  return op;
}

// Operations in transactions of any size answer and leave what they do one by one, and what a restart finds
// is the same again.
TEST(RegistryTwin, TransactionsOfAnySizeAgree) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    TempDir one_directory, many_directory;
    ResourceWorld one(one_directory.file("db"));
    auto many = std::make_unique<ResourceWorld>(many_directory.file("db"));
    int made = 0;
    for (int round = 0; round < 60; ++round) {
      Transaction transaction(*many->registry);
      JsonParser parser;
      for (std::size_t i = 0, size = random() % 20 + 1; i < size; ++i) {
        const RandomOperation op = random_operation(random);
        ResourceOperation operation{.kind = op.kind, .type = op.type, .id = op.id};
        const OperationOutcome expected = one.apply(operation, op.body);
        const JsonNode body{*parser.parse(op.body), {}};
        operation.body = &body;
        const OperationOutcome outcome = transaction.apply(operation, many->principal);
        ASSERT_EQ(summary(outcome), summary(expected)) << seed << " " << op.id << " " << op.body;
        ASSERT_EQ(outcome.body, expected.body);
        made += outcome.ok();
      }
      ASSERT_FALSE(transaction.commit());
    }
    EXPECT_GT(made, 100) << "the operations must not all fail";
    const std::string expected = one.dump();
    EXPECT_EQ(many->dump(), expected);
    EXPECT_EQ(many->changes(), one.changes());
    many.reset();
    const ResourceWorld again(many_directory.file("db"));
    EXPECT_EQ(again.dump(), expected);
  }
}

}  // namespace
}  // namespace gavel
