// One connection of the load client: what it has still to send and what it waits for.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "bench/load/loopback.h"
#include "bench/load/response_parser.h"

namespace gavel {

using SteadyTime = std::chrono::steady_clock::time_point;

// A non-blocking connection registered with an epoll. Not thread-safe. Never moved: the epoll knows its
// address.
class LoadConnection {
 public:
  LoadConnection() = default;
  ~LoadConnection() { drop(); }
  LoadConnection(const LoadConnection&) = delete;
  LoadConnection& operator=(const LoadConnection&) = delete;

  bool is_open() const { return fd_ >= 0; }
  std::size_t in_flight() const { return intended_.size(); }

  // Connects and registers with `epoll` under the address of this object. False where that fails; errno says
  // why.
  bool open(const LoopbackAddress& server, int epoll);
  // Closes and forgets what was under way.
  void drop();

  // Puts a request behind those to send; `intended` is when it should have been sent.
  void push(std::string_view request, SteadyTime intended);
  // Sends what the socket takes. False where the connection is broken. Adds to `bytes`.
  bool flush(std::uint64_t& bytes);
  // Receives what there is. False where the connection is broken or closed by the other side. Adds to
  // `bytes`.
  bool receive(std::uint64_t& bytes);

  struct Answer {
    int status;
    SteadyTime intended;
    bool closes;  // the server closes after it: drop the connection
  };
  enum class Next { kAnswer, kNone, kBad };
  // Takes the next complete answer of what was received; kBad is an answer to nothing, or no HTTP.
  Next next_answer(Answer& answer);

  // Calls `tell(intended)` for every request under way.
  template <class F>
  void for_each_in_flight(F&& tell) const {
    for (SteadyTime intended : intended_) tell(intended);
  }

 private:
  void watch(bool writable);

  int fd_ = -1;
  int epoll_ = -1;
  bool watches_writable_ = false;
  std::string unsent_;
  std::string unread_;
  std::size_t read_to_ = 0;  // of unread_
  ResponseParser parser_{false};
  std::deque<SteadyTime> intended_;
};

}  // namespace gavel
