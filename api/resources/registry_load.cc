// Start-up: everything stored becomes the catalog again.
#include <algorithm>
#include <utility>

#include "api/resources/index_keys.h"
#include "api/resources/index_maker.h"
#include "api/resources/registry.h"
#include "api/resources/row_reader.h"

namespace gavel {

// One row after the other, each type after those it refers to. Reading and parsing go ahead on a thread of
// their own.
class RegistryLoader {
 public:
  RegistryLoader(Registry& registry, const Registry::Progress& progress)
      : registry_(registry), progress_(progress) {
    if (!index_is_whole(registry.parts_.store)) index_.emplace(registry.parts_.store);
  }

  std::optional<Registry::LoadError> load(ResourceType type) {
    if (auto error = expect(type)) return error;
    RowReader reader(registry_.parts_.store, type);
    for (auto rows = reader.next(); !rows.empty(); rows = reader.next()) {
      const Interner& ids = registry_.parts_.symbols->of(type);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i + kAhead < rows.size()) ids.prefetch(rows[i + kAhead].record.id);
        if (auto error = put(type, rows[i])) return error;
      }
    }
    if (!reader.error().empty()) return Registry::LoadError{reader.error()};
    return std::nullopt;
  }

  std::optional<Registry::LoadError> finish() { return index_ ? error_of(index_->finish()) : std::nullopt; }

 private:
  static std::optional<Registry::LoadError> error_of(const std::optional<StoreError>& failed) {
    return failed ? std::optional(Registry::LoadError{"making the index of resources: " + failed->message}) : std::nullopt;
  }

  // Internal ids are dense, so the last one says how many there are.
  std::optional<Registry::LoadError> expect(ResourceType type) {
    const auto last = registry_.parts_.store.last_key(Family::kResources, resource_key_prefix(type));
    if (!last) return std::nullopt;
    const std::uint32_t last_id = internal_id_of_key(*last);
    if (*last != resource_key(type, last_id) || last_id >= kResourcesMax) {
      return Registry::LoadError{"the last stored " + std::string(type_name(type)) + " has the internal id " +
                                 std::to_string(last_id) + ": its key is damaged"};
    }
    const std::uint32_t count = last_id + 1;
    registry_.parts_.symbols->of(type).expect(count + count / kRoomForNew);
    if (!is_leaf(type)) registry_.states_[static_cast<std::size_t>(type)].reserve(count);
    return std::nullopt;
  }

  std::optional<Registry::LoadError> put(ResourceType type, const StoredRow& row) {
    const ResourceRecord& record = row.record;
    Interner& ids = registry_.parts_.symbols->of(type);
    ids.reserve(row.internal_id);
    if (ids.intern(record.id) != row.internal_id) {
      return Registry::LoadError{"the stored " + std::string(type_name(type)) + " " + record.id +
                                 " is stored twice"};
    }
    const Registry::Change change{type, row.internal_id, &record, &row.doc, nullptr, false};
    registry_.set_state(type, row.internal_id, {record.parent, record.owner, !record.deleted});
    registry_.set_limits(change);
    registry_.put_row(change);
    if (record.deleted) registry_.erase_row(type, row.internal_id);
    if (index_ && !record.deleted) {
      if (auto error = error_of(index_->add(keys_of(record, row.doc), row.internal_id))) return error;
    }
    registry_.last_change_ = std::max(registry_.last_change_, record.last_change);
    if (++rows_ % kLoadProgressRows == 0 && progress_ && !progress_(rows_))
      return Registry::LoadError{"stopped"};
    return std::nullopt;
  }

  std::vector<std::string> keys_of(const ResourceRecord& record, const ResourceDoc& doc) const {
    return index_keys(
        record.id, record.parent, doc,
        [&](ResourceType type, std::uint32_t ix) { return registry_.state(type, ix).parent; },
        [&](ResourceType type, std::string_view id) { return registry_.parts_.symbols->of(type).find(id); });
  }

  static constexpr std::size_t kAhead = 8;          // rows: their names' places anywhere in memory are asked for
  static constexpr std::uint32_t kRoomForNew = 8;  // an eighth more names before the table grows

  Registry& registry_;
  const Registry::Progress& progress_;
  std::optional<IndexMaker> index_;  // where there is none
  std::uint64_t rows_ = 0;
};

std::optional<Registry::LoadError> Registry::load(const Progress& progress) {
  parts_.click_stats.ceilings().raise();  // nothing is listed by the old ones
  RegistryLoader loader(*this, progress);
  for (const ResourceType type : kDependencyOrder) {
    if (auto error = loader.load(type)) return error;
  }
  if (auto error = loader.finish()) return error;
  parts_.publisher.publish(editor_.snapshot());
  parts_.click_stats.ceilings().settle();
  return std::nullopt;
}

}  // namespace gavel
