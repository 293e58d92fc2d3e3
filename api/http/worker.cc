#include "api/http/worker.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "api/http/response_head.h"
#include "api/http/session.h"
#include "budget/thread_priority.h"

namespace gavel {
namespace {

constexpr int kBacklog = 4'096;
constexpr std::chrono::milliseconds kSweepPeriodMax{500};
constexpr std::chrono::milliseconds kSweepPeriodMin{5};

using ReusePort = net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// Deadlines are kept to a quarter of the shortest.
SteadyClock::duration sweep_period(const ServerOptions& options) {
  const auto shortest = std::min({options.header_deadline, options.body_deadline, options.idle_timeout,
                                  options.write_deadline, options.linger});
  return std::clamp(shortest / 4, kSweepPeriodMin, kSweepPeriodMax);
}

// What is read before a queued request runs, at most: a flood of events does not keep auctions waiting for
// ever.
constexpr int kHandlersPerLook = 1'024;

}  // namespace

Response unavailable(std::string_view detail) {
  Response response = problem(503, detail);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

ServerShared::ServerShared(ServerOptions o, const Router& r, const Authenticator& a, RequestObserver ob)
    : options(std::move(o)),
      router(r),
      authenticator(a),
      observer(std::move(ob)),
      deferred_full(unavailable("too many requests are waiting for their answer")),
      queue_full(unavailable("too many requests are waiting for their turn")),
      overloaded(unavailable("more requests come than can be answered in time")) {}

Worker::Worker(std::size_t number, std::shared_ptr<ServerShared> shared)
    : number_(number),
      shared_(std::move(shared)),
      sweep_period_(sweep_period(shared_->options)),
      waiting_({.waiting_max = shared_->options.queued_requests_max,
                .wait_max = shared_->options.queue_wait_max}) {}

Worker::~Worker() = default;

Result<std::uint16_t, std::string> Worker::listen(const net::ip::tcp::endpoint& endpoint) {
  boost::system::error_code ec;
  if (acceptor_.open(endpoint.protocol(), ec)) return ec.message();
  if (acceptor_.set_option(net::socket_base::reuse_address(true), ec)) return ec.message();
  if (acceptor_.set_option(ReusePort(true), ec)) return ec.message();
  if (acceptor_.bind(endpoint, ec)) return ec.message();
  if (acceptor_.listen(kBacklog, ec)) return ec.message();
  return acceptor_.local_endpoint().port();
}

void Worker::run() {
  thread_ = std::this_thread::get_id();
  pthread_setname_np(pthread_self(), ("gavel-http-" + std::to_string(number_)).substr(0, 15).c_str());
  prefer_short_slices();
  sweep();
  accept();
  while (!io_.stopped()) {
    if (waiting_.empty()) {
      if (waiting_.overloaded()) waiting_.idle(now());
      io_.run_one();
    } else {
      look();
      run_waiting();
    }
  }
  // Whoever still waits was closed when draining took too long. He holds this worker, as it does him.
  while (!waiting_.empty()) take_next(now());
}

std::shared_ptr<Session> Worker::take_next(SteadyClock::time_point at) {
  shared_->stats.queued.fetch_sub(1, std::memory_order_relaxed);
  return waiting_.next(at);
}

// Reads and answers whatever is there; what is queued joins the queue.
void Worker::look() {
  for (int handlers = 0; handlers < kHandlersPerLook && io_.poll_one() > 0;) ++handlers;
}

SteadyClock::time_point Worker::enqueue(std::shared_ptr<Session> session) {
  const SteadyClock::time_point at = now();
  waiting_.push(std::move(session), at);
  shared_->stats.queued.fetch_add(1, std::memory_order_relaxed);
  return at;
}

// Runs those whose turn it is, until it is time to look again. Their answers leave together, after one more of them at most: a
// client on this machine is woken once for several, which takes a worker that never waits an eighth of its time less.
void Worker::run_waiting() {
  const auto began = now();
  for (auto at = began; !waiting_.empty() && at - began < kLookEvery; at = now()) {
    const std::shared_ptr<Session> session = take_next(at);
    shed_surplus();
    ran_since_look_ = kLookEvery;  // what comes behind it on its connection takes its turn, too
    const auto turn = now();
    if (session->run_in_turn(turn)) answered_.push_back(session);
    refusal_time_.earn(now() - turn + std::exchange(sending_took_, {}));
  }
  const auto ran = now();
  std::erase_if(answered_, [](const std::shared_ptr<Session>& session) { return !session->send_answer(); });
  const auto sent = now();
  for (const std::shared_ptr<Session>& session : answered_) session->go_on();
  answered_.clear();
  sending_took_ = sent - ran;
  ran_since_look_ = now() - began;
}

void Worker::shed_surplus() {
  for (auto at = now(); refusal_time_.is_left();) {
    const auto surplus = waiting_.take_surplus(at);
    if (!surplus) return;
    shared_->stats.queued.fetch_sub(1, std::memory_order_relaxed);
    const bool full = surplus->second == Surplus::kQueueFull;
    surplus->first->shed(full ? ShedCause::kQueueFull : ShedCause::kOverloaded,
                         full ? shared_->queue_full : shared_->overloaded);
    const auto done = now();
    refusal_time_.spend(done - std::exchange(at, done));
  }
}

void Worker::drain() {
  net::post(io_, [self = shared_from_this()] {
    boost::system::error_code ec;
    self->acceptor_.close(ec);
    self->drain_end_ = self->now() + self->shared_->options.drain_timeout;
    self->sweep();
  });
}

void Worker::accept() {
  acceptor_.async_accept(io_, [this](boost::system::error_code ec, Socket socket) {
    if (!acceptor_.is_open()) return;
    accept_failed_ = static_cast<bool>(ec);
    if (ec) return;  // out of file descriptors, most likely: the next sweep tries again
    on_accepted(std::move(socket));
    accept();
  });
}

void Worker::on_accepted(Socket socket) {
  ServerStats& stats = shared_->stats;
  const std::uint64_t open = stats.connections.load(std::memory_order_relaxed);
  const std::size_t max = shared_->options.connections_max;
  if (open >= max + kRefusalsMax) {
    stats.refused.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  stats.connections.fetch_add(1, std::memory_order_relaxed);
  auto session = std::make_shared<Session>(std::move(socket), shared_from_this(), sessions_.size());
  sessions_.push_back(session);
  if (open >= max) {
    stats.refused.fetch_add(1, std::memory_order_relaxed);
    session->refuse_connection();
  } else {
    stats.accepted.fetch_add(1, std::memory_order_relaxed);
    session->start();
  }
}

void Worker::forget(Session& session) {
  shared_->stats.connections.fetch_sub(1, std::memory_order_relaxed);
  const std::size_t index = session.index();
  std::swap(sessions_[index], sessions_.back());
  sessions_[index]->set_index(index);
  sessions_.pop_back();
}

// Looks at every session's deadline, tells the time for Date, and takes up what has to be tried again.
void Worker::sweep() {
  if (shared_->options.wall_clock) date_ = date_line(shared_->options.wall_clock());
  if (accept_failed_ && acceptor_.is_open()) {
    accept_failed_ = false;
    accept();
  }
  const auto now = this->now();
  // From the back: closing a session moves the last one, which was looked at already, to its place.
  for (std::size_t i = sessions_.size(); i-- > 0;) {
    const std::shared_ptr<Session> session = sessions_[i];
    session->check_deadline(now);
    if (now >= drain_end_) session->close();
  }
  const bool draining = drain_end_ != SteadyClock::time_point::max();
  if (draining && sessions_.empty()) {
    end();
  } else {
    schedule_sweep();
  }
}

void Worker::schedule_sweep() {
  const bool draining = drain_end_ != SteadyClock::time_point::max();
  sweep_timer_.expires_after(draining ? kSweepPeriodMin : sweep_period_);
  sweep_timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec) sweep();
  });
}

bool Worker::wake(std::shared_ptr<Session> session, Wake why) {
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  wakes_.emplace_back(std::move(session), why);
  // Posted under the lock, so that nothing is posted after the end: the loop would never run it.
  if (wakes_.size() == 1) net::post(io_, [this] { deliver_wakes(); });
  return true;
}

void Worker::deliver_wakes() {
  {
    const std::lock_guard lock(mutex_);
    delivered_.swap(wakes_);
  }
  for (auto& [session, why] : delivered_) {
    if (why == Wake::kFinished) {
      session->on_finished();
    } else {
      session->on_resumed();
    }
  }
  delivered_.clear();
}

void Worker::end() {
  sweep_timer_.cancel();
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

}  // namespace gavel
