// The only writer of resources: it makes a change durable, sets the limits that follow from it, and publishes
// the catalog that auctions read.
//
// What is where on the disk (resource_record.h): kResources holds one record a resource, deleted ones
// included; kChildren says where each stands and what it refers to (index_keys.h); kChanges is the log.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"
#include "api/resources/resource_record.h"
#include "auction/catalog_editor.h"
#include "auction/catalog_publisher.h"
#include "auction/segmenter.h"
#include "auction/symbols.h"
#include "budget/accounts.h"
#include "budget/click_stats.h"
#include "budget/clock.h"
#include "budget/frequency.h"
#include "budget/result.h"
#include "budget/store.h"

namespace gavel {

// What the registry works on; all outlive it.
struct RegistryParts {
  Store& store;
  BusinessClock& clock;
  std::shared_ptr<Symbols> symbols;
  Accounts& accounts;
  FrequencyCounts& frequency;
  ClickStats& click_stats;
  CatalogPublisher& publisher;
  // Called where limits of what was there before may have changed, before the change is answered: waits until
  // every charge that was decided by the old limits is durable, so that none passes a limit that a client
  // knows to be in force.
  std::function<void()> settle_charges{};
};

// Nothing stands below an ad or a keyword, or refers to one: nobody asks for their state.
constexpr bool is_leaf(ResourceType type) {
  return type == ResourceType::kAd || type == ResourceType::kKeyword;
}

// What is known in memory of each resource ever made that is no leaf.
struct ResourceState {
  std::uint32_t parent =
      kNoInternalId;  // internal id of the type above; none for advertiser, placement, festival
  std::uint32_t owner =
      kNoInternalId;  // the advertiser above, itself for an advertiser; none for placement, festival
  bool live = false;
};

// Thread-safe: writes take one mutex for the length of a transaction (its synced write included); get() takes
// none and reads what is durable.
class Registry {
 public:
  struct LoadError {
    std::string message;  // one line for a person, names the resource or what could not be written
  };
  // Called after every kLoadProgressRows rows with the number of rows read so far; says whether to go on.
  using Progress = std::function<bool(std::uint64_t rows)>;

  // Empty: load() comes before anything else.
  explicit Registry(RegistryParts parts);
  ~Registry();

  // Reads all resources from the store: ids are given again as they were, limits are set (deleted resources
  // too, since tokens already out still charge), and one snapshot is published. Where the index is not whole it is
  // written. Once; on an error the registry is of no use.
  std::optional<LoadError> load(const Progress& progress = {});

  // Lists ads whose estimates have outgrown what the lists were made with anew, and publishes: until then all auctions
  // look at more than they need. Any thread; costs nothing where there are none, and never waits: where somebody is at
  // work, his transaction does it when it publishes, and where it publishes nothing, the next who calls this.
  void relist_outgrown();

  // The record of a resource that exists (is not deleted). Any thread, no lock.
  std::optional<ResourceRecord> get(ResourceType type, std::string_view id) const;
  std::optional<ResourceRecord> get(ResourceType type, std::uint32_t internal_id) const;

  const Store& store() const { return parts_.store; }
  const Symbols& symbols() const { return *parts_.symbols; }

 private:
  friend class Transaction;
  friend class RegistryLoader;

  // What a committed transaction changed of one resource.
  struct Change {
    ResourceType type;
    std::uint32_t internal_id;
    const ResourceRecord* record;
    const ResourceDoc* doc;
    const ResourceDoc* before;  // null where it was never there
    bool was_live;              // false where it was deleted before
  };
  // Whether bounds are stretched because an ad has outgrown its ceiling.
  bool has_outgrown() const;
  // What the editor holds, with outgrown ads listed anew; requires mutex_.
  void publish();
  // Sets limits and windows and puts the row; requires mutex_.
  void set_limits(const Change& change);
  void put_row(const Change& change);
  void erase_row(ResourceType type, std::uint32_t internal_id);
  // Of a type that is no leaf; without parent, owner and life where it was never made.
  ResourceState state(ResourceType type, std::uint32_t internal_id) const;
  void set_state(ResourceType type, std::uint32_t internal_id, ResourceState state);

  RegistryParts parts_;
  std::mutex mutex_;
  // All below is protected by mutex_.
  CatalogEditor editor_;
  Segmenter segmenter_;
  JsonParser parser_;                                              // for documents read back from the store
  JsonParser patch_parser_;                                        // for merged documents
  std::array<std::vector<ResourceState>, kResourceTypes> states_;  // by internal id
  std::uint64_t last_change_ = 0;                                  // sequence number
};

inline constexpr std::uint64_t kLoadProgressRows = 100'000;

}  // namespace gavel
