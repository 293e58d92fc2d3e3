// A registry of resources over a store of a test's own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api/resources/registry.h"
#include "api/resources/transaction.h"
#include "auction/catalog_publisher.h"
#include "budget/accounts.h"
#include "budget/clock.h"
#include "budget/frequency.h"
#include "tests/support/json_tree.h"
#include "tests/support/temp_dir.h"

namespace gavel {

// Everything below the registry, made on one database directory; begins at 2024-11-01T00:00:00Z on a manual
// clock.
struct ResourceWorld {
  explicit ResourceWorld(const std::string& database);

  std::unique_ptr<Store> store;
  BusinessClock clock;
  std::shared_ptr<Symbols> symbols = std::make_shared<Symbols>();
  Accounts accounts;
  ClickStats click_stats;
  std::unique_ptr<FrequencyCounts> frequency;
  std::unique_ptr<CatalogPublisher> publisher;
  std::unique_ptr<Registry> registry;

  int settled = 0;  // how often the registry waited for charges decided by old limits
  std::function<void()> while_settling;

  const Catalog& catalog();  // the newest; valid until the next call

  // Each is one committed transaction. `body` is JSON.
  OperationOutcome put(std::string_view type, std::string_view id, std::string_view body);
  OperationOutcome patch(std::string_view type, std::string_view id, std::string_view body);
  OperationOutcome remove(std::string_view type, std::string_view id, bool cascade = false);
  OperationOutcome apply(ResourceOperation operation, std::string_view body);

  // What GET shows; empty where there is nothing.
  std::string get(std::string_view type, std::string_view id) const;
  JsonTree tree(std::string_view type, std::string_view id) const;
  // Everything that exists, as one text.
  std::string dump() const;
  // The whole log of changes.
  JsonTree changes() const;

  std::uint32_t internal_id(std::string_view type, std::string_view id) const;

  // Who asks from now on: admin at first.
  Principal principal{Role::kAdmin, "", "admin:test"};

 private:
  std::shared_ptr<const Catalog> catalog_;
};

// One small valid document a type; they refer to each other by these ids: s1, c1, g1, a1, k1, p1, f1.
std::string_view sample_body(std::string_view type);
std::string_view sample_id(std::string_view type);
// Puts the seven samples.
void put_samples(ResourceWorld& world);

// "409 /pricing" for an outcome with one error, "201" for one without.
std::string summary(const OperationOutcome& outcome);

}  // namespace gavel
