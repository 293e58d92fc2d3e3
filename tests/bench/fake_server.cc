#include "tests/bench/fake_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace gavel {
namespace {

void require(bool held) {
  if (!held) std::abort();
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kField = "\r\nContent-Length: ";
  const std::size_t at = head.find(kField);
  if (at == std::string_view::npos) return 0;
  return static_cast<std::size_t>(std::atoll(std::string(head.substr(at + kField.size(), 12)).c_str()));
}

}  // namespace

std::string fake_answer(std::string_view body, std::string_view status, std::string_view fields) {
  std::string answer = "HTTP/1.1 ";
  answer.append(status).append("\r\n").append(fields);
  answer.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return answer;
}

FakeServer::FakeServer(FakeHandler handler) : handler_(std::move(handler)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  require(bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  require(listen(listener_, 64) == 0);
  require(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  wake_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

FakeServer::~FakeServer() {
  const std::uint64_t one = 1;
  require(write(wake_, &one, sizeof one) == sizeof one);
  thread_.join();
  for (const Connection& connection : connections_) close(connection.fd);
  close(listener_);
  close(wake_);
}

void FakeServer::serve() {
  for (;;) {
    std::vector<pollfd> polled = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Connection& connection : connections_) polled.push_back({connection.fd, POLLIN, 0});
    require(poll(polled.data(), polled.size(), -1) > 0);
    if (polled[0].revents != 0) return;
    for (std::size_t i = connections_.size(); i > 0; --i) {
      if (polled[i + 1].revents == 0 || serve_connection(connections_[i - 1])) continue;
      close(connections_[i - 1].fd);
      connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i - 1));
    }
    if (polled[1].revents != 0) connections_.push_back({accept(listener_, nullptr, nullptr), {}});
  }
}

bool FakeServer::serve_connection(Connection& connection) {
  std::array<char, 64 * 1024> part;
  const ssize_t got = recv(connection.fd, part.data(), part.size(), 0);
  if (got <= 0) return false;
  connection.unread.append(part.data(), static_cast<std::size_t>(got));
  for (;;) {
    const std::string_view unread = connection.unread;
    const std::size_t head_end = unread.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return true;
    const std::string_view head = unread.substr(0, head_end);
    const std::size_t length = content_length(head);
    if (unread.size() < head_end + 4 + length) return true;
    const std::size_t target = head.find(' ') + 1;
    const std::string answer = handler_({head, head.substr(target, head.find(' ', target) - target),
                                         unread.substr(head_end + 4, length), requests_++});
    if (answer.empty()) return false;
    if (send(connection.fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
    connection.unread.erase(0, head_end + 4 + length);
  }
}

}  // namespace gavel
