// Changes of resources that become durable and visible together: each is checked against what is stored and
// against those before it, and nothing is written, interned or published before commit().
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/auth.h"
#include "api/field_error.h"
#include "api/json/json_reader.h"
#include "api/json/resource_doc.h"
#include "api/resources/access.h"
#include "api/resources/child_index.h"
#include "api/resources/registry.h"
#include "budget/give_way.h"
#include "budget/store.h"

namespace gavel {

enum class OperationKind : std::uint8_t { kPut, kPatch, kDelete };

struct ResourceOperation {
  OperationKind kind = OperationKind::kPut;
  ResourceType type = ResourceType::kAdvertiser;
  std::string_view id = {};
  const JsonNode* body = nullptr;                      // of put and patch; its path is where errors point to
  bool cascade = false;                                // of delete
  std::string_view if_match = {}, if_none_match = {};  // headers, empty where absent
  bool shows_document = true;                          // of put and patch: whether the outcome has ETag and body
};

// What the operation answers. An error has a detail or errors, and nothing was staged.
struct OperationOutcome {
  int status = 200;
  std::string detail;
  FieldErrors errors;
  std::string etag;  // of put and patch, where asked for
  std::string body;  // the document as GET shows it afterwards
  bool ok() const { return status < 300; }
};

// A cascade commits what it has deleted so far whenever that many rows are staged, children first and
// ads before keywords, so that its memory is bounded and no part of it widens what is served. It must stand
// alone in its transaction.
inline constexpr std::size_t kCascadeRowsPerCommit = 1'000;
inline constexpr std::size_t kBlockersShown = 5;

// Holds the registry's mutex as long as it lives: one at a time, on one thread.
class Transaction {
 public:
  explicit Transaction(Registry& registry);

  OperationOutcome apply(const ResourceOperation& operation, const Principal& principal);

  // Writes everything staged in one synced batch, then makes it visible to auctions. On an error (no space)
  // nothing has changed. What was staged is forgotten in both cases; the transaction may go on.
  std::optional<StoreError> commit();

  std::size_t staged_rows() const { return rows_.size(); }
  // The JSON of all that was staged, the log's included.
  std::size_t staged_bytes() const { return staged_bytes_; }

 private:
  using RowKey = std::pair<ResourceType, std::uint32_t>;
  struct Row {
    ResourceRecord record;
    ResourceDoc doc;
    std::optional<ResourceDoc> before;  // as it was stored
    bool was_live = false;
    bool created = false;  // never stored before
  };
  // A resource as the transaction sees it now.
  struct Present {
    std::uint32_t internal_id = kNoInternalId;
    bool known = false;  // it exists or was deleted
    bool live = false;
    ResourceRecord record;
    ResourceDoc doc;
  };
  struct IdHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
  };
  using NewIds = std::unordered_map<std::string, std::uint32_t, IdHash, std::equal_to<>>;
  struct References {
    std::uint32_t parent = kNoInternalId, owner = kNoInternalId;
  };

  std::uint32_t find_id(ResourceType type, std::string_view id) const;
  Present find(ResourceType type, std::string_view id);
  Present load(ResourceType type, std::uint32_t internal_id);
  ResourceState state(ResourceType type, std::uint32_t internal_id) const;

  // In transaction_write.cc. Each check returns an outcome that is an error, or nothing.
  OperationOutcome write(const ResourceOperation& operation, const Caller& caller);
  std::optional<OperationOutcome> check_access(const ResourceOperation& operation, const Caller& caller,
                                               const Present& present) const;
  std::optional<OperationOutcome> read_body(const ResourceOperation& operation, const Caller& caller,
                                            const Present& present, ResourceDoc& doc);
  std::optional<OperationOutcome> check_kept_fields(const ResourceOperation& operation,
                                                    const Present& present, ResourceDoc& doc) const;
  std::optional<OperationOutcome> check_references(const ResourceOperation& operation, const Caller& caller,
                                                   const Present& present, const ResourceDoc& doc,
                                                   References& references) const;
  std::optional<OperationOutcome> cut_words(const ResourceOperation& operation, const ResourceDoc& doc,
                                            std::vector<std::string>& words);

  // In transaction_delete.cc.
  OperationOutcome remove(const ResourceOperation& operation, const Caller& caller);
  // What the index's keys of all `child` have in front that stand below `type` or refer to it.
  std::string prefix_below(ResourceType child, ResourceType type, std::uint32_t internal_id) const;
  FieldErrors blockers(ResourceType type, std::uint32_t internal_id) const;
  std::optional<StoreError> cascade(ResourceType type, std::uint32_t internal_id, const Principal& principal);
  std::optional<StoreError> remove_group(std::uint32_t internal_id, const Principal& principal);
  std::optional<StoreError> remove_all_below(ResourceType child, ResourceType parent,
                                             std::uint32_t internal_id, const Principal& principal);
  std::optional<StoreError> leave_festival(std::uint32_t festival, const Principal& principal);
  std::optional<StoreError> leave_placement(std::uint32_t placement, const Principal& principal);
  std::optional<StoreError> commit_if_many();
  void stage_removal(Present present, const Principal& principal);

  // Stages one change: the row, its index entries, its entry in the log.
  void stage(Present present, ResourceDoc doc, bool live, OperationKind kind, const Principal& principal);
  std::uint64_t next_change() const;  // its number in the log
  void log_change(const ResourceRecord& record, ResourceType type, OperationKind kind,
                  const Principal& principal);
  void publish();

  Registry& registry_;
  const std::unique_lock<std::mutex> lock_;
  const Timestamp now_;
  std::pmr::monotonic_buffer_resource memory_;  // of many nodes that all go at once
  std::pmr::map<RowKey, Row> rows_{&memory_};
  std::array<NewIds, kResourceTypes> new_ids_;
  std::array<std::vector<std::string>, kResourceTypes> new_names_;  // in the order of their numbers
  ChildIndex index_;
  WriteBatch batch_;           // what is staged beside rows and index: entries of the log, landing URLs
  std::uint64_t changes_ = 0;  // entries of the log in it
  std::size_t staged_bytes_ = 0;
  std::string text_;  // reused
  GiveWay give_way_;
};

// The document that `record` was made of, where it still reads.
std::optional<ResourceDoc> read_stored(JsonParser& parser, ResourceType type, const ResourceRecord& record);

}  // namespace gavel
