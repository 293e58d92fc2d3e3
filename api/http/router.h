// Which handler answers which method and path, and what it asks of a request before it is called.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "api/auth.h"
#include "api/http/request.h"
#include "api/http/response.h"

namespace gavel {

// What metrics tell apart when they count how long requests take.
enum class RouteClass : std::uint8_t { kAuction, kEvent, kResource, kBulk, kReport, kOperation };
inline constexpr int kRouteClassCount = 6;
std::string_view route_class_name(RouteClass route_class);

// Called on a worker; must not block. The request lives until the reply is sent.
using Handler = std::function<void(Request&, ResponseWriter)>;
// Called when the header has been read; the consumer returned gets the body and answers through the writer,
// before or after its end. A null consumer: it has answered already.
using StreamHandler = std::function<std::shared_ptr<BodyConsumer>(Request&, ResponseWriter)>;

struct Route {
  Method method = Method::kGet;
  std::string pattern{};  // "/v1/campaigns/{id}/budget"
  std::variant<Handler, StreamHandler> handler{};
  RouteClass route_class = RouteClass::kOperation;
  RoleSet roles = kNoRoleNeeded;
  std::vector<std::string> media_types{};       // of a body that is there, without parameters; none = any
  std::vector<std::string> query_parameters{};  // that it knows: another one is a 400
  // Others than those are passed over: for links to which strangers append their own (utm_source, cache
  // busters).
  bool ignores_other_parameters = false;
  std::uint64_t body_bytes_max = 0;  // 0 = the server's default; of no meaning to a StreamHandler
  // Whether it answers later and counts against ServerOptions::deferred_requests_max.
  bool deferred = false;
  // Whether it answers at once but takes long: it waits for its turn behind whatever else its worker has to
  // do, and is shed where there is more of it than can be done (overload_queue.h).
  bool queued = false;
  // Whether it answers before Server::open(), while what other routes work on is still being loaded.
  bool answers_while_loading = false;
};

// A GET that answers at once, or a POST of JSON that answers when it is done; neither has query parameters.
Route simple_route(Method method, std::string pattern, RoleSet roles, RouteClass route_class,
                   Handler handler);

// Filled at start-up, then immutable and safe to share.
class Router {
 public:
  static constexpr std::size_t kUnmatched = kUnmatchedRoute;

  // Adds a route. A HEAD route comes with every GET route. Requires that no route has this method and pattern
  // yet and that patterns which differ only in the names of their parameters do not occur.
  void add(Route route);
  const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    enum class Outcome : std::uint8_t { kFound, kNoSuchPath, kNoSuchMethod, kBadEncoding } outcome;
    std::size_t route = kUnmatched;  // kFound
    std::string_view allow;          // kNoSuchMethod: the Allow header's value
  };
  // Finds the route of request.method and request.path, and sets its path_parameters and route. Literal
  // segments go before parameters. Allocates nothing once the request's strings have grown.
  Match match(Request& request) const;

 private:
  struct Path {
    std::string pattern;
    std::vector<std::string> segments;  // "{id}" for a parameter
    std::array<std::size_t, kMethodCount> routes;
    std::string allow;
  };
  const Path* find(std::string_view path) const;

  std::vector<Route> routes_;
  std::vector<std::unique_ptr<Path>> paths_;
  // Those without parameters; the keys are their patterns.
  std::unordered_map<std::string_view, const Path*> literal_paths_;
};

}  // namespace gavel
