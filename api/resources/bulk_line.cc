#include "api/resources/bulk_line.h"

#include <array>

#include "api/json/json_writer.h"

namespace gavel {

namespace {

constexpr std::array<EnumName<OperationKind>, 3> kKinds{
    {{"put", OperationKind::kPut}, {"patch", OperationKind::kPatch}, {"delete", OperationKind::kDelete}}};
constexpr std::array<EnumName<ResourceType>, kResourceTypes> kTypes{
    {{"advertiser", ResourceType::kAdvertiser},
     {"campaign", ResourceType::kCampaign},
     {"ad_group", ResourceType::kAdGroup},
     {"ad", ResourceType::kAd},
     {"keyword", ResourceType::kKeyword},
     {"placement", ResourceType::kPlacement},
     {"festival", ResourceType::kFestival}}};

OperationOutcome bad_line(FieldErrors errors) {
  OperationOutcome outcome;
  outcome.status = 400;
  outcome.errors = std::move(errors);
  return outcome;
}

}  // namespace

OperationOutcome apply_bulk_line(JsonParser& parser, std::string_view line, Transaction& transaction,
                                 const Principal& principal) {
  const auto root = parser.parse(line);
  if (!root) return bad_line({root.error()});
  ErrorList errors;
  const JsonNode node{*root, {}};
  ObjectReader in(node, errors);
  ResourceOperation operation;
  operation.shows_document = false;
  const bool has_kind = in.take_enum("op", Need::kRequired, kKinds, operation.kind);
  in.take_enum("type", Need::kRequired, kTypes, operation.type);
  in.take_id("id", Need::kRequired, operation.id);
  JsonNode body;
  if (has_kind && operation.kind != OperationKind::kDelete) {
    if (in.take("body", Need::kRequired, body)) operation.body = &body;
  } else if (in.has_null("body") || !has_kind) {
    in.ignore("body");
  }
  in.finish();
  if (!errors.empty()) return bad_line(errors.take());
  return transaction.apply(operation, principal);
}

void append_bulk_answer(std::string& out, std::uint64_t line, const OperationOutcome& outcome) {
  JsonWriter json(out);
  json.begin_object().field("line", line).field("status", outcome.status).key("errors").begin_array();
  for (const FieldError& error : outcome.errors) {
    json.begin_object().field("field", error.field).field("reason", error.reason).end_object();
  }
  if (!outcome.ok() && outcome.errors.empty()) {
    json.begin_object().field("field", "").field("reason", outcome.detail).end_object();
  }
  json.end_array().end_object().next_line();
}

}  // namespace gavel
