#include "api/http/admission.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/http/ascii.h"
#include "api/http/uri.h"

namespace gavel {
namespace {

// Takes scheme and authority off a target in absolute form (RFC 9112, section 3.2.2).
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (target.size() > scheme.size() && equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t path = target.find('/', scheme.size());
      return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    }
  }
  return target;
}

Response with_header(Response response, std::string name, std::string value) {
  response.headers.emplace_back(std::move(name), std::move(value));
  return response;
}

// The media type without its parameters: "application/json" of "application/json; charset=utf-8".
bool is_media_type(std::string_view content_type, std::string_view wanted) {
  return equals_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), wanted);
}

bool accepts(const Route& route, std::string_view content_type) {
  return route.media_types.empty() || content_type.empty() ||
         std::ranges::any_of(route.media_types,
                             [&](const std::string& type) { return is_media_type(content_type, type); });
}

// A name that a client sent, for showing it again: nothing but what a name of ours could hold.
std::string printable(std::string_view name) {
  std::string shown(name.substr(0, 64));
  std::ranges::replace_if(
      shown, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return shown;
}

// Decodes name=value&name=value into the request; on failure says why.
std::optional<FieldError> read_query(std::string_view query, const Route& route, Request& request) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (request.query_parameter_count == request.query_parameters.size())
      request.query_parameters.emplace_back();
    Parameter& parameter = request.query_parameters[request.query_parameter_count];
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    const bool legible = percent_decode(pair.substr(0, equals), parameter.name);
    const bool known = legible && std::ranges::find(route.query_parameters, parameter.name) !=
                                      route.query_parameters.end();
    if (!known && route.ignores_other_parameters) continue;
    if (!legible) return FieldError{"", "a query parameter's name is not percent-encoded UTF-8"};
    if (!known) return FieldError{printable(parameter.name), "there is no such query parameter here"};
    if (request.query(parameter.name)) return FieldError{parameter.name, "given more than once"};
    if (!percent_decode(value, parameter.value)) {
      return FieldError{parameter.name, "not percent-encoded UTF-8, or with control characters"};
    }
    ++request.query_parameter_count;
  }
  return std::nullopt;
}

// Whether the caller may use the route; sets request.principal.
std::optional<Response> check_caller(const Route& route, const Authenticator& authenticator,
                                     Request& request) {
  request.principal = authenticator.authenticate(request.authorization);
  if (route.roles == kNoRoleNeeded) return std::nullopt;
  if (request.principal == nullptr) {
    return with_header(problem(401, "a key is needed: Authorization: Bearer KEY"), "WWW-Authenticate",
                       "Bearer");
  }
  if (!may_use(route.roles, request.principal->role)) return problem(403, "this key's role may not do this");
  return std::nullopt;
}

void copy_head(const RequestReader::Header& header, Request& request) {
  request.head_only = header.method == Method::kHead;
  request.method = request.head_only ? Method::kGet : header.method;
  request.authorization = header.authorization;
  request.content_type = header.content_type;
  request.accept = header.accept;
  request.if_match = header.if_match;
  request.if_none_match = header.if_none_match;
  request.body = {};
  request.principal = nullptr;
  request.path_parameter_count = request.query_parameter_count = 0;
  request.route = Router::kUnmatched;
}

}  // namespace

Admission admit(const RequestReader::Header& header, const Router& router, const Authenticator& authenticator,
                Request& request) {
  copy_head(header, request);
  if (!header.known_method) return {nullptr, problem(501, "this method is not known here")};
  const std::string_view target = origin_form(header.target);
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) {
    return {nullptr, problem(400, "the request target is not a path")};
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path.assign(target.substr(0, question));

  const Router::Match match = router.match(request);
  switch (match.outcome) {
    case Router::Match::Outcome::kFound:
      break;
    case Router::Match::Outcome::kNoSuchPath:
      return {nullptr, problem(404, "there is nothing at this path")};
    case Router::Match::Outcome::kBadEncoding:
      return {nullptr, problem(400, "the path is not percent-encoded UTF-8, or holds control characters")};
    case Router::Match::Outcome::kNoSuchMethod:
      return {nullptr, with_header(problem(405, "this path does not know the method"), "Allow",
                                   std::string(match.allow))};
  }
  const Route& route = router.routes()[match.route];
  if (auto rejection = check_caller(route, authenticator, request)) return {&route, std::move(rejection)};
  if (header.has_body && !accepts(route, header.content_type)) {
    std::string wanted;
    for (const std::string& type : route.media_types) wanted += (wanted.empty() ? "" : " or ") + type;
    return {&route, problem(415, "the body must be " + wanted)};
  }
  if (!header.empty_precondition.empty()) {
    return {&route, problem(400, "a precondition is empty",
                            {{std::string(header.empty_precondition), "must be * or a list of entity tags"}})};
  }
  if (question < target.size()) {
    if (auto error = read_query(target.substr(question + 1), route, request)) {
      return {&route, problem(400, "the query is wrong", {std::move(*error)})};
    }
  }
  return {&route, std::nullopt};
}

}  // namespace gavel
