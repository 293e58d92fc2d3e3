// Start-up: everything stored becomes the catalog again.
#include <algorithm>
#include <array>
#include <utility>

#include "api/resources/registry.h"
#include "api/resources/transaction.h"

namespace gavel {

// One row after the other, each type after those it refers to.
class RegistryLoader {
 public:
  RegistryLoader(Registry& registry, const Registry::Progress& progress)
      : registry_(registry), progress_(progress) {}

  std::optional<Registry::LoadError> load(ResourceType type) {
    std::optional<Registry::LoadError> error;
    const std::string prefix = resource_key_prefix(type);
    registry_.parts_.store.scan(Family::kResources, prefix, prefix_end(prefix),
                                [&](std::string_view key, std::string_view value) {
                                  error = load_row(type, internal_id_of_key(key), value);
                                  return !error;
                                });
    return error;
  }

 private:
  std::optional<Registry::LoadError> load_row(ResourceType type, std::uint32_t internal_id,
                                              std::string_view value) {
    const auto record = decode_record(value);
    if (!record) {
      return Registry::LoadError{"the stored " + std::string(type_name(type)) + " with internal id " +
                                 std::to_string(internal_id) + " cannot be read"};
    }
    const auto doc = read_stored(registry_.parser_, type, *record);
    if (!doc) return fault(type, *record, "cannot be read");
    Interner& ids = registry_.parts_.symbols->of(type);
    ids.reserve(internal_id);
    if (ids.intern(record->id) != internal_id) return fault(type, *record, "is stored twice");
    const Registry::Change change{type, internal_id, &*record, &*doc, nullptr, false};
    registry_.set_state(type, internal_id, {record->parent, record->owner, !record->deleted});
    registry_.set_limits(change);
    registry_.put_row(change);
    if (record->deleted) registry_.erase_row(type, internal_id);
    registry_.last_change_ = std::max(registry_.last_change_, record->last_change);
    if (++rows_ % kLoadProgressRows == 0 && progress_) progress_(rows_);
    return std::nullopt;
  }

  static Registry::LoadError fault(ResourceType type, const ResourceRecord& record, std::string_view what) {
    return {"the stored " + std::string(type_name(type)) + " " + record.id + " " + std::string(what)};
  }

  Registry& registry_;
  const Registry::Progress& progress_;
  std::uint64_t rows_ = 0;
};

std::optional<Registry::LoadError> Registry::load(const Progress& progress) {
  parts_.click_stats.ceilings().raise();  // nothing is listed by the old ones
  RegistryLoader loader(*this, progress);
  constexpr std::array kDependencyOrder{
      ResourceType::kAdvertiser, ResourceType::kPlacement, ResourceType::kFestival, ResourceType::kCampaign,
      ResourceType::kAdGroup,    ResourceType::kAd,        ResourceType::kKeyword};
  for (const ResourceType type : kDependencyOrder) {
    if (auto error = loader.load(type)) return error;
  }
  parts_.publisher.publish(editor_.snapshot());
  parts_.click_stats.ceilings().settle();
  return std::nullopt;
}

}  // namespace gavel
