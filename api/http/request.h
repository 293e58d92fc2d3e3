// A request as a handler sees it: plain data, decoded, within its limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/auth.h"

namespace gavel {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOther };
inline constexpr int kMethodCount = 7;
std::string_view method_name(Method method);  // "GET"; "other" for kOther

// One name=value of the query or one {name} of the route, percent-decoded: valid UTF-8 without control
// characters. In queries `+` stands for itself, so that the offset of an RFC 3339 time need not be encoded.
struct Parameter {
  std::string name;
  std::string value;
};

// The route of a request for which none was found, or that ended before one was looked for.
inline constexpr std::size_t kUnmatchedRoute = SIZE_MAX;

// Owned by its session. Everything in it stays valid and unchanged until the reply is sent, on any thread.
struct Request {
  Method method = Method::kGet;  // HEAD comes to GET's handler as kGet
  bool head_only = false;        // it came as HEAD: handlers of GETs that count something must not count it
  std::string path;              // as sent, without the query
  std::vector<Parameter> path_parameters;
  std::vector<Parameter> query_parameters;  // each name at most once, only names that the route lists
  std::size_t path_parameter_count =
      0;  // the vectors keep their strings for reuse: only so many are in force
  std::size_t query_parameter_count = 0;

  // Headers, empty where absent.
  std::string authorization;
  std::string content_type;
  std::string accept;
  std::string if_match;
  std::string if_none_match;

  // The whole body (empty on streaming routes), followed by kBodyPadding readable bytes.
  std::string_view body;

  const Principal* principal = nullptr;  // null where the route needs no role and no key was given
  std::chrono::steady_clock::time_point received_at;  // when its first byte was read
  std::size_t worker = 0;  // which worker's scratch the handler may use, while it runs
  std::size_t route = kUnmatchedRoute;  // index in Router::routes()
  bool loopback_peer = false;

  // The value of the route's {name}. Requires that the route has it.
  std::string_view path_parameter(std::string_view name) const;
  // The value of ?name=; nothing where it was not given.
  std::optional<std::string_view> query(std::string_view name) const;
};

// Bytes readable behind a body, as simdjson asks (SIMDJSON_PADDING); what they hold is undefined.
inline constexpr std::size_t kBodyPadding = 64;

}  // namespace gavel
