// The log of changes as it is stored, one value a sequence number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/auth.h"
#include "api/json/resource_doc.h"
#include "api/resources/transaction.h"
#include "budget/store.h"
#include "budget/time.h"

namespace gavel {

struct ChangeEntry {
  Timestamp at;
  std::string_view actor;
  ResourceType type = ResourceType::kAdvertiser;
  OperationKind kind = OperationKind::kPut;
  const ResourceRecord& after;  // whose owner's entry it is
};

// Appends the value that stands for the entry.
void append_change(std::string& out, const ChangeEntry& entry);

inline constexpr std::uint64_t kChangesPerPageDefault = 100;
inline constexpr std::uint64_t kChangesPerPageMax = 1'000;
inline constexpr std::uint64_t kChangesScannedMax = 20'000;  // of a page that shows few of them
inline constexpr std::size_t kChangesPageBytesMax = 8 * 1024 * 1024;

struct ChangesQuery {
  std::uint64_t after = 0;
  std::uint64_t limit = kChangesPerPageDefault;  // 0 shows nothing
  std::optional<std::uint32_t> owner;            // only this advertiser's entries
};

// Appends {"changes": [...], "next_after": N}: entries in order of their numbers, from the first after
// query.after. next_after is the last number looked at, never below `after`: asking again with it goes on,
// and where it equals `after` there is nothing new. A page may hold fewer than `limit` entries, even none,
// though more follow. Any thread.
void append_changes(std::string& out, const Store& store, const ChangesQuery& query);

}  // namespace gavel
