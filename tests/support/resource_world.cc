#include "tests/support/resource_world.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "api/resources/change_log.h"
#include "api/resources/listing.h"

namespace gavel {

namespace {

using std::chrono::sys_days;

std::unique_ptr<Store> open_store(const std::string& path) {
  auto store = Store::open(path);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    std::abort();
  }
  return std::move(*store);
}

struct Sample {
  std::string_view type, id, body;
};
constexpr Sample kSamples[] = {
    {"advertiser", "s1", R"({"name":"Shop"})"},
    {"placement", "p1", R"({"kind":"search","position_ctr":[1,0.5]})"},
    {"festival", "f1",
     R"({"name":"11.11","phases":[{"name":"peak","start":"2024-11-11T00:00:00+08:00","end":"2024-11-12T00:00:00+08:00","boost":2}]})"},
    {"campaign", "c1",
     R"({"advertiser_id":"s1","name":"C","pricing":"cpc","festivals":[{"festival_id":"f1","daily_budget_micros":7}]})"},
    {"ad_group", "g1", R"({"campaign_id":"c1","name":"G","bid_micros":1000000,"placements":["p1"]})"},
    {"ad", "a1", R"({"ad_group_id":"g1","item_id":"i1","title":"T","landing_url":"https://shop.example/1"})"},
    {"keyword", "k1", R"({"ad_group_id":"g1","text":"red dress","match":"broad"})"},
};

}  // namespace

ResourceWorld::ResourceWorld(const std::string& database)
    : store(open_store(database)),
      clock(BusinessClock::manual(sys_days{std::chrono::year{2024} / 11 / 1})),
      frequency(std::make_unique<FrequencyCounts>(*store)),
      publisher(std::make_unique<CatalogPublisher>(std::make_shared<Catalog>(symbols))) {
  registry = std::make_unique<Registry>(
      RegistryParts{*store, clock, symbols, accounts, *frequency, click_stats, *publisher, [this] {
                      ++settled;
                      if (while_settling) while_settling();
                    }});
  if (const auto failed = registry->load()) ADD_FAILURE() << failed->message;
}

const Catalog& ResourceWorld::catalog() {
  catalog_ = publisher->whole();
  return *catalog_;
}

OperationOutcome ResourceWorld::apply(ResourceOperation operation, std::string_view body) {
  JsonParser parser;
  JsonNode node;
  if (operation.kind != OperationKind::kDelete) {
    const auto root = parser.parse(body);
    if (!root) {
      ADD_FAILURE() << root.error().reason << ": " << body;
      return {};
    }
    node.value = *root;
    operation.body = &node;
  }
  Transaction transaction(*registry);
  OperationOutcome outcome = transaction.apply(operation, principal);
  EXPECT_FALSE(transaction.commit());
  return outcome;
}

OperationOutcome ResourceWorld::put(std::string_view type, std::string_view id, std::string_view body) {
  return apply({.kind = OperationKind::kPut, .type = *type_from_name(type), .id = id}, body);
}

OperationOutcome ResourceWorld::patch(std::string_view type, std::string_view id, std::string_view body) {
  return apply({.kind = OperationKind::kPatch, .type = *type_from_name(type), .id = id}, body);
}

OperationOutcome ResourceWorld::remove(std::string_view type, std::string_view id, bool cascade) {
  return apply({.kind = OperationKind::kDelete, .type = *type_from_name(type), .id = id, .cascade = cascade},
               {});
}

std::string ResourceWorld::get(std::string_view type, std::string_view id) const {
  std::string out;
  if (const auto record = registry->get(*type_from_name(type), id)) append_shown(out, *record);
  return out;
}

JsonTree ResourceWorld::tree(std::string_view type, std::string_view id) const {
  return JsonTree::parse(get(type, id)).value_or(JsonTree());
}

std::string ResourceWorld::dump() const {
  std::string out;
  for (int type = 0; type < kResourceTypes; ++type) {
    ListQuery query;
    query.type = static_cast<ResourceType>(type);
    query.page_size = kPageSizeMax;
    EXPECT_TRUE(append_page(out, *registry, query).has_value());
    out += '\n';
  }
  return out;
}

JsonTree ResourceWorld::changes() const {
  std::string out;
  append_changes(out, *store, {.after = 0, .limit = 1'000'000, .owner = {}});
  const auto tree = JsonTree::parse(out);
  EXPECT_TRUE(tree.has_value()) << out;
  return tree.value_or(JsonTree())["changes"];
}

std::uint32_t ResourceWorld::internal_id(std::string_view type, std::string_view id) const {
  return symbols->of(*type_from_name(type)).find(id);
}

std::string_view sample_body(std::string_view type) {
  for (const Sample& sample : kSamples) {
    if (sample.type == type) return sample.body;
  }
  return {};
}

std::string_view sample_id(std::string_view type) {
  for (const Sample& sample : kSamples) {
    if (sample.type == type) return sample.id;
  }
  return {};
}

void put_samples(ResourceWorld& world) {
  for (const Sample& sample : kSamples) {
    const OperationOutcome outcome = world.put(sample.type, sample.id, sample.body);
    ASSERT_EQ(summary(outcome), "201") << sample.type;
  }
}

std::string summary(const OperationOutcome& outcome) {
  std::string out = std::to_string(outcome.status);
  for (const FieldError& error : outcome.errors) out += " " + error.field;
  return out;
}

}  // namespace gavel
