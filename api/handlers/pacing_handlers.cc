#include "api/handlers/pacing_handlers.h"

#include <memory>
#include <string>

#include "api/field_error.h"
#include "api/handlers/owned.h"
#include "api/handlers/replies.h"
#include "api/json/json_reader.h"
#include "api/json/json_writer.h"
#include "api/json/timestamp.h"
#include "budget/pacing_store.h"

namespace gavel {
namespace {

struct Span {
  Timestamp from, to;
};

// Without bounds: today so far.
Result<Span, FieldErrors> read_span(const Request& request, const PacingServices& services) {
  const Timestamp now = services.clock.now();
  Span span{services.calendar.day_begin(services.calendar.day_of(now)), now};
  ErrorList errors;
  const auto read = [&](std::string_view name, Timestamp& bound) {
    const auto text = request.query(name);
    if (text && !parse_timestamp(*text, bound)) errors.add(std::string(name), "must be a time as in RFC 3339");
  };
  read("from", span.from);
  read("to", span.to);
  if (errors.empty() && span.from > span.to) errors.add("from", "must not be after `to`");
  if (errors.empty() && span.to - span.from > kPacingMinutesKept)
    errors.add("to", "must be at most 48 hours after `from`");
  if (!errors.empty()) return errors.take();
  return span;
}

void write_minutes(const std::vector<TimedPacingMinute>& minutes, std::string& out) {
  JsonWriter json(out);
  json.begin_object().key("minutes").begin_array();
  for (const auto& [end, minute] : minutes) {
    json.begin_object();
    json.field("at", end);
    json.field("target_spent_micros", minute.target);
    json.field("spent_today_micros", minute.spent);
    json.field("participation", minute.participation);
    json.field("eligible", minute.eligible);
    json.field("shown", minute.shown);
    json.end_object();
  }
  json.end_array().end_object();
}

void get_pacing(const std::shared_ptr<const PacingServices>& services, const Request& request, ResponseWriter given) {
  const std::shared_ptr<const Catalog> catalog = services->catalog.current();
  const std::optional<CampaignIx> campaign = find_campaign(request, *catalog, given);
  if (!campaign) return;
  const Result<Span, FieldErrors> span = read_span(request, *services);
  if (!span) return given.send_problem(400, "the span of time is not valid", span.error());
  const SharedWriter writer = share(std::move(given));
  const bool taken = services->background([services, campaign = *campaign, span = *span, writer] {
    write_minutes(read_pacing_minutes(services->store, campaign, span.from, span.to), writer->buffer());
    writer->send(200);
  });
  if (!taken) send_unavailable(*writer, "too many reports are waiting");
}

}  // namespace

void add_pacing_routes(Router& router, const PacingServices& services) {
  router.add({.method = Method::kGet,
              .pattern = "/v1/campaigns/{id}/pacing",
              .handler = [kept = std::make_shared<const PacingServices>(services)](
                             Request& request,
                             ResponseWriter writer) { get_pacing(kept, request, std::move(writer)); },
              .route_class = RouteClass::kReport,
              .roles = kAdminAndAdvertiser,
              .media_types = {},
              .query_parameters = {"from", "to"},
              .body_bytes_max = 0,
              .deferred = true});
}

}  // namespace gavel
