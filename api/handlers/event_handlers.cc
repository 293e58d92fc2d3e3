#include "api/handlers/event_handlers.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "api/handlers/replies.h"
#include "api/json/event_reader.h"
#include "api/json/json_writer.h"
#include "api/tokens/token_sealer.h"

namespace gavel {
namespace {

constexpr std::string_view kNotDurable = "the event could not be made durable; send it again";

std::string_view status_name(EventStatus status) {
  switch (status) {
    case EventStatus::kCharged:
      return "charged";
    case EventStatus::kCounted:
      return "counted";
    case EventStatus::kDuplicate:
      return "duplicate";
    case EventStatus::kExpired:
      return "expired";
    case EventStatus::kOverBudget:
      return "over_budget";
  }
  return "counted";
}

// Whether an authentic token is of another future of this data directory: issued after the copy was made that
// this one goes back to, or by another copy. What its ids stand for is not known here, even where they are in
// use.
bool is_foreign(const Claims& c, const TokenEpochs& epochs, const Symbols& symbols) {
  const auto known = [&symbols](ResourceType type, auto ix) { return ix.value < symbols.of(type).size(); };
  return !epochs.issued(c.id) || !known(ResourceType::kAd, c.ad) ||
         !known(ResourceType::kAdGroup, c.ad_group) || !known(ResourceType::kCampaign, c.campaign) ||
         !known(ResourceType::kAdvertiser, c.advertiser) || !known(ResourceType::kPlacement, c.placement) ||
         (c.keyword.exists() && !known(ResourceType::kKeyword, c.keyword)) ||
         (c.festival.exists() && !known(ResourceType::kFestival, c.festival));
}

std::string landing_url_key(AdIx ad, std::uint32_t revision) {
  std::string key;
  for (const std::uint32_t number : {ad.value, revision}) {
    for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(number >> shift);
  }
  return key;
}

// Where the ad led when it was auctioned; nothing where this data directory never held such an ad.
std::optional<std::string> landing_url(const Claims& claims, const Catalog& catalog, const Store& store) {
  const AdRow& row = catalog[claims.ad];
  if (row.live && row.landing_revision == claims.landing_revision)
    return std::string(row.text->landing_url());
  return store.get(Family::kLandingUrls, landing_url_key(claims.ad, claims.landing_revision));
}

// The answer to a batch: filled with what is known at once, completed by the ledger.
struct BatchAnswer {
  SharedWriter writer;
  std::vector<std::string> ids;
  std::vector<bool> authentic;

  void send(const std::vector<EventOutcome>& outcomes) {
    JsonWriter json(writer->buffer());
    json.begin_object().key("results").begin_array();
    std::size_t next = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      json.begin_object().field("id", ids[i]);
      if (authentic[i]) {
        json.field("status", status_name(outcomes[next].status))
            .field("charged_micros", outcomes[next].charged);
        ++next;
      } else {
        json.field("status", "invalid_token").field("charged_micros", 0);
      }
      json.end_object();
    }
    json.end_array().end_object();
    writer->send(200);
  }
};

class EventHandlers {
 public:
  explicit EventHandlers(const EventServices& services)
      : services_(services), symbols_(services.catalog.current()->symbols()) {
    for (std::size_t i = 0; i < services.workers; ++i) workers_.push_back(std::make_unique<Worker>());
  }

  void impression(const Request& request, ResponseWriter writer) {
    const std::optional<Claims> claims = claims_of(request, EventType::kImpression, writer);
    if (!claims) return;
    record(request, EventType::kImpression, *claims, share(std::move(writer)),
           [](ResponseWriter& answer) { answer.send(204); });
  }

  void click(const Request& request, ResponseWriter writer) {
    const std::optional<Claims> claims = claims_of(request, EventType::kClick, writer);
    if (!claims) return;
    std::optional<std::string> url;
    if (!foreign(*claims)) url = landing_url(*claims, *services_.catalog.current(), services_.store);
    if (!url) {
      refuse_token(request, EventType::kClick, "was not issued for an ad of this server", writer);
      return;
    }
    record(request, EventType::kClick, *claims, share(std::move(writer)),
           [to = std::move(*url)](ResponseWriter& answer) {
             answer.header("Location", to);
             answer.send(302);
           });
  }

