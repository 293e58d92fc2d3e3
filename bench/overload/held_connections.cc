#include "bench/overload/held_connections.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace gavel {

IdleConnections::IdleConnections(const LoopbackAddress& server, std::size_t count) {
  while (sockets_.size() < count) {
    const int socket = connect_loopback(server);
    if (socket < 0) return;
    sockets_.push_back(socket);
  }
}

IdleConnections::~IdleConnections() {
  for (const int socket : sockets_) ::close(socket);
}

SlowConnections::SlowConnections(const LoopbackAddress& server, std::size_t count, std::string request)
    : server_(server), request_(std::move(request)), all_(count), thread_([this] { run(); }) {}

SlowConnections::~SlowConnections() {
  ends_ = true;
  thread_.join();
  for (const Slow& slow : all_) {
    if (slow.socket >= 0) ::close(slow.socket);
  }
}

// A second is shared out evenly, so that their bytes do not all come at once.
void SlowConnections::run() {
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t turn = 0; !ends_; ++turn) {
    const std::chrono::duration<double> at(static_cast<double>(turn) / static_cast<double>(all_.size()));
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(at));
    step(all_[turn % all_.size()]);
  }
}

void SlowConnections::step(Slow& slow) {
  std::array<char, 4096> answer;
  const ssize_t got = slow.socket < 0 ? 0 : ::recv(slow.socket, answer.data(), answer.size(), MSG_DONTWAIT);
  const bool gone = slow.socket >= 0 && (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK));
  if (gone) {
    ::close(slow.socket);
    slow.socket = -1;
  }
  if (slow.socket < 0) {
    slow.socket = connect_loopback(server_);
    slow.sent = 0;
  }
  if (slow.socket < 0) return;
  if (::send(slow.socket, request_.data() + slow.sent, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) ++slow.sent;
  if (slow.sent == request_.size()) slow.sent = 0;
}

}  // namespace gavel
