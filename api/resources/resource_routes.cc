#include "api/resources/resource_routes.h"

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "api/resources/bulk_import.h"
#include "api/resources/change_log.h"
#include "api/resources/import_slots.h"
#include "api/http/etag.h"
#include "api/resources/listing.h"
#include "api/resources/write_queue.h"

namespace gavel {

namespace {

// Shared by the handlers.
struct RouteState {
  explicit RouteState(const ResourceServices& s) : services(s), writes(s.registry, s.executor) {}
  ResourceServices services;
  WriteQueue writes;
  ImportSlots imports;
};
using StatePtr = std::shared_ptr<RouteState>;

Caller caller_of(const Request& request, const Registry& registry) {
  const Principal& principal = *request.principal;
  return {principal, principal.role == Role::kAdvertiser
                         ? registry.symbols().of(ResourceType::kAdvertiser).find(principal.advertiser_id)
                         : kNoInternalId};
}

void send_busy(ResponseWriter& writer, std::string_view detail) {
  writer.header("Retry-After", "1");
  writer.send_problem(503, detail);
}

// Runs `task(writer)` on the executor; 503 where that is full.
template <class Task>
void defer(RouteState& shared, ResponseWriter writer, Task task) {
  // A std::function must be copyable, and a writer is not.
  auto held = std::make_shared<ResponseWriter>(std::move(writer));
  if (!shared.services.executor.submit([held, task = std::move(task)] { task(*held); })) {
    send_busy(*held, "too many requests are waiting");
  }
}

// The query parameter as a number of [min, max]; an error where it is there and something else.
std::uint64_t number_of(const Request& request, std::string_view name, std::uint64_t otherwise,
                        std::uint64_t min, std::uint64_t max, ErrorList& errors) {
  const auto text = request.query(name);
  if (!text) return otherwise;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size() && number >= min && number <= max)
    return number;
  errors.add(std::string(name), "must be " + std::to_string(min) + " to " + std::to_string(max));
  return otherwise;
}

bool flag_of(const Request& request, std::string_view name, ErrorList& errors) {
  const auto text = request.query(name);
  if (!text || *text == "false") return false;
  if (*text != "true") errors.add(std::string(name), "must be true or false");
  return true;
}

void get_one(RouteState& shared, ResourceType type, Request& request, ResponseWriter writer) {
  const Registry& registry = shared.services.registry;
  const auto record = registry.get(type, request.path_parameter("id"));
  if (!record || !may_see(caller_of(request, registry), type, record->owner)) {
    writer.send_problem(404, "no such resource");
    return;
  }
  writer.header("ETag", revision_etag(record->revision));
  append_shown(writer.buffer(), *record);
  writer.send(200);
}

std::optional<bool> status_filter(ResourceType type, const Request& request, ErrorList& errors) {
  const auto text = request.query("status");
  if (!text) return std::nullopt;
  const bool advertiser = type == ResourceType::kAdvertiser;
  const std::string_view on = advertiser ? "active" : "enabled", off = advertiser ? "suspended" : "paused";
  if (*text != on && *text != off) {
    errors.add("status", "must be " + std::string(on) + " or " + std::string(off));
  }
  return *text == on;
}

void get_list(RouteState& shared, ResourceType type, Request& request, ResponseWriter writer) {
  ErrorList errors;
  ListQuery query;
  query.type = type;
  const auto parent_filter = [&](std::string_view name, std::optional<std::string>& out) {
    const auto text = request.query(name);
    if (!text) return;
    if (!is_id(*text)) errors.add(std::string(name), "must be an id: 1 to 64 of A-Z a-z 0-9 . _ : -");
    out.emplace(*text);
  };
  parent_filter("advertiser_id", query.advertiser_id);
  parent_filter("campaign_id", query.campaign_id);
  parent_filter("ad_group_id", query.ad_group_id);
  query.enabled = status_filter(type, request, errors);
  query.page_size = number_of(request, "page_size", kPageSizeDefault, 1, kPageSizeMax, errors);
  query.page_token = request.query("page_token").value_or("");
  if (!errors.empty()) {
    writer.send_problem(400, {}, errors.take());
    return;
  }
  const Registry& registry = shared.services.registry;
  const Caller caller = caller_of(request, registry);
  if (caller.is_advertiser()) query.owner = caller.advertiser;
  defer(shared, std::move(writer), [&registry, query](ResponseWriter& out) {
    if (!append_page(out.buffer(), registry, query)) {
      out.buffer().clear();
      out.send_problem(400, {}, {{"page_token", "was not given for this list"}});
      return;
    }
    out.send(200);
  });
}

void get_changes(RouteState& shared, Request& request, ResponseWriter writer) {
  ErrorList errors;
  ChangesQuery query;
  query.after = number_of(request, "after", 0, 0, UINT64_MAX, errors);
  query.limit = number_of(request, "limit", kChangesPerPageDefault, 1, kChangesPerPageMax, errors);
  if (!errors.empty()) {
    writer.send_problem(400, {}, errors.take());
    return;
  }
  const Registry& registry = shared.services.registry;
  const Caller caller = caller_of(request, registry);
  if (caller.is_advertiser()) query.owner = caller.advertiser;
  // What belongs to no advertiser is not shown to the key of one that was never made.
  if (caller.is_advertiser() && caller.advertiser == kNoInternalId) query.limit = 0;
  defer(shared, std::move(writer), [&registry, query](ResponseWriter& out) {
    append_changes(out.buffer(), registry.store(), query);
    out.send(200);
  });
}

void write_one(RouteState& shared, OperationKind kind, ResourceType type, Request& request,
               ResponseWriter writer) {
  ErrorList errors;
  const bool cascade = flag_of(request, "cascade", errors);
  if (!errors.empty()) {
    writer.send_problem(400, {}, errors.take());
    return;
  }
  shared.writes.submit(kind, type, cascade, request, std::move(writer));
}

std::shared_ptr<BodyConsumer> start_import(const StatePtr& shared, Request& request, ResponseWriter writer) {
  ErrorList errors;
  const BulkOptions options{flag_of(request, "atomic", errors), flag_of(request, "validate_only", errors)};
  if (!errors.empty()) {
    writer.send_problem(400, {}, errors.take());
    return nullptr;
  }
  std::shared_ptr<void> slot = shared->imports.take(*request.principal);
  if (!slot) {
    send_busy(writer, "too many imports are running: 2 of an advertiser, 8 of all");
    return nullptr;
  }
  const ResourceServices& services = shared->services;
  return std::make_shared<BulkImport>(
      BulkServices{services.registry, services.executor, services.spool_directory,
                   services.body_bytes_max + kBulkEnvelopeBytesMax},
      options,
      *request.principal, std::move(writer), std::move(slot));
}

Route make_route(Method method, std::string pattern, Handler handler, bool deferred) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.handler = std::move(handler);
  route.route_class = RouteClass::kResource;
  route.roles = kAdminAndAdvertiser;
  route.deferred = deferred;
  return route;
}

