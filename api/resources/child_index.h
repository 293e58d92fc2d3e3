// What stands below what, as a transaction sees it: the stored index with its own, not yet written changes on
// top.
#pragma once

#include <cstdint>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/resources/resource_record.h"
#include "budget/store.h"

namespace gavel {

// Not thread-safe.
class ChildIndex {
 public:
  explicit ChildIndex(const Store& store) : store_(store) {}

  // Replaces the keys `before` of one resource by `after`; both sorted. Keys in both are left alone.
  void replace(const std::vector<std::string>& before, const std::vector<std::string>& after,
               std::uint32_t internal_id);

  struct Child {
    std::string id;  // external
    std::uint32_t internal_id;
  };
  // The first `max` entries whose keys begin with `prefix`, in their order.
  std::vector<Child> with(std::string_view prefix, std::size_t max) const;

  void write_to(WriteBatch& batch) const;
  void clear();

 private:
  const Store& store_;
  // Of many small nodes that all go at once.
  std::pmr::monotonic_buffer_resource memory_;
  std::pmr::map<std::string, std::optional<std::uint32_t>, std::less<>> changes_{&memory_};  // none = erased
};

}  // namespace gavel
