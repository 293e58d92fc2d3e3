#include "api/http/router.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "api/http/uri.h"

namespace gavel {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

// Takes the segment up to the next slash off the front of `path`, which begins with a slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) segments.emplace_back(take_segment(path));
  return segments;
}

// Whether the path has these segments, with anything but nothing for a parameter.
bool matches(const std::vector<std::string>& segments, std::string_view path) {
  for (const std::string& segment : segments) {
    if (path.empty()) return false;
    const std::string_view given = take_segment(path);
    if (is_parameter(segment) ? given.empty() : given != segment) return false;
  }
  return path.empty();
}

std::size_t index_of(Method method) {
  return static_cast<std::size_t>(method);
}

}  // namespace

std::string_view route_class_name(RouteClass route_class) {
  switch (route_class) {
    case RouteClass::kAuction:
      return "auction";
    case RouteClass::kEvent:
      return "event";
    case RouteClass::kResource:
      return "resource";
    case RouteClass::kBulk:
      return "bulk";
    case RouteClass::kReport:
      return "report";
    case RouteClass::kOperation:
      return "operation";
  }
  return "operation";
}

Route simple_route(Method method, std::string pattern, RoleSet roles, RouteClass route_class,
                   Handler handler) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.handler = std::move(handler);
  route.route_class = route_class;
  route.roles = roles;
  route.deferred = method == Method::kPost;
  if (route.deferred) route.media_types = {std::string(kJson)};
  return route;
}

void Router::add(Route route) {
  assert(route.pattern.starts_with('/'));
  std::vector<std::string> segments = split(route.pattern);
  auto known = std::ranges::find_if(paths_, [&](const auto& path) { return path->segments == segments; });
  if (known == paths_.end()) {
    auto path = std::make_unique<Path>();
    path->pattern = route.pattern;
    path->segments = std::move(segments);
    path->routes.fill(kUnmatched);
    if (std::ranges::none_of(path->segments, is_parameter)) literal_paths_.emplace(path->pattern, path.get());
    paths_.push_back(std::move(path));
    known = std::prev(paths_.end());
  }
  Path& path = **known;
  assert(path.routes[index_of(route.method)] == kUnmatched);
  path.routes[index_of(route.method)] = routes_.size();
  if (!path.allow.empty()) path.allow += ", ";
  path.allow += method_name(route.method);
  if (route.method == Method::kGet) path.allow += ", HEAD";
  routes_.push_back(std::move(route));
}

const Router::Path* Router::find(std::string_view path) const {
  if (const auto literal = literal_paths_.find(path); literal != literal_paths_.end()) return literal->second;
  const Path* best = nullptr;
  for (const auto& candidate : paths_) {
    if (!matches(candidate->segments, path)) continue;
    // Of two that match, the one whose first differing segment is literal.
    if (best == nullptr || std::ranges::lexicographical_compare(candidate->segments, best->segments, {},
                                                                is_parameter, is_parameter)) {
      best = candidate.get();
    }
  }
  return best;
}

Router::Match Router::match(Request& request) const {
  using Outcome = Match::Outcome;
  request.path_parameter_count = 0;
  request.route = kUnmatched;
  const Path* const path = request.path.starts_with('/') ? find(request.path) : nullptr;
  if (path == nullptr) return {Outcome::kNoSuchPath, kUnmatched, {}};
  const std::size_t route = path->routes[index_of(request.method)];
  if (route == kUnmatched) return {Outcome::kNoSuchMethod, kUnmatched, path->allow};

  std::string_view rest = request.path;
  for (const std::string& segment : path->segments) {
    const std::string_view given = take_segment(rest);
    if (!is_parameter(segment)) continue;
    if (request.path_parameter_count == request.path_parameters.size())
      request.path_parameters.emplace_back();
    Parameter& parameter = request.path_parameters[request.path_parameter_count++];
    parameter.name.assign(segment, 1, segment.size() - 2);
    if (!percent_decode(given, parameter.value)) return {Outcome::kBadEncoding, kUnmatched, {}};
  }
  request.route = route;
  return {Outcome::kFound, route, {}};
}

}  // namespace gavel
