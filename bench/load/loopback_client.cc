#include "bench/load/loopback_client.h"

#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace gavel {
namespace {

constexpr time_t kTimeoutSeconds = 10;

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

std::string http_request(const LoopbackCall& call, std::string_view host, std::string_view api_key) {
  std::string request;
  request.reserve(call.body.size() + 256);
  request.append(call.method).append(" ").append(call.target).append(" HTTP/1.1\r\nHost: ").append(host);
  if (!api_key.empty()) request.append("\r\nAuthorization: Bearer ").append(api_key);
  if (call.method != "GET") {
    request.append("\r\nContent-Type: ").append(call.content_type);
    request.append("\r\nContent-Length: ").append(std::to_string(call.body.size()));
  }
  request.append("\r\n\r\n").append(call.body);
  return request;
}

LoopbackClient::LoopbackClient(LoopbackAddress server, std::string api_key)
    : server_(std::move(server)), api_key_(std::move(api_key)) {}

LoopbackClient::~LoopbackClient() {
  close_connection();
}

bool LoopbackClient::open() {
  if (fd_ >= 0) return true;
  fd_ = connect_loopback(server_);
  if (fd_ < 0) return false;
  const timeval timeout{kTimeoutSeconds, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  parser_ = ResponseParser(true);
  return true;
}

void LoopbackClient::close_connection() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::optional<LoopbackAnswer> LoopbackClient::call(const LoopbackCall& call) {
  const std::string request = http_request(call, server_.host, api_key_);
  const bool reused = fd_ >= 0;
  std::optional<LoopbackAnswer> answer = try_once(request);
  if (!answer && reused && call.method == "GET") answer = try_once(request);
  return answer;
}

std::optional<LoopbackAnswer> LoopbackClient::try_once(std::string_view request) {
  if (!open()) return std::nullopt;
  std::string unread;
  std::array<char, 16 * 1024> part;
  bool sent = send_all(fd_, request);
  while (sent) {
    const ssize_t got = recv(fd_, part.data(), part.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    unread.append(part.data(), static_cast<std::size_t>(got));
    std::size_t used = 0;
    const ResponseParser::Step step = parser_.feed(unread, used);
    unread.erase(0, used);
    if (step == ResponseParser::Step::kNeedMore) continue;
    if (step == ResponseParser::Step::kBad) break;
    LoopbackAnswer answer{parser_.status(), parser_.location(), parser_.body()};
    if (!parser_.keep_alive() || !unread.empty()) close_connection();
    return answer;
  }
  close_connection();
  return std::nullopt;
}

}  // namespace gavel
