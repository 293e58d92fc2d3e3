// DELETE, alone or with everything that points at the resource.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "api/http/etag.h"
#include "api/resources/index_keys.h"
#include "api/resources/transaction.h"

namespace gavel {

namespace {

constexpr std::array<ResourceType, 1> kCampaigns{ResourceType::kCampaign};
constexpr std::array<ResourceType, 1> kAdGroups{ResourceType::kAdGroup};
constexpr std::array<ResourceType, 2> kAdsAndKeywords{ResourceType::kAd, ResourceType::kKeyword};

// The types that stand directly below this one or refer to it.
std::span<const ResourceType> pointing_types(ResourceType type) {
  switch (type) {
    case ResourceType::kAdvertiser:
    case ResourceType::kFestival:
      return kCampaigns;
    case ResourceType::kCampaign:
    case ResourceType::kPlacement:
      return kAdGroups;
    case ResourceType::kAdGroup:
      return kAdsAndKeywords;
    case ResourceType::kAd:
    case ResourceType::kKeyword:
      break;
  }
  return {};
}

constexpr std::size_t kNoMaximum = static_cast<std::size_t>(-1);

}  // namespace

std::string Transaction::prefix_below(ResourceType child, ResourceType type, std::uint32_t internal_id) const {
  if (type == ResourceType::kFestival || type == ResourceType::kPlacement) {
    return reference_prefix(child, type, internal_id);
  }
  return place_prefix(
      child, ancestry_below(type, internal_id, [this](ResourceType t, std::uint32_t ix) { return state(t, ix).parent; }));
}

FieldErrors Transaction::blockers(ResourceType type, std::uint32_t internal_id) const {
  FieldErrors errors;
  for (const ResourceType child : pointing_types(type)) {
    for (const ChildIndex::Child& found : index_.with(prefix_below(child, type, internal_id), kBlockersShown)) {
      errors.push_back({"", std::string(type_name(child)) + " " + found.id + " still points at it"});
    }
  }
  return errors;
}

OperationOutcome Transaction::remove(const ResourceOperation& operation, const Caller& caller) {
  OperationOutcome outcome;
  Present present = find(operation.type, operation.id);
  if (auto denied = check_access(operation, caller, present)) return std::move(*denied);
  if (!preconditions_hold(operation.if_match, operation.if_none_match,
                          revision_etag(present.record.revision))) {
    outcome.status = 412;
    outcome.detail = "its ETag is another one by now";
    return outcome;
  }
  outcome.errors = blockers(operation.type, present.internal_id);
  if (!outcome.errors.empty() && !operation.cascade) {
    outcome.status = 409;
    outcome.detail = "something still points at it; ?cascade=true takes it along";
    return outcome;
  }
  if (!outcome.errors.empty()) {
    outcome.errors.clear();
    if (cascade(operation.type, present.internal_id, caller.principal)) {
      outcome.status = 503;
      outcome.detail = "no space to write; a part of what points at it may be deleted";
      return outcome;
    }
  }
  outcome.status = 204;
  stage_removal(std::move(present), caller.principal);
  return outcome;
}

void Transaction::stage_removal(Present present, const Principal& principal) {
  ResourceDoc doc = present.doc;
  stage(std::move(present), std::move(doc), false, OperationKind::kDelete, principal);
}

std::optional<StoreError> Transaction::commit_if_many() {
  return rows_.size() >= kCascadeRowsPerCommit ? commit() : std::nullopt;
}

// Every resource is listed below all its ancestors, so that no walk down the tree is needed. Ads go first: a
// long cascade is committed in parts, and neither an auction between two parts nor a process that is killed
// there may find an ad whose negative keywords are gone already.
std::optional<StoreError> Transaction::cascade(ResourceType type, std::uint32_t internal_id,
                                               const Principal& principal) {
  if (type == ResourceType::kFestival) return leave_festival(internal_id, principal);
  if (type == ResourceType::kPlacement) return leave_placement(internal_id, principal);
  constexpr std::array kAdsFirst{ResourceType::kAd, ResourceType::kKeyword, ResourceType::kAdGroup,
                                 ResourceType::kCampaign};
  for (const ResourceType child : kAdsFirst) {
    if (depth_of(child) <= depth_of(type)) continue;
    if (auto error = remove_all_below(child, type, internal_id, principal)) return error;
  }
  return std::nullopt;
}

std::optional<StoreError> Transaction::remove_all_below(ResourceType child, ResourceType parent,
                                                        std::uint32_t internal_id,
                                                        const Principal& principal) {
  for (const ChildIndex::Child& found : index_.with(prefix_below(child, parent, internal_id), kNoMaximum)) {
    stage_removal(load(child, found.internal_id), principal);
    if (auto error = commit_if_many()) return error;
  }
  return std::nullopt;
}

std::optional<StoreError> Transaction::leave_festival(std::uint32_t festival, const Principal& principal) {
  const std::string prefix = reference_prefix(ResourceType::kCampaign, ResourceType::kFestival, festival);
  for (const ChildIndex::Child& found : index_.with(prefix, kNoMaximum)) {
    Present campaign = load(ResourceType::kCampaign, found.internal_id);
    CampaignDoc doc = std::get<CampaignDoc>(campaign.doc);
    std::erase_if(doc.festivals, [&](const FestivalEntry& entry) {
      return find_id(ResourceType::kFestival, entry.festival_id) == festival;
    });
    stage(std::move(campaign), std::move(doc), true, OperationKind::kPatch, principal);
    if (auto error = commit_if_many()) return error;
  }
  return std::nullopt;
}

std::optional<StoreError> Transaction::remove_group(std::uint32_t internal_id, const Principal& principal) {
  if (auto error = cascade(ResourceType::kAdGroup, internal_id, principal)) return error;
  stage_removal(load(ResourceType::kAdGroup, internal_id), principal);
  return commit_if_many();
}

std::optional<StoreError> Transaction::leave_placement(std::uint32_t placement, const Principal& principal) {
  const std::string prefix = reference_prefix(ResourceType::kAdGroup, ResourceType::kPlacement, placement);
  for (const ChildIndex::Child& found : index_.with(prefix, kNoMaximum)) {
    Present group = load(ResourceType::kAdGroup, found.internal_id);
    AdGroupDoc doc = std::get<AdGroupDoc>(group.doc);
    std::erase_if(doc.placements,
                  [&](const std::string& id) { return find_id(ResourceType::kPlacement, id) == placement; });
    std::optional<StoreError> error;
    if (doc.placements.empty()) {
      // No list would mean all placements: an ad group that was for this one alone goes with it.
      error = remove_group(found.internal_id, principal);
    } else {
      stage(std::move(group), std::move(doc), true, OperationKind::kPatch, principal);
      error = commit_if_many();
    }
    if (error) return error;
  }
  return std::nullopt;
}

}  // namespace gavel
