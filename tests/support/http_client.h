// A small blocking HTTP client for tests: whole requests, or raw bytes where a test wants to be rude.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gavel {

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // The header's value, or nothing at all.
  std::string header(const std::string& lower_name) const;
};

using ClientHeaders = std::vector<std::pair<std::string, std::string>>;

// One connection to a port of 127.0.0.1. Whatever blocks gives up after 20 seconds, as if the server had
// closed.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends a request with Host, and Content-Length and Content-Type: application/json where there is a body
  // and no other header says so, and reads its answer. Status 0 where none came.
  ClientResponse request(std::string_view method, std::string_view target, std::string_view body = {},
                         const ClientHeaders& headers = {});
  ClientResponse get(std::string_view target, const ClientHeaders& headers = {}) {
    return request("GET", target, {}, headers);
  }

  // Sends bytes as they are. False where the connection is gone.
  bool send(std::string_view bytes);
  // Reads one answer, interim ones (1xx) included; `to_head`: the answer to a HEAD, which has no body.
  std::optional<ClientResponse> read_response(bool to_head = false);
  // Reads one byte more than what was read so far; false at the end of the stream (or after a reset).
  bool wait_for_bytes();
  // Whether the server has closed: blocks until it closes or sends something.
  bool closed_by_server() { return buffer_.empty() && !wait_for_bytes(); }
  void shutdown_send();
  // How long send() waits for the server to take bytes, instead of 20 seconds.
  void set_send_patience(std::chrono::milliseconds patience);
  // Closes at once, with a reset where bytes are unread.
  void close();

 private:
  int fd_ = -1;
  std::string buffer_;
};

}  // namespace gavel
