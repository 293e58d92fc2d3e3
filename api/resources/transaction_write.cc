// PUT and PATCH: every rule that a document must pass before it is staged.
#include <utility>

#include "api/http/etag.h"
#include "api/json/resource_patch.h"
#include "api/json/resource_reader.h"
#include "api/resources/transaction.h"
#include "auction/text_index.h"

namespace gavel {

namespace {

OperationOutcome failure(int status, std::string detail, FieldErrors errors = {}) {
  OperationOutcome outcome;
  outcome.status = status;
  outcome.detail = std::move(detail);
  outcome.errors = std::move(errors);
  return outcome;
}

JsonPath path_of(const ResourceOperation& operation, std::string_view field) {
  return {&operation.body->path, field, JsonPath::kNoIndex};
}

OperationOutcome field_failure(int status, const ResourceOperation& operation, std::string_view field,
                               std::string reason) {
  return failure(status, {}, {{path_of(operation, field).pointer(), std::move(reason)}});
}

ResourceDoc default_doc(ResourceType type) {
  switch (type) {
    case ResourceType::kAdvertiser:
      return AdvertiserDoc{};
    case ResourceType::kCampaign:
      return CampaignDoc{};
    case ResourceType::kAdGroup:
      return AdGroupDoc{};
    case ResourceType::kAd:
      return AdDoc{};
    case ResourceType::kKeyword:
      return KeywordDoc{};
    case ResourceType::kPlacement:
      return PlacementDoc{};
    case ResourceType::kFestival:
      break;
  }
  return FestivalDoc{};
}

bool has_null(const JsonNode& object, std::string_view name) {
  bool found = false;
  if (object.value.type() != JsonType::kObject) return false;
  for_each_member(object, [&](std::string_view key, const JsonNode& member) {
    found = found || (key == name && member.value.is_null());
  });
  return found;
}

OperationOutcome success(int status, const ResourceOperation& operation, const ResourceRecord& record) {
  OperationOutcome outcome;
  outcome.status = status;
  if (!operation.shows_document) return outcome;
  outcome.etag = revision_etag(record.revision);
  append_shown(outcome.body, record);
  return outcome;
}

// Which precondition does not hold of a resource with this ETag, empty where there is none.
std::string precondition_failure(const ResourceOperation& operation, std::string_view etag) {
  if (etag.empty()) return "it does not exist";
  if (preconditions_hold(operation.if_match, {}, etag))
    return "it exists already, with the ETag " + std::string(etag);
  return "its ETag is " + std::string(etag) + " by now";
}

}  // namespace

OperationOutcome Transaction::write(const ResourceOperation& operation, const Caller& caller) {
  Present present = find(operation.type, operation.id);
  if (auto denied = check_access(operation, caller, present)) return std::move(*denied);
  const std::string etag = present.live ? revision_etag(present.record.revision) : std::string();
  if (!preconditions_hold(operation.if_match, operation.if_none_match, etag)) {
    return failure(412, precondition_failure(operation, etag));
  }
  ResourceDoc doc;
  if (auto error = read_body(operation, caller, present, doc)) return std::move(*error);
  if (auto error = check_kept_fields(operation, present, doc)) return std::move(*error);
  References references;
  if (auto error = check_references(operation, caller, present, doc, references)) return std::move(*error);
  // What changes nothing is no change: revision, times and log stay as they are.
  if (present.live && doc == present.doc) return success(200, operation, present.record);
  std::vector<std::string> words;
  if (auto error = cut_words(operation, doc, words)) return std::move(*error);

  if (!present.known) {
    const auto type = static_cast<std::size_t>(operation.type);
    present.internal_id = registry_.parts_.symbols->of(operation.type).size() +
                          static_cast<std::uint32_t>(new_names_[type].size());
    new_names_[type].emplace_back(operation.id);
    new_ids_[type].emplace(operation.id, present.internal_id);
    present.record.id = operation.id;
    present.record.parent = references.parent;
    present.record.owner =
        operation.type == ResourceType::kAdvertiser ? present.internal_id : references.owner;
  }
  present.record.words = std::move(words);
  const int status = present.live ? 200 : 201;
  const RowKey key{operation.type, present.internal_id};
  stage(std::move(present), std::move(doc), true, operation.kind, caller.principal);
  return success(status, operation, rows_.find(key)->second.record);
}

std::optional<OperationOutcome> Transaction::check_access(const ResourceOperation& operation,
                                                          const Caller& caller,
                                                          const Present& present) const {
  const bool shared = operation.type == ResourceType::kPlacement || operation.type == ResourceType::kFestival;
  if (caller.is_advertiser()) {
    if (shared) {
      return failure(403, "only admin writes " + std::string(collection_name(operation.type)));
    }
    if (present.known && !may_see(caller, operation.type, present.record.owner))
      return failure(404, "no such resource");
    const bool gives_or_takes = !present.live || operation.kind == OperationKind::kDelete;
    if (operation.type == ResourceType::kAdvertiser && operation.kind != OperationKind::kPatch &&
        gives_or_takes) {
      return failure(403, "only admin creates and deletes advertisers");
    }
  }
  if (operation.kind != OperationKind::kPut && !present.live) return failure(404, "no such resource");
  return std::nullopt;
}

std::optional<OperationOutcome> Transaction::read_body(const ResourceOperation& operation,
                                                       const Caller& caller, const Present& present,
                                                       ResourceDoc& doc) {
  ErrorList errors;
  JsonNode node = *operation.body;
  if (operation.kind == OperationKind::kPatch && node.value.type() == JsonType::kObject) {
    const auto stored = registry_.parser_.parse(present.record.json);
    std::string merged;
    append_merged(merged, *stored, node.value);
    const auto root = registry_.patch_parser_.parse(merged);
    if (!root) return failure(400, {}, {root.error()});
    node.value = *root;
  }
  if (!read_resource(operation.type, operation.id, node, ReadMode::kRequest, doc, errors)) {
    return failure(400, {}, errors.take());
  }
  // The wallet's opening balance stays where a PUT leaves it out; a patch of null would clear it.
  if (auto* advertiser = std::get_if<AdvertiserDoc>(&doc); advertiser != nullptr && present.known) {
    const bool clears =
        operation.kind == OperationKind::kPatch && has_null(*operation.body, "balance_micros");
    if (!advertiser->balance && !clears) advertiser->balance = std::get<AdvertiserDoc>(present.doc).balance;
  }
  if (caller.is_advertiser()) {
    const ResourceDoc in_force = present.known ? present.doc : default_doc(operation.type);
    if (operation.kind == OperationKind::kPut) keep_protected_fields(node, in_force, doc);
    check_protected_fields(doc, in_force, operation.body->path, errors);
    if (!errors.empty()) return failure(403, "fields that only admin writes", errors.take());
  }
  return std::nullopt;
}

std::optional<OperationOutcome> Transaction::check_kept_fields(const ResourceOperation& operation,
                                                               const Present& present,
                                                               ResourceDoc& doc) const {
  if (!present.known) return std::nullopt;
  if (parent_id(doc) != parent_id(present.doc)) {
    return field_failure(409, operation, parent_field(operation.type),
                         present.live ? "never changes" : "must be that of before its deletion");
  }
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) {
    if (campaign->pricing != std::get<CampaignDoc>(present.doc).pricing) {
      return field_failure(409, operation, "pricing", "never changes");
    }
  }
  if (const auto* advertiser = std::get_if<AdvertiserDoc>(&doc)) {
    const auto& before = std::get<AdvertiserDoc>(present.doc);
    if (advertiser->balance != before.balance) {
      return field_failure(
          409, operation, "balance_micros",
          before.balance
              ? "is the opening balance and never changes; money is added by POST /v1/advertisers/" +
                    std::string(operation.id) + "/deposits"
              : "cannot be given to an advertiser on account; POST /v1/advertisers/{id}/deposits is "
                "for those that were created with a balance");
    }
  }
  return std::nullopt;
}