void add_collection(Router& router, const StatePtr& shared, ResourceType type) {
  const std::string path = "/v1/" + std::string(collection_name(type));
  Route list = make_route(
      Method::kGet, path,
      [shared, type](Request& r, ResponseWriter w) { get_list(*shared, type, r, std::move(w)); }, true);
  list.query_parameters = {"page_size", "page_token"};
  if (type != ResourceType::kPlacement && type != ResourceType::kFestival)
    list.query_parameters.push_back("status");
  for (auto above = parent_type(type); above; above = parent_type(*above)) {
    list.query_parameters.push_back(std::string(type_name(*above)) + "_id");
  }
  router.add(std::move(list));

  const std::string one = path + "/{id}";
  router.add(make_route(
      Method::kGet, one,
      [shared, type](Request& r, ResponseWriter w) { get_one(*shared, type, r, std::move(w)); }, false));
  const auto writer_of = [&](OperationKind kind) -> Handler {
    return [shared, type, kind](Request& r, ResponseWriter w) {
      write_one(*shared, kind, type, r, std::move(w));
    };
  };
  Route put = make_route(Method::kPut, one, writer_of(OperationKind::kPut), true);
  put.media_types = {"application/json"};
  router.add(std::move(put));
  Route patch = make_route(Method::kPatch, one, writer_of(OperationKind::kPatch), true);
  patch.media_types = {"application/merge-patch+json", "application/json"};
  router.add(std::move(patch));
  Route remove = make_route(Method::kDelete, one, writer_of(OperationKind::kDelete), true);
  remove.query_parameters = {"cascade"};
  router.add(std::move(remove));
}

}  // namespace

void add_resource_routes(Router& router, const ResourceServices& services) {
  const StatePtr shared = std::make_shared<RouteState>(services);
  for (int type = 0; type < kResourceTypes; ++type)
    add_collection(router, shared, static_cast<ResourceType>(type));

  Route changes = make_route(
      Method::kGet, "/v1/changes",
      [shared](Request& r, ResponseWriter w) { get_changes(*shared, r, std::move(w)); }, true);
  changes.query_parameters = {"after", "limit"};
  router.add(std::move(changes));

  Route bulk = make_route(Method::kPost, "/v1/bulk", {}, true);
  bulk.handler =
      StreamHandler([shared](Request& r, ResponseWriter w) { return start_import(shared, r, std::move(w)); });
  bulk.route_class = RouteClass::kBulk;
  bulk.media_types = {std::string(kNdjson)};
  bulk.query_parameters = {"atomic", "validate_only"};
  router.add(std::move(bulk));
}

}  // namespace gavel
