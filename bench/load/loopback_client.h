// A small blocking HTTP/1.1 client of one connection, for tools.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/load/loopback.h"
#include "bench/load/response_parser.h"

namespace gavel {

struct LoopbackAnswer {
  int status = 0;
  std::string location;  // of a redirection, which is not followed
  std::string body;
};

struct LoopbackCall {
  std::string_view method;  // "GET"
  std::string_view target;  // "/v1/click?t=..."
  std::string_view body = {};
  std::string_view content_type = "application/json";
};

// The bytes of one request. With an empty `api_key` there is no Authorization.
std::string http_request(const LoopbackCall& call, std::string_view host, std::string_view api_key);

// Not thread-safe. Connects when it must; a send or receive of ten seconds fails.
class LoopbackClient {
 public:
  LoopbackClient(LoopbackAddress server, std::string api_key);
  ~LoopbackClient();
  LoopbackClient(const LoopbackClient&) = delete;
  LoopbackClient& operator=(const LoopbackClient&) = delete;

  // The answer, or nothing where there is no connection or no HTTP on it. A GET on a connection that the
  // server had closed meanwhile is tried once more; nothing else is sent twice.
  std::optional<LoopbackAnswer> call(const LoopbackCall& call);

 private:
  std::optional<LoopbackAnswer> try_once(std::string_view request);
  bool open();
  void close_connection();

  LoopbackAddress server_;
  std::string api_key_;
  ResponseParser parser_{true};
  int fd_ = -1;
};

}  // namespace gavel
