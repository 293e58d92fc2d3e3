#include "api/verify/check_resources.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "api/json/json_reader.h"
#include "api/resources/index_keys.h"
#include "api/resources/transaction.h"
#include "api/verify/check_landing_urls.h"
#include "api/verify/index_digest.h"

namespace gavel {
namespace {

class ResourceCheck {
 public:
  ResourceCheck(const VerifyContext& context, StoredResources& resources)
      : context_(context),
        store_(context.store),
        findings_(context.findings),
        resources_(resources),
        urls_(context, resources) {}

  void run() {
    read_changes();
    for (const ResourceType type : kDependencyOrder) {
      for_each_record(type, [&](std::uint32_t ix, std::string_view value) { check_row(type, ix, value); });
      check_ids(type);
    }
    findings_.checked("resources", rows_);
    check_index();
    findings_.checked("changes", changes_);
    findings_.compare([] { return std::string("log of changes"); }, "last seq", "log",
                      static_cast<std::int64_t>(last_sequence_), "resources",
                      static_cast<std::int64_t>(last_change_));
    urls_.run();
  }

 private:
  template <class Visit>
  void for_each_record(ResourceType type, const Visit& visit) {
    const std::string prefix = resource_key_prefix(type);
    store_.read_through(Family::kResources, prefix, prefix_end(prefix),
                        [&](std::string_view key, std::string_view value) {
                          const std::uint32_t ix = internal_id_of_key(key);
                          visit(key == resource_key(type, ix) ? ix : kNoInternalId, value);
                          return true;
                        });
  }

  void check_row(ResourceType type, std::uint32_t ix, std::string_view value) {
    context_.count("resources", rows_);
    if (ix >= kResourcesMax) {
      add(std::string(type_name(type)) + " #" + std::to_string(ix), "key", {"resources", Value(ix)},
          {"needed", "an id that was ever given"});
      return;
    }
    const auto record = decode_record(value);
    const auto doc = record ? read_stored(parser_, type, *record) : std::nullopt;
    if (!doc) {
      add(std::string(type_name(type)) + " #" + std::to_string(ix), "record", {"resources", "cannot be read"},
          {"needed", "a document of this version"});
      return;
    }
    const std::string name = std::string(type_name(type)) + " " + record->id;
    ids_.emplace_back(std::hash<std::string>()(record->id), ix);
    check_place(type, ix, name, *record);
    resources_.set(type, ix, {record->parent, record->owner, !record->deleted});
    check_last_change(name, *record);
    if (!record->deleted) {
      for (const std::string& key : keys_of(*record, *doc)) index_.expect(key, ix);
    }
    if (const auto* ad = std::get_if<AdDoc>(&*doc)) urls_.expect(AdIx{ix}, *record, *ad);
  }

  // No external id is a second resource's of the same type, deleted or not: no start takes such a directory.
  void check_ids(ResourceType type) {
    std::ranges::sort(ids_);
    for (std::size_t i = 1; i < ids_.size(); ++i) {
      if (ids_[i].first != ids_[i - 1].first) continue;
      const std::string name = resources_.name(type, ids_[i].second);
      if (name == resources_.name(type, ids_[i - 1].second)) {
        add(name, "id", {"resources", ids_[i - 1].second}, {"resources", ids_[i].second});
      }
    }
    ids_.clear();
  }

  void check_place(ResourceType type, std::uint32_t ix, const std::string& name,
                   const ResourceRecord& record) {
    const auto above = parent_type(type);
    std::uint32_t owner = type == ResourceType::kAdvertiser ? ix : kNoInternalId;
    if (above) {
      const ResourceState parent = resources_.state(*above, record.parent);
      owner = parent.owner;
      if (!resources_.contains(*above, record.parent) || (!record.deleted && !parent.live)) {
        add(name, std::string(parent_field(type)), {"record", resources_.name(*above, record.parent)},
            {"resources", "deleted or never made"});
      }
    }
    if (record.owner != owner) {
      add(name, "advertiser_id", {"record", resources_.name(ResourceType::kAdvertiser, record.owner)},
          {"parent", resources_.name(ResourceType::kAdvertiser, owner)});
    }
  }

  // The change that made the record what it is.
  void check_last_change(const std::string& name, const ResourceRecord& record) {
    last_change_ = std::max(last_change_, record.last_change);
    if (has_change(record.last_change)) return;
    add(name, "last change", {"record", static_cast<std::int64_t>(record.last_change)}, {"changes", {}});
  }

  // Looks up the entries of a record that stand where the index differs.
  void look_up_keys(ResourceType type, std::uint32_t ix, std::string_view value) {
    const auto record = decode_record(value);
    const auto doc = record && !record->deleted ? read_stored(parser_, type, *record) : std::nullopt;
    if (!doc) return;
    for (const std::string& key : keys_of(*record, *doc)) {
      if (!index_.differs_at(key)) continue;
      const auto indexed = store_.get(Family::kChildren, key);
      if (indexed && id_in(*indexed) == ix) continue;
      add(std::string(type_name(type)) + " " + record->id, "entry in " + list_name(key), {"resources", ix},
          {"index", indexed ? Value(id_in(*indexed)) : Value()});
    }
  }

