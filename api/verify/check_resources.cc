#include "api/verify/check_resources.h"

#include <algorithm>
#include <array>
#include <optional>

#include "api/json/json_reader.h"
#include "api/resources/index_keys.h"
#include "api/resources/transaction.h"

namespace gavel {
namespace {

constexpr std::array kDependencyOrder{
    ResourceType::kAdvertiser, ResourceType::kPlacement, ResourceType::kFestival, ResourceType::kCampaign,
    ResourceType::kAdGroup,    ResourceType::kAd,        ResourceType::kKeyword};

class ResourceCheck {
 public:
  ResourceCheck(const VerifyContext& context, StoredResources& resources)
      : context_(context), store_(context.store), findings_(context.findings), resources_(resources) {}

  void run() {
    for (const ResourceType type : kDependencyOrder) {
      const std::string prefix = resource_key_prefix(type);
      store_.scan(Family::kResources, prefix, prefix_end(prefix),
                  [&](std::string_view key, std::string_view value) {
                    check_row(type, internal_id_of_key(key), value);
                    return true;
                  });
    }
    findings_.checked("resources", rows_);
    check_index();
    check_changes();
    check_landing_urls();
  }

 private:
  void check_row(ResourceType type, std::uint32_t ix, std::string_view value) {
    context_.count("resources", rows_);
    const auto record = decode_record(value);
    const auto doc = record ? read_stored(parser_, type, *record) : std::nullopt;
    if (!doc) {
      add(std::string(type_name(type)) + " #" + std::to_string(ix), "record", {"resources", "cannot be read"},
          {"needed", "a document of this version"});
      return;
    }
    const std::string name = std::string(type_name(type)) + " " + record->id;
    check_place(type, ix, name, *record);
    resources_.set(type, ix, {record->parent, record->owner, !record->deleted});
    check_last_change(name, *record);
    if (!record->deleted) check_keys(ix, name, *record, *doc);
    if (const auto* ad = std::get_if<AdDoc>(&*doc)) check_urls_of(AdIx{ix}, name, *record, *ad);
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
    if (store_.get(Family::kChanges, change_key(record.last_change))) return;
    add(name, "last change", {"record", static_cast<std::int64_t>(record.last_change)}, {"changes", {}});
  }

  void check_keys(std::uint32_t ix, const std::string& name, const ResourceRecord& record,
                  const ResourceDoc& doc) {
    for (const std::string& key : keys_of(record, doc)) {
      const auto indexed = store_.get(Family::kChildren, key);
      if (indexed) ++keys_;
      if (indexed && decode_internal_id(*indexed) == ix) continue;
      add(name, "entry in " + list_name(key), {"resources", ix},
          {"index", indexed ? Value(decode_internal_id(*indexed)) : Value()});
    }
  }

  // The list that a key of the index stands in: "the campaigns of advertiser v1".
  std::string list_name(std::string_view key) const {
    const std::string all = "the " + std::string(collection_name(static_cast<ResourceType>(key[0])));
    if (key.starts_with(child_key_prefix(static_cast<ResourceType>(key[0])))) return all;
    return all + " of " +
           resources_.name(static_cast<ResourceType>(key[1]), decode_internal_id(key.substr(2, 4)));
  }

  std::vector<std::string> keys_of(const ResourceRecord& record, const ResourceDoc& doc) const {
    std::vector<std::string> keys = index_keys(
        record.id, record.parent, doc,
        [this](ResourceType type, std::uint32_t ix) { return resources_.state(type, ix).parent; },
        [this](ResourceType type, std::string_view id) {
          const auto found = store_.get(Family::kChildren, child_key(type, id));
          return found ? decode_internal_id(*found) : kNoInternalId;
        });
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
  }

  // Every entry that a resource needs was looked up: where there are more, each is looked at.
  void check_index() {
    std::uint64_t entries = 0;
    store_.scan(Family::kChildren, "", "", [&](std::string_view, std::string_view) {
      context_.count("index entries", entries);
      return true;
    });
    findings_.checked("index entries", entries);
    if (entries == keys_) return;
    store_.scan(Family::kChildren, "", "", [&](std::string_view key, std::string_view value) {
      if (!is_needed(key, decode_internal_id(value))) {
        add("index", "entry in " + list_name(key), {"index", decode_internal_id(value)}, {"resources", {}});
      }
      return true;
    });
  }

  bool is_needed(std::string_view key, std::uint32_t ix) {
    const auto type = static_cast<ResourceType>(key[0]);
    const auto bytes = store_.get(Family::kResources, resource_key(type, ix));
    const auto record = bytes ? decode_record(*bytes) : std::nullopt;
    const auto doc = record && !record->deleted ? read_stored(parser_, type, *record) : std::nullopt;
    return doc && std::ranges::count(keys_of(*record, *doc), key) > 0;
  }

  void check_changes() {
    std::uint64_t expected = 1, rows = 0;
    store_.scan(Family::kChanges, "", "", [&](std::string_view key, std::string_view) {
      context_.count("changes", rows);
      const std::uint64_t sequence = sequence_of_key(key);
      if (sequence != expected) {
        add("log of changes", "seq", {"expected", static_cast<std::int64_t>(expected)},
            {"log", static_cast<std::int64_t>(sequence)});
      }
      expected = sequence + 1;
      return true;
    });
    findings_.checked("changes", rows);
    findings_.compare([] { return std::string("log of changes"); }, "last seq", "log",
                      static_cast<std::int64_t>(expected - 1), "resources",
                      static_cast<std::int64_t>(last_change_));
  }

  void check_urls_of(AdIx ad, const std::string& name, const ResourceRecord& record, const AdDoc& doc) {
    for (std::uint32_t revision = 1; revision <= record.landing_revision; ++revision) {
      const auto url = store_.get(Family::kLandingUrls, landing_url_key(ad, revision));
      const bool in_force = revision == record.landing_revision;
      if (url && (!in_force || *url == doc.landing_url)) continue;
      add(name, "landing_url " + std::to_string(revision),
          {"record", in_force ? Value(doc.landing_url) : Value("a URL of that time")},
          {"landing URLs", url ? Value(*url) : Value()});
    }
  }

  void check_landing_urls() {
    std::uint64_t rows = 0;
    store_.scan(Family::kLandingUrls, "", "", [&](std::string_view key, std::string_view url) {
      context_.count("landing URLs", rows);
      const std::uint32_t ad = decode_internal_id(key.substr(0, 4)),
                          revision = decode_internal_id(key.substr(4));
      if (!resources_.contains(ResourceType::kAd, ad)) {
        add(resources_.name(ResourceType::kAd, ad), "landing_url " + std::to_string(revision),
            {"landing URLs", std::string(url)}, {"resources", {}});
      }
      return true;
    });
    findings_.checked("landing URLs", rows);
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
  std::uint64_t rows_ = 0, keys_ = 0, last_change_ = 0;
};

}  // namespace

void check_resources(const VerifyContext& context, StoredResources& resources) {
  ResourceCheck(context, resources).run();
}

}  // namespace gavel
