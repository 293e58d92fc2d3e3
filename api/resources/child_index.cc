#include "api/resources/child_index.h"

#include <algorithm>

#include "api/resources/index_keys.h"

namespace gavel {

void ChildIndex::replace(const std::vector<std::string>& before, const std::vector<std::string>& after,
                         std::uint32_t internal_id) {
  for (const std::string& key : before) {
    if (!std::ranges::binary_search(after, key)) changes_.insert_or_assign(key, std::nullopt);
  }
  for (const std::string& key : after) {
    if (!std::ranges::binary_search(before, key)) changes_.insert_or_assign(key, internal_id);
  }
}

std::vector<ChildIndex::Child> ChildIndex::with(std::string_view prefix, std::size_t max) const {
  std::vector<Child> children;
  auto changed = changes_.lower_bound(prefix);
  const auto add = [&](std::string_view key, std::uint32_t internal_id) {
    const auto read = read_index_key(key);
    if (read && children.size() < max) children.push_back({std::string(read->id), internal_id});
  };
  // Adds the changed entries whose keys come before `end`; all that are left where it is empty.
  const auto add_changed_before = [&](std::string_view end) {
    for (; changed != changes_.end() && changed->first.starts_with(prefix) &&
           (end.empty() || changed->first < end);
         ++changed) {
      if (changed->second) add(changed->first, *changed->second);
    }
  };
  store_.scan(Family::kChildren, prefix, prefix_end(prefix),
              [&](std::string_view key, std::string_view value) {
                add_changed_before(key);
                if (changed != changes_.end() && changed->first == key) {
                  if (changed->second) add(key, *changed->second);
                  ++changed;
                } else {
                  add(key, decode_internal_id(value));
                }
                return children.size() < max;
              });
  add_changed_before({});
  return children;
}

void ChildIndex::clear() {
  changes_.clear();
  memory_.release();
}

void ChildIndex::write_to(WriteBatch& batch) const {
  for (const auto& [key, internal_id] : changes_) {
    if (internal_id) {
      batch.put(Family::kChildren, key, encode_internal_id(*internal_id));
    } else {
      batch.erase(Family::kChildren, key);
    }
  }
}

}  // namespace gavel
