// One thread of the server: an event loop, a listening socket, and the sessions of the connections accepted
// there. Internal to api/http.
#pragma once

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/overload_queue.h"
#include "api/http/server.h"

namespace gavel {

class Session;

namespace net = boost::asio;
using Executor = net::io_context::executor_type;
using Socket = net::basic_stream_socket<net::ip::tcp, Executor>;
using SteadyClock = std::chrono::steady_clock;

// What all workers share. Constant but for the atomics.
struct ServerShared {
  ServerShared(ServerOptions o, const Router& r, const Authenticator& a, RequestObserver ob);

  const ServerOptions options;
  const Router& router;
  const Authenticator& authenticator;
  const RequestObserver observer;
  const Response deferred_full, queue_full, overloaded;  // made once: shedding must cost little
  ServerStats stats;
  std::atomic<bool> open{false};  // Server::open()
  std::atomic<bool> draining{false};
};

// 503 with Retry-After: what was asked is fine and may be asked again.
Response unavailable(std::string_view detail);

// Whatever a worker can read is read before it runs a queued request, and looked for again after kLookEvery and the
// sending of what was answered meanwhile: so events never wait behind more than one long auction, ages are known, and
// who has to go is told so soon.
inline constexpr std::chrono::microseconds kLookEvery{200};

// Kept alive by its thread, its sessions, and so by every ResponseWriter that has not answered yet.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker(std::size_t number, std::shared_ptr<ServerShared> shared);
  ~Worker();

  // Before the thread starts. Binds with SO_REUSEPORT and listens; gives the port, or what went wrong.
  Result<std::uint16_t, std::string> listen(const net::ip::tcp::endpoint& endpoint);

  // The thread's whole life: returns when the worker has been drained.
  void run();
  // Thread-safe: stops accepting, and run() returns once no session is left or drain_timeout is over.
  void drain();

  // What a session is woken for by another thread.
  enum class Wake : std::uint8_t { kFinished, kResumed };
  // Thread-safe. False where the worker has ended: nobody will come any more.
  bool wake(std::shared_ptr<Session> session, Wake why);

  // The rest is for the sessions, on this worker's thread.
  bool on_thread() const { return std::this_thread::get_id() == thread_; }
  ServerShared& shared() { return *shared_; }
  std::size_t number() const { return number_; }
  std::string_view date() const { return date_; }
  net::mutable_buffer sink() { return net::buffer(sink_); }
  void forget(Session& session);
  SteadyClock::time_point now() const { return shared_->options.steady_clock(); }
  // Whether a queued request may run at once: none waits, and the worker has looked for bytes not long ago.
  bool may_run_now() const {
    return waiting_.empty() && !waiting_.overloaded() && ran_since_look_ < kLookEvery;
  }
  // A queued request has run at once, for so long.
  void ran(SteadyClock::duration took) {
    ran_since_look_ += took;
    refusal_time_.earn(took);
  }
  // Calls run_in_turn() or shed() of the session later, from the event loop.
  SteadyClock::time_point enqueue(std::shared_ptr<Session> session);  // gives the time
  // A request that waited so long in the queue was too old when its turn came.
  void missed_deadline(SteadyClock::duration waited) { waiting_.missed_deadline(now(), waited); }

 private:
  void look();
  void run_waiting();
  void shed_surplus();
  std::shared_ptr<Session> take_next(SteadyClock::time_point at);
  void accept();
  void on_accepted(Socket socket);
  void sweep();
  void schedule_sweep();
  void deliver_wakes();
  void end();

  const std::size_t number_;
  const std::shared_ptr<ServerShared> shared_;
  const SteadyClock::duration sweep_period_;
  net::io_context io_{1};
  net::basic_socket_acceptor<net::ip::tcp, Executor> acceptor_{io_};
  net::basic_waitable_timer<SteadyClock, net::wait_traits<SteadyClock>, Executor> sweep_timer_{io_};

  // Of the worker's thread alone.
  std::thread::id thread_;
  std::vector<std::shared_ptr<Session>> sessions_;  // each knows its index
  OverloadQueue<std::shared_ptr<Session>> waiting_;
  std::vector<std::shared_ptr<Session>> answered_;  // ran in their turn; their answers have not left
  SteadyClock::duration sending_took_{};  // of the answers sent last: counts as time of the next request that runs
  SteadyClock::duration ran_since_look_{};
  RefusalTime refusal_time_;
  std::string date_;
  bool accept_failed_ = false;  // accepting waits for the next sweep
  SteadyClock::time_point drain_end_ = SteadyClock::time_point::max();
  std::vector<std::pair<std::shared_ptr<Session>, Wake>> delivered_;
  std::array<char, 16 * 1024> sink_;  // what lingering sessions read and nobody wants

  std::mutex mutex_;
  // Protected by mutex_.
  std::vector<std::pair<std::shared_ptr<Session>, Wake>> wakes_;
  bool ended_ = false;
};

}  // namespace gavel
