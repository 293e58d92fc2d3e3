// The body of POST /v1/events.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "api/json/json_reader.h"
#include "budget/claims.h"
#include "budget/money.h"
#include "budget/time.h"

namespace gavel {

// One event as its sender reports it. Views are valid until the parser's next document.
struct ReportedEvent {
  std::string_view id;
  EventType type = EventType::kImpression;
  std::string_view token;  // whatever was sent, of any length: opening it is another matter
  std::optional<Timestamp> at;
  Micros value;  // 0 but for conversions
};

// Reads `body` (kJsonPadding bytes behind it must be readable) into `events`, which is cleared first: at most
// `events_max` of them. False with at least one error where the document breaks a rule; nothing of it counts
// then.
bool read_events(JsonParser& parser, std::string_view body, std::size_t events_max,
                 std::vector<ReportedEvent>& events, ErrorList& errors);

}  // namespace gavel