std::optional<OperationOutcome> Transaction::check_references(const ResourceOperation& operation,
                                                              const Caller& caller, const Present& present,
                                                              const ResourceDoc& doc,
                                                              References& references) const {
  FieldErrors errors;
  const auto is_live = [&](ResourceType type, std::uint32_t internal_id) {
    return internal_id != kNoInternalId && state(type, internal_id).live;
  };
  const auto reason = [](ResourceType type) {
    return "names no " + std::string(type_name(type)) + " that exists";
  };
  if (const auto above = parent_type(operation.type)) {
    const auto pointer = [&] { return path_of(operation, parent_field(operation.type)).pointer(); };
    // One that is known keeps its parent (check_kept_fields()).
    references.parent = present.known ? present.record.parent : find_id(*above, parent_id(doc));
    if (!is_live(*above, references.parent)) {
      errors.push_back({pointer(), reason(*above)});
    } else {
      references.owner = state(*above, references.parent).owner;
      if (!may_see(caller, *above, references.owner))
        return failure(404, "no such resource", {{pointer(), reason(*above)}});
    }
  }
  const auto check_list = [&](std::string_view field, ResourceType type, const auto& list, const auto& id_of,
                              std::string_view member) {
    const JsonPath list_path = path_of(operation, field);
    for (std::size_t i = 0; i < list.size() && errors.size() < kFieldErrorsMax; ++i) {
      if (is_live(type, find_id(type, id_of(list[i])))) continue;
      const JsonPath element{&list_path, {}, i};
      errors.push_back(
          {member.empty() ? element.pointer() : JsonPath{&element, member, JsonPath::kNoIndex}.pointer(),
           reason(type)});
    }
  };
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) {
    check_list(
        "festivals", ResourceType::kFestival, campaign->festivals,
        [](const FestivalEntry& e) -> const std::string& { return e.festival_id; }, "festival_id");
  } else if (const auto* group = std::get_if<AdGroupDoc>(&doc)) {
    check_list("placements", ResourceType::kPlacement, group->placements,
               [](const std::string& id) -> const std::string& { return id; }, {});
  }
  if (!errors.empty()) return failure(400, {}, std::move(errors));
  return std::nullopt;
}

std::optional<OperationOutcome> Transaction::cut_words(const ResourceOperation& operation,
                                                       const ResourceDoc& doc,
                                                       std::vector<std::string>& words) {
  const auto* keyword = std::get_if<KeywordDoc>(&doc);
  if (keyword == nullptr) return std::nullopt;
  WordList cut;
  if (!registry_.segmenter_.cut(keyword->text, kKeywordWordsMax + 1, cut) || cut.empty()) {
    return field_failure(400, operation, "text", "holds no word");
  }
  if (cut.size() > kKeywordWordsMax) {
    return field_failure(400, operation, "text",
                         "has more than " + std::to_string(kKeywordWordsMax) + " words");
  }
  words = cut.strings();
  return std::nullopt;
}

}  // namespace gavel