  void batch(const Request& request, ResponseWriter writer) {
    Worker& worker = *workers_[request.worker];
    ErrorList errors;
    if (!read_events(worker.parser, request.body, services_.events_max, worker.reported, errors)) {
      writer.send_problem(400, "the events are not valid", errors.take());
      return;
    }
    auto answer = std::make_shared<BatchAnswer>();
    std::vector<LedgerEvent> events;
    for (const ReportedEvent& reported : worker.reported) {
      const Result<Claims, TokenError> claims = open_token(services_.keys, reported.token);
      answer->ids.emplace_back(reported.id);
      answer->authentic.push_back(claims.has_value());
      if (!claims) {
        services_.metrics.worker(request.worker).observe_invalid_token(reported.type);
        continue;
      }
      const bool conversion = reported.type == EventType::kConversion;
      events.push_back({.type = reported.type,
                        .claims = *claims,
                        .foreign = foreign(*claims),
                        .conversion_id = conversion ? std::string(reported.id) : std::string(),
                        .reported_at = reported.at.value_or(Timestamp{}),
                        .value = reported.value});
    }
    answer->writer = share(std::move(writer));
    if (events.empty()) {
      answer->send({});
      return;
    }
    services_.ledger.submit(std::move(events),
                            [answer](const Result<std::vector<EventOutcome>, LedgerError>& done) {
                              if (done) {
                                answer->send(*done);
                              } else {
                                send_unavailable(*answer->writer, kNotDurable);
                              }
                            });
  }

 private:
  struct Worker {
    JsonParser parser;
    std::vector<ReportedEvent> reported;
  };

  // The claims of the request's ?t=, or nothing, answered with 400.
  std::optional<Claims> claims_of(const Request& request, EventType type, ResponseWriter& writer) {
    const std::optional<std::string_view> token = request.query("t");
    if (!token) {
      writer.send_problem(400, "a token is required", {{"t", "is required"}});
      return std::nullopt;
    }
    const Result<Claims, TokenError> claims = open_token(services_.keys, *token);
    if (claims) return *claims;
    refuse_token(request, type, "is not an authentic token", writer);
    return std::nullopt;
  }

  void refuse_token(const Request& request, EventType type, std::string reason, ResponseWriter& writer) {
    if (!request.head_only) services_.metrics.worker(request.worker).observe_invalid_token(type);
    writer.send_problem(400, "the token is not one of ours", {{"t", std::move(reason)}});
  }

  bool foreign(const Claims& claims) const { return is_foreign(claims, services_.epochs, symbols_); }

  // Submits one event and answers by `answer` when it is durable, whatever became of it. A HEAD is answered
  // as the GET would be and counts nothing.
  template <class Answer>
  void record(const Request& request, EventType type, const Claims& claims, SharedWriter writer,
              Answer answer) {
    // No cache may stand in for the server: each request counts.
    writer->header("Cache-Control", "no-store");
    if (request.head_only) {
      answer(*writer);
      return;
    }
    std::vector<LedgerEvent> events(1);
    events[0].type = type;
    events[0].claims = claims;
    events[0].foreign = foreign(claims);
    services_.ledger.submit(std::move(events), [writer, answer = std::move(answer)](const auto& done) {
      if (done) {
        answer(*writer);
      } else {
        send_unavailable(*writer, kNotDurable);
      }
    });
  }

  EventServices services_;
  const Symbols& symbols_;  // every snapshot of the catalog has the same
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

void add_event_routes(Router& router, const EventServices& services) {
  const auto handlers = std::make_shared<EventHandlers>(services);
  const auto add_tracker = [&](std::string pattern,
                               void (EventHandlers::*handle)(const Request&, ResponseWriter)) {
    router.add({.method = Method::kGet,
                .pattern = std::move(pattern),
                .handler = [handlers, handle](
                               Request& request,
                               ResponseWriter writer) { ((*handlers).*handle)(request, std::move(writer)); },
                .route_class = RouteClass::kEvent,
                .roles = kNoRoleNeeded,
                .media_types = {},
                .query_parameters = {"t"},
                .ignores_other_parameters = true,
                .body_bytes_max = 0,
                .deferred = true});
  };
  add_tracker("/v1/impression", &EventHandlers::impression);
  add_tracker("/v1/click", &EventHandlers::click);
  router.add({.method = Method::kPost,
              .pattern = "/v1/events",
              .handler = [handlers](Request& request,
                                    ResponseWriter writer) { handlers->batch(request, std::move(writer)); },
              .route_class = RouteClass::kEvent,
              .roles = kAdminAndPlatform,
              .media_types = {std::string(kJson)},
              .query_parameters = {},
              .body_bytes_max = services.body_bytes_max,
              .deferred = true});
}

}  // namespace gavel
