#include "api/handlers/operation_handlers.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "api/build_info.h"
#include "api/data_directory.h"
#include "api/handlers/replies.h"
#include "api/json/json_reader.h"
#include "api/json/json_writer.h"
#include "api/sync.h"

namespace gavel {
namespace {

constexpr std::string_view kYaml = "application/yaml";
constexpr std::string_view kTooBusy = "too many tasks are waiting";

using Services = std::shared_ptr<const OperationServices>;

void get_health(const Services&, const Request&, ResponseWriter writer) {
  writer.buffer() = R"({"status":"ok"})";
  writer.send(200);
}

void get_ready(const Services& services, const Request&, ResponseWriter writer) {
  if (!services->ready()) return send_unavailable(writer, "the server is loading or draining");
  writer.buffer() = R"({"status":"ready"})";
  writer.send(200);
}

void get_version(const Services& services, const Request&, ResponseWriter writer) {
  JsonWriter json(writer.buffer());
  json.begin_object().field("name", "gaveld").field("version", build_version()).key("commit");
  if (build_commit().empty()) {
    json.null();
  } else {
    json.value(build_commit());
  }
  json.field("started_at", services->started_at).end_object();
  writer.send(200);
}

void get_metrics(const Services& services, const Request&, ResponseWriter writer) {
  writer.buffer() = services->metrics.render();
  writer.send(200, Metrics::kContentType);
}

void get_openapi(const Services&, const Request&, ResponseWriter writer) {
  writer.buffer() = openapi_yaml();
  writer.send(200, kYaml);
}

// Reads a body of one object by `take(reader)`; false, answered with 400, where it is not valid.
template <class Take>
bool read_body(const Request& request, ResponseWriter& writer, Take take) {
  JsonParser parser;
  ErrorList errors;
  const Result<JsonValue, FieldError> document = parser.parse(request.body);
  if (document) {
    const JsonNode node{*document, {}};
    ObjectReader root(node, errors);
    take(root);
    root.finish();
  } else {
    errors.add(document.error().field, document.error().reason);
  }
  if (errors.empty()) return true;
  writer.send_problem(400, "the request is not valid", errors.take());
  return false;
}

void answer_jump(const OperationServices& services, Timestamp to, ResponseWriter& writer) {
  const Result<Timestamp, Maintenance::JumpError> now = services.jump(to);
  if (now) {
    JsonWriter json(writer.buffer());
    json.begin_object().field("now", *now).end_object();
    return writer.send(200);
  }
  switch (now.error()) {
    case Maintenance::JumpError::kNotManual:
      return writer.send_problem(409,
                                 "the clock is the system's: only [clock] mode = \"manual\" can be moved");
    case Maintenance::JumpError::kBackwards:
      return writer.send_problem(409, "the clock never goes back",
                                 {{"/now", "lies before the present time"}});
  }
}

void post_clock(const Services& services, const Request& request, ResponseWriter given) {
  Timestamp to;
  if (!read_body(request, given, [&](ObjectReader& root) {
        if (!root.take_timestamp("now", Need::kRequired, to) || to < kClockEnd) return;
        root.add_error("now", "lies after the year 9998");
      }))
    return;
  const SharedWriter writer = share(std::move(given));
  if (!services->background([services, to, writer] { answer_jump(*services, to, *writer); })) {
    send_unavailable(*writer, kTooBusy);
  }
}

// "20241111T080000Z"
std::string compact_time(Timestamp t) {
  std::string text;
  append_timestamp(text, std::chrono::floor<std::chrono::seconds>(t));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

// The directory asked for, or one named after the time that does not exist yet.
std::filesystem::path checkpoint_path(const OperationServices& services, const std::string& name,
                                      Timestamp now) {
  const std::filesystem::path parent = services.checkpoints;
  if (!name.empty()) return parent / name;
  const std::string time = compact_time(now);
  std::filesystem::path path = parent / time;
  for (int i = 2; std::filesystem::exists(path); ++i) path = parent / (time + "-" + std::to_string(i));
  return path;
}

StoreError cannot(const std::filesystem::path& path, const char* what, const std::string& why) {
  return {StoreError::Code::kIo, path.string() + " cannot be " + what + ": " + why};
}

// Fills the new directory `path` so that gaveld can be started on it: the database and, where this server
// made its token keys itself, those. On failure what is wrong, and whether there is room for another try.
std::optional<StoreError> copy_data(const OperationServices& services, const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (error) return cannot(path, "made", error.message());
  // Read before the copy is made: whatever a token of a lesser number speaks of is in the copy.
  std::vector<std::uint64_t> next_serials = services.next_serials();
  const std::string database = (path / "db").string();
  if (auto failed = services.store.checkpoint(database)) return failed;
  if (auto failed = end_epoch_of_copy(database, std::move(next_serials))) return failed;
  if (!services.token_keys.empty()) {
    const std::filesystem::path keys = services.token_keys;
    const std::filesystem::path copy = path / keys.filename();
    std::filesystem::copy_file(keys, copy, error);  // its mode, 0600, is copied, too
    if (error) return cannot(keys, "copied", error.message());
    if (!sync_path(copy)) return cannot(copy, "synced", std::strerror(errno));
  }
  if (!sync_path(path)) return cannot(path, "synced", std::strerror(errno));
  return std::nullopt;
}

// Gives a whole copy its name, for good.
std::optional<StoreError> publish_copy(const std::filesystem::path& unfinished,
                                       const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  if (error) return cannot(path, "made", error.message());
  if (!sync_path(path.parent_path())) return cannot(path.parent_path(), "synced", std::strerror(errno));
  return std::nullopt;
}

void answer_checkpoint(const OperationServices& services, const std::string& name, ResponseWriter& writer) {
  const Timestamp now = services.clock.now();
  const std::filesystem::path path = checkpoint_path(services, name, now);
  if (std::filesystem::exists(path)) {
    return writer.send_problem(409, "a checkpoint of this name exists", {{"/directory", "exists already"}});
  }
  // Made under a name that cannot be asked for, so that a directory with its own name is a whole one.
  const std::filesystem::path unfinished = path.parent_path() / ("." + path.filename().string());
  std::error_code error;
  std::filesystem::remove_all(unfinished, error);
  auto failed = copy_data(services, unfinished);
  if (!failed) failed = publish_copy(unfinished, path);
  if (failed) {
    std::filesystem::remove_all(unfinished, error);
    if (failed->code == StoreError::Code::kNoSpace)
      return send_unavailable(writer, "no space is left for a checkpoint");
    return writer.send_problem(500, "the checkpoint could not be made: " + failed->message);
  }
  JsonWriter json(writer.buffer());
  json.begin_object().field("directory", path.string()).field("created_at", now).end_object();
  writer.send(201);
}

void post_checkpoint(const Services& services, const Request& request, ResponseWriter given) {
  std::string name;
  // A request without a body asks for the default.
  const bool valid = request.body.empty() || read_body(request, given, [&](ObjectReader& root) {
                       std::string_view id;
                       if (!root.take_id("directory", Need::kOptional, id)) return;
                       name = id;
                       // "." and ".." are ids, too, but no names of new directories.
                       if (id.front() == '.') root.add_error("directory", "begins with a dot");
                     });
  if (!valid) return;
  const SharedWriter writer = share(std::move(given));
  if (!services->background([services, name, writer] { answer_checkpoint(*services, name, *writer); })) {
    send_unavailable(*writer, kTooBusy);
  }
}

}  // namespace

void add_operation_routes(Router& router, const OperationServices& given) {
  const auto services = std::make_shared<const OperationServices>(given);
  const auto add = [&](Method method, std::string pattern, RoleSet roles,
                       void (*handle)(const Services&, const Request&, ResponseWriter)) {
    Route route = simple_route(method, std::move(pattern), roles, RouteClass::kOperation,
                               [services, handle](Request& request, ResponseWriter writer) {
                                 handle(services, request, std::move(writer));
                               });
    // What is asked of a server that is starting; none of it looks at the catalog or at money.
    route.answers_while_loading = roles == kNoRoleNeeded;
    router.add(std::move(route));
  };
  add(Method::kGet, "/healthz", kNoRoleNeeded, get_health);
  add(Method::kGet, "/readyz", kNoRoleNeeded, get_ready);
  add(Method::kGet, "/version", kNoRoleNeeded, get_version);
  add(Method::kGet, "/metrics", kNoRoleNeeded, get_metrics);
  add(Method::kGet, "/openapi.yaml", kNoRoleNeeded, get_openapi);
  add(Method::kPost, "/v1/admin/clock", kAdminOnly, post_clock);
  add(Method::kPost, "/v1/admin/checkpoint", kAdminOnly, post_checkpoint);
}

}  // namespace gavel
