#include "tests/bench/bulk_checker.h"

#include <utility>
#include <variant>

namespace gavel {

std::optional<CheckedResource> BulkChecker::line(std::string_view text) {
  const std::size_t problems_before = problems_.size();
  const auto report = [&](const std::string& what) { problems_.push_back(what + ": " + std::string(text)); };
  const auto root = parser_.parse(text);
  if (!root) {
    report(root.error().reason);
    return std::nullopt;
  }
  ErrorList errors;
  const JsonNode node{*root, {}};
  ObjectReader reader(node, errors);
  std::string_view op, type_text, id;
  JsonNode body;
  reader.take_string("op", Need::kRequired, {}, op);
  reader.take_string("type", Need::kRequired, {}, type_text);
  reader.take_id("id", Need::kRequired, id);
  reader.take("body", Need::kRequired, body);
  reader.finish();
  const std::optional<ResourceType> type = type_from_name(type_text);
  CheckedResource resource{std::string(id), {}};
  if (op != "put" || !type) {
    report("no put of a known type");
  } else if (errors.empty() && read_resource(*type, id, body, ReadMode::kRequest, resource.doc, errors)) {
    check_references(text, resource.doc);
    if (!ids_[static_cast<std::size_t>(*type)].insert(resource.id).second) report("an id twice");
  }
  for (const FieldError& error : errors.get()) report(error.field + " " + error.reason);
  if (problems_.size() > problems_before) return std::nullopt;
  return resource;
}

std::vector<CheckedResource> BulkChecker::lines(std::string_view text) {
  std::vector<CheckedResource> resources;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      problems_.push_back("no newline at the end");
      return resources;
    }
    if (auto resource = line(text.substr(0, end))) resources.push_back(std::move(*resource));
    text.remove_prefix(end + 1);
  }
  return resources;
}

void BulkChecker::check_reference(std::string_view line, ResourceType type, std::string_view id) {
  if (ids_[static_cast<std::size_t>(type)].contains(id)) return;
  problems_.push_back("refers to no " + std::string(type_name(type)) + ": " + std::string(line));
}

void BulkChecker::check_references(std::string_view line, const ResourceDoc& doc) {
  if (const auto parent = parent_type(type_of(doc))) check_reference(line, *parent, parent_id(doc));
  if (const auto* campaign = std::get_if<CampaignDoc>(&doc)) {
    for (const FestivalEntry& entry : campaign->festivals) {
      check_reference(line, ResourceType::kFestival, entry.festival_id);
    }
  }
  if (const auto* group = std::get_if<AdGroupDoc>(&doc)) {
    for (const std::string& placement : group->placements) {
      check_reference(line, ResourceType::kPlacement, placement);
    }
  }
}

}  // namespace gavel
