#include "api/json/event_reader.h"

#include <array>
#include <cstdint>

namespace gavel {
namespace {

constexpr std::array<EnumName<EventType>, 3> kEventTypes{{{"impression", EventType::kImpression},
                                                          {"click", EventType::kClick},
                                                          {"conversion", EventType::kConversion}}};

// A token that cannot be one of ours is its own event's `invalid_token`, never the whole batch's fault.
constexpr StringRule kTokenRule{.min_characters = 0, .max_characters = SIZE_MAX, .allow_control = true};

ReportedEvent read_event(const JsonNode& node, ErrorList& errors) {
  ReportedEvent event;
  ObjectReader object(node, errors);
  object.take_id("id", Need::kRequired, event.id);
  const bool typed = object.take_enum("type", Need::kRequired, kEventTypes, event.type);
  object.take_string("token", Need::kRequired, kTokenRule, event.token);
  Timestamp at;
  if (object.take_timestamp("at", Need::kOptional, at)) event.at = at;
  const bool valued = object.take_micros("value_micros", Need::kOptional, Micros{0}, kMaxAmount, event.value);
  if (valued && typed && event.type != EventType::kConversion && event.value != Micros{0}) {
    object.add_error("value_micros", "only a conversion has a value");
  }
  object.finish();
  return event;
}

}  // namespace

bool read_events(JsonParser& parser, std::string_view body, std::size_t events_max,
                 std::vector<ReportedEvent>& events, ErrorList& errors) {
  events.clear();
  const Result<JsonValue, FieldError> document = parser.parse_padded(body);
  if (!document) {
    errors.add(document.error().field, document.error().reason);
    return false;
  }
  const JsonNode node{*document, {}};
  ObjectReader root(node, errors);
  root.take_array("events", Need::kRequired, {.min = 0, .max = events_max},
                  [&](const JsonNode& event) { events.push_back(read_event(event, errors)); });
  root.finish();
  return errors.empty();
}

}  // namespace gavel
