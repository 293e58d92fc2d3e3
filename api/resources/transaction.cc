#include "api/resources/transaction.h"

#include <algorithm>

#include "api/data_directory.h"
#include "api/json/json_writer.h"
#include "api/json/resource_reader.h"
#include "api/json/resource_writer.h"
#include "api/resources/change_log.h"
#include "api/resources/index_keys.h"
#include "budget/failpoint.h"

namespace gavel {

std::optional<ResourceDoc> read_stored(JsonParser& parser, ResourceType type, const ResourceRecord& record) {
  const auto root = parser.parse(record.json);
  if (!root) return std::nullopt;
  ResourceDoc doc;
  ErrorList errors;
  if (!read_resource(type, record.id, JsonNode{*root, {}}, ReadMode::kStored, doc, errors))
    return std::nullopt;
  return doc;
}

Transaction::Transaction(Registry& registry)
    : registry_(registry),
      lock_(registry.mutex_),
      now_(registry.parts_.clock.now()),
      index_(registry.parts_.store) {}

OperationOutcome Transaction::apply(const ResourceOperation& operation, const Principal& principal) {
  const Caller caller{principal, principal.role == Role::kAdvertiser
                                     ? find_id(ResourceType::kAdvertiser, principal.advertiser_id)
                                     : kNoInternalId};
  return operation.kind == OperationKind::kDelete ? remove(operation, caller) : write(operation, caller);
}

std::uint32_t Transaction::find_id(ResourceType type, std::string_view id) const {
  const std::uint32_t internal_id = registry_.parts_.symbols->of(type).find(id);
  if (internal_id != Interner::kAbsent) return internal_id;
  const auto& fresh = new_ids_[static_cast<std::size_t>(type)];
  const auto found = fresh.find(id);
  return found == fresh.end() ? kNoInternalId : found->second;
}

Transaction::Present Transaction::find(ResourceType type, std::string_view id) {
  const std::uint32_t internal_id = find_id(type, id);
  return internal_id == kNoInternalId ? Present{} : load(type, internal_id);
}

Transaction::Present Transaction::load(ResourceType type, std::uint32_t internal_id) {
  Present present;
  present.internal_id = internal_id;
  if (const auto row = rows_.find({type, internal_id}); row != rows_.end()) {
    present.known = true;
    present.live = !row->second.record.deleted;
    present.record = row->second.record;
    present.doc = row->second.doc;
    return present;
  }
  auto bytes = registry_.parts_.store.get(Family::kResources, resource_key(type, internal_id));
  auto record = bytes ? decode_record(*bytes) : std::nullopt;
  auto doc = record ? read_stored(registry_.parser_, type, *record) : std::nullopt;
  if (!doc) return present;  // loading has seen every record readable; a name without one stands for nothing
  present.known = true;
  present.live = !record->deleted;
  present.record = std::move(*record);
  present.doc = std::move(*doc);
  return present;
}

ResourceState Transaction::state(ResourceType type, std::uint32_t internal_id) const {
  if (const auto row = rows_.find({type, internal_id}); row != rows_.end()) {
    const ResourceRecord& record = row->second.record;
    return {record.parent, record.owner, !record.deleted};
  }
  return registry_.state(type, internal_id);
}

void Transaction::stage(Present present, ResourceDoc doc, bool live, OperationKind kind,
                        const Principal& principal) {
  give_way_.now_and_then();
  const ResourceType type = type_of(doc);
  ResourceRecord& record = present.record;
  const auto* ad = std::get_if<AdDoc>(&doc);
  if (ad != nullptr && live) {
    const auto* before = present.known ? std::get_if<AdDoc>(&present.doc) : nullptr;
    if (before == nullptr || before->landing_url != ad->landing_url) {
      ++record.landing_revision;
      batch_.put(Family::kLandingUrls, landing_url_key(AdIx{present.internal_id}, record.landing_revision),
                 ad->landing_url);
    }
  }
  if (!present.live || !live || !refer_alike(present.doc, doc)) {
    const auto keys = [&](const ResourceDoc& d) {
      return index_keys(
          record.id, record.parent, d, [&](ResourceType t, std::uint32_t ix) { return state(t, ix).parent; },
          [&](ResourceType t, std::string_view id) { return find_id(t, id); });
    };
    index_.replace(present.live ? keys(present.doc) : std::vector<std::string>{},
                   live ? keys(doc) : std::vector<std::string>{}, present.internal_id);
  }
  if (!present.known) record.created_at = now_;
  record.updated_at = now_;
  ++record.revision;
  record.deleted = !live;
  record.enabled = is_enabled(doc);
  text_.clear();
  append_resource(text_, doc);
  record.json = text_;
  record.last_change = next_change();
  log_change(record, type, kind, principal);

  const auto [row, first] = rows_.try_emplace(RowKey{type, present.internal_id});
  if (first) {
    row->second.created = !present.known;
    row->second.was_live = present.live;
    if (present.known) row->second.before = std::move(present.doc);
  }
  row->second.record = std::move(record);
  row->second.doc = std::move(doc);
}

void Transaction::log_change(const ResourceRecord& record, ResourceType type, OperationKind kind,
                             const Principal& principal) {
  text_.clear();
  append_change(text_, {now_, principal.actor, type, kind, record});
  batch_.put(Family::kChanges, change_key(next_change()), text_);
  ++changes_;
  staged_bytes_ += record.json.size() + text_.size();
}

std::uint64_t Transaction::next_change() const {
  return registry_.last_change_ + changes_ + 1;
}

std::optional<StoreError> Transaction::commit() {
  std::optional<StoreError> error;
  if (!rows_.empty()) {
    for (const auto& [key, row] : rows_) {
      batch_.put(Family::kResources, resource_key(key.first, key.second), encode_record(row.record));
    }
    index_.write_to(batch_);
    // What is stamped with a time must not come to lie in the future of a restart.
    put_change_clock(batch_, now_);
    GAVEL_FAILPOINT("change-before-write");
    error = registry_.parts_.store.write(batch_);
    GAVEL_FAILPOINT("change-after-write");
    if (!error) publish();
  }
  rows_.clear();
  memory_.release();
  for (auto& ids : new_ids_) ids.clear();
  for (auto& names : new_names_) names.clear();
  index_.clear();
  batch_.clear();
  changes_ = 0;
  staged_bytes_ = 0;
  return error;
}

void Transaction::publish() {
  registry_.last_change_ += changes_;
  for (std::size_t type = 0; type < kResourceTypes; ++type) {
    Interner& ids = registry_.parts_.symbols->ids[type];
    for (const std::string& name : new_names_[type]) ids.intern(name);
  }
  for (const ResourceType type : kDependencyOrder) {
    for (auto row = rows_.lower_bound({type, 0}); row != rows_.end() && row->first.first == type; ++row) {
      const auto& [key, r] = *row;
      const Registry::Change change{type,      key.second, &r.record, &r.doc, r.before ? &*r.before : nullptr,
                                    r.was_live};
      registry_.set_state(type, key.second, {r.record.parent, r.record.owner, !r.record.deleted});
      registry_.set_limits(change);
      registry_.put_row(change);
      give_way_.now_and_then();
    }
  }
  for (const auto& [key, row] : rows_) {
    if (row.record.deleted) registry_.erase_row(key.first, key.second);
  }
  registry_.publish();
  const auto changes_limits = [](const auto& row) {
    const ResourceType type = row.first.first;
    return row.second.before.has_value() &&
           (type == ResourceType::kAdvertiser || type == ResourceType::kCampaign);
  };
  if (registry_.parts_.settle_charges && std::ranges::any_of(rows_, changes_limits)) {
    registry_.parts_.settle_charges();
    if (registry_.has_outgrown()) registry_.publish();  // by charges that have found the registry busy
  }
}

}  // namespace gavel