  // The internal id that an entry names; none where the value is not one.
  static std::uint32_t id_in(std::string_view value) {
    return value == encode_internal_id(decode_internal_id(value)) ? decode_internal_id(value) : kNoInternalId;
  }

  // Where an entry stands: "the ads of advertiser v1, campaign c1, ad_group g1".
  std::string list_name(std::string_view key) const {
    const auto read = read_index_key(key);
    if (!read) return "no list";
    std::string name = "the " + std::string(collection_name(read->type));
    std::array above{ResourceType::kAdvertiser, ResourceType::kCampaign, ResourceType::kAdGroup};
    if (read->refers_to) above[0] = *read->refers_to;
    for (std::size_t level = 0; level < read->ids.depth(); ++level) {
      name += (level == 0 ? " of " : ", ") + resources_.name(above[level], read->ids[level]);
    }
    return name;
  }

  std::vector<std::string> keys_of(const ResourceRecord& record, const ResourceDoc& doc) const {
    std::vector<std::string> keys = index_keys(
        record.id, record.parent, doc,
        [this](ResourceType type, std::uint32_t ix) { return resources_.state(type, ix).parent; },
        [this](ResourceType type, std::string_view id) {
          const auto found = store_.get(Family::kChildren, place_prefix(type).append(id));
          return found ? decode_internal_id(*found) : kNoInternalId;
        });
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  // Which entry is wrong is looked up only where there is one. Of an older layout it is not looked at.
  void check_index() {
    if (!context_.has_index) {
      findings_.skipped("the index of resources: the next start makes it anew");
      return;
    }
    std::uint64_t entries = 0;
    store_.read_through(Family::kChildren, "", "", [&](std::string_view key, std::string_view value) {
      context_.count("index entries", entries);
      index_.found(key, id_in(value));
      return true;
    });
    findings_.checked("index entries", entries);
    if (!index_.differs()) return;
    for (const ResourceType type : kDependencyOrder) {
      for_each_record(type, [&](std::uint32_t ix, std::string_view value) { look_up_keys(type, ix, value); });
    }
    store_.read_through(Family::kChildren, "", "", [&](std::string_view key, std::string_view value) {
      if (index_.differs_at(key) && !is_needed(key, id_in(value))) {
        add("index", "entry in " + list_name(key), {"index", id_in(value)}, {"resources", {}});
      }
      return true;
    });
  }

  bool is_needed(std::string_view key, std::uint32_t ix) {
    const auto read = read_index_key(key);
    const auto bytes = read ? store_.get(Family::kResources, resource_key(read->type, ix)) : std::nullopt;
    const auto record = bytes ? decode_record(*bytes) : std::nullopt;
    const auto doc = record && !record->deleted ? read_stored(parser_, read->type, *record) : std::nullopt;
    return doc && std::ranges::count(keys_of(*record, *doc), key) > 0;
  }

  void read_changes() {
    store_.read_through(Family::kChanges, "", "", [&](std::string_view key, std::string_view) {
      context_.count("changes", changes_);
      const std::uint64_t sequence = sequence_of_key(key);
      if (sequence != last_sequence_ + 1) {
        add("log of changes", "seq", {"expected", static_cast<std::int64_t>(last_sequence_ + 1)},
            {"log", static_cast<std::int64_t>(sequence)});
        gaps_.push_back({last_sequence_, sequence});
      }
      last_sequence_ = sequence;
      return true;
    });
  }

  bool has_change(std::uint64_t sequence) const {
    if (sequence == 0 || sequence > last_sequence_) return false;
    const auto gap = std::ranges::lower_bound(gaps_, sequence, {}, &Gap::after);
    return gap == gaps_.begin() || sequence >= std::prev(gap)->before;
  }

  using Value = decltype(Figure::value);
  void add(std::string subject, std::string field, Figure first, Figure second) {
    findings_.add({std::move(subject), std::move(field), std::move(first), std::move(second)});
  }

  const VerifyContext& context_;
  const Store& store_;
  Findings& findings_;
  StoredResources& resources_;
  JsonParser parser_;
  IndexDigest index_;
  LandingUrlCheck urls_;
  std::uint64_t rows_ = 0, last_change_ = 0;
  std::vector<std::pair<std::size_t, std::uint32_t>> ids_;  // of one type: hash of the external id, internal id

  // The log of changes: how many, its last, and where some are missing: those after one and before another.
  struct Gap {
    std::uint64_t after, before;
  };
  std::uint64_t changes_ = 0, last_sequence_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace

void check_resources(const VerifyContext& context, StoredResources& resources) {
  ResourceCheck(context, resources).run();
}

}  // namespace gavel
