#include "bench/load/connection.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace gavel {

bool LoadConnection::open(const LoopbackAddress& server, int epoll) {
  drop();
  fd_ = connect_loopback(server);
  if (fd_ < 0) return false;
  epoll_ = epoll;
  parser_ = ResponseParser(false);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  if (fcntl(fd_, F_SETFL, O_NONBLOCK) == 0 && epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event) == 0) return true;
  drop();
  return false;
}

void LoadConnection::drop() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  watches_writable_ = false;
  unsent_.clear();
  unread_.clear();
  read_to_ = 0;
  intended_.clear();
}

void LoadConnection::push(std::string_view request, SteadyTime intended) {
  unsent_ += request;
  intended_.push_back(intended);
}

void LoadConnection::watch(bool writable) {
  if (writable == watches_writable_) return;
  epoll_event event{};
  event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = this;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd_, &event);
  watches_writable_ = writable;
}

bool LoadConnection::flush(std::uint64_t& bytes) {
  std::size_t sent = 0;
  while (sent < unsent_.size()) {
    const ssize_t n = send(fd_, unsent_.data() + sent, unsent_.size() - sent, MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      break;
    }
  }
  const bool broken = sent < unsent_.size() && errno != EAGAIN;
  bytes += sent;
  unsent_.erase(0, sent);
  if (!broken) watch(!unsent_.empty());
  return !broken;
}

bool LoadConnection::receive(std::uint64_t& bytes) {
  std::array<char, 64 * 1024> part;
  const ssize_t n = recv(fd_, part.data(), part.size(), 0);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  if (n == 0) return false;
  bytes += static_cast<std::uint64_t>(n);
  unread_.append(part.data(), static_cast<std::size_t>(n));
  return true;
}

LoadConnection::Next LoadConnection::next_answer(Answer& answer) {
  if (read_to_ == unread_.size()) {
    unread_.clear();
    read_to_ = 0;
    return Next::kNone;
  }
  std::size_t used = 0;
  const ResponseParser::Step step = parser_.feed(std::string_view(unread_).substr(read_to_), used);
  read_to_ += used;
  if (step == ResponseParser::Step::kNeedMore) {
    unread_.erase(0, read_to_);
    read_to_ = 0;
    return Next::kNone;
  }
  if (step == ResponseParser::Step::kBad || intended_.empty()) return Next::kBad;
  answer = {parser_.status(), intended_.front(), !parser_.keep_alive()};
  intended_.pop_front();
  return Next::kAnswer;
}

}  // namespace gavel
