#include "bench/load/load_client.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <deque>
#include <utility>

#include "bench/load/connection.h"
#include "bench/load/loopback_client.h"
#include "bench/marketplace/prng.h"

namespace gavel {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

// How long a run waits, when all has been sent that should be, for what is still under way.
constexpr auto kDrain = std::chrono::seconds(5);
// Below this a timer comes too late: the client spins.
constexpr auto kSpin = std::chrono::microseconds(50);

// When the next request should be sent.
class Pace {
 public:
  Pace(const LoadPlan& plan, Clock::time_point start, std::uint64_t seed)
      : poisson_(plan.arrivals == Arrivals::kPoisson), rate_(plan.rate_per_s), start_(start), random_(seed) {}

  Clock::time_point next() const { return start_ + nanoseconds(static_cast<std::int64_t>(seconds_ * 1e9)); }

  void step() {
    ++steps_;
    if (poisson_) {
      // 53 random bits, made a number in (0, 1].
      const double uniform = (static_cast<double>(random_.next() >> 11) + 1) / 9007199254740992.0;
      seconds_ -= std::log(uniform) / rate_;
    } else {
      seconds_ = static_cast<double>(steps_) / rate_;
    }
  }

 private:
  bool poisson_;
  double rate_;
  Clock::time_point start_;
  Prng random_;
  double seconds_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace

struct LoadClient::Connection : LoadConnection {};

// The state of one call of run().
class LoadClient::Run {
 public:
  Run(LoadClient& client, const LoadPlan& plan, const std::vector<std::string>& requests)
      : client_(client),
        plan_(plan),
        requests_(requests),
        counted_from_(Clock::now() + plan.warm_up),
        end_(counted_from_ + plan.duration),
        pace_(plan, counted_from_ - plan.warm_up, client.options_.seed) {}

  // Empty on success, else what went wrong.
  std::string go();
  LoadResult take() { return std::move(result_); }

 private:
  bool closed() const { return plan_.arrivals == Arrivals::kClosed; }
  bool counts(Clock::time_point intended) const { return intended >= counted_from_; }
  bool over(Clock::time_point now) const;
  std::string ensure_open();
  void fill(Clock::time_point now);
  void send_on(Connection& connection, Clock::time_point intended);
  void flush(Connection& connection);
  void wait(Clock::time_point now);
  void on_event(Connection& connection, std::uint32_t events);
  void on_answer(int status, Clock::time_point intended, Clock::time_point now);
  void fail(Connection& connection);
  void finish(Clock::time_point now);

  LoadClient& client_;
  const LoadPlan& plan_;
  const std::vector<std::string>& requests_;
  Clock::time_point counted_from_, end_;
  Pace pace_;
  std::deque<Clock::time_point> backlog_;  // intended times of requests that found no free connection
  std::size_t next_request_ = 0;
  std::size_t next_connection_ = 0;
  std::size_t in_flight_ = 0;
  bool some_closed_ = true;  // some connection may have to be opened
  Clock::time_point last_answer_ = counted_from_;
  LoadResult result_;
};

std::string LoadClient::Run::go() {
  for (auto now = Clock::now();; now = Clock::now()) {
    if (std::string error = ensure_open(); !error.empty()) return error;
    fill(now);
    if (over(now)) {
      finish(now);
      return {};
    }
    wait(now);
  }
}

bool LoadClient::Run::over(Clock::time_point now) const {
  if (now < end_) return false;
  return (in_flight_ == 0 && backlog_.empty()) || now >= end_ + kDrain;
}

std::string LoadClient::Run::ensure_open() {
  if (!some_closed_) return {};
  some_closed_ = false;
  for (auto& connection : client_.connections_) {
    if (connection->is_open() || connection->open(client_.options_.server, client_.epoll_)) continue;
    return "cannot connect to " + client_.options_.server.host + ": " + std::strerror(errno);
  }
  return {};
}

void LoadClient::Run::fill(Clock::time_point now) {
  if (!closed()) {
    for (; pace_.next() <= now && pace_.next() < end_; pace_.step()) backlog_.push_back(pace_.next());
    if (backlog_.empty()) return;
  } else if (now >= end_) {
    return;
  }
  auto& connections = client_.connections_;
  for (std::size_t tried = 0; tried < connections.size(); ++tried) {
    Connection& connection = *connections[next_connection_];
    next_connection_ = (next_connection_ + 1) % connections.size();
    bool sent = false;
    while (connection.in_flight() < client_.options_.depth && (closed() || !backlog_.empty())) {
      send_on(connection, closed() ? now : backlog_.front());
      if (!closed()) backlog_.pop_front();
      sent = true;
      // In open loop the requests go to all connections in turn; only a backlog fills the pipelines.
      if (!closed() && backlog_.size() < connections.size()) break;
    }
    if (sent) flush(connection);
    if (!closed() && backlog_.empty()) return;
  }
}

void LoadClient::Run::send_on(Connection& connection, Clock::time_point intended) {
  connection.push(requests_[next_request_], intended);
  next_request_ = (next_request_ + 1) % requests_.size();
  ++in_flight_;
}

void LoadClient::Run::flush(Connection& connection) {
  if (!connection.flush(result_.bytes_sent)) fail(connection);
}

void LoadClient::Run::wait(Clock::time_point now) {
  const Clock::time_point until =
      now >= end_ ? end_ + kDrain : std::min(closed() ? end_ : pace_.next(), end_);
  int timeout_ms = -1;
  if (until - now < kSpin) {
    timeout_ms = 0;
  } else {
    itimerspec timer{};
    const auto ns = std::chrono::duration_cast<nanoseconds>((until - kSpin / 2).time_since_epoch()).count();
    timer.it_value.tv_sec = ns / 1'000'000'000;
    timer.it_value.tv_nsec = ns % 1'000'000'000;
    timerfd_settime(client_.timer_, TFD_TIMER_ABSTIME, &timer, nullptr);
  }
  std::array<epoll_event, 64> events;
  const int ready = epoll_wait(client_.epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      std::uint64_t expirations = 0;
      [[maybe_unused]] const ssize_t n = read(client_.timer_, &expirations, sizeof expirations);
    } else {
      on_event(*static_cast<Connection*>(event.data.ptr), event.events);
    }
  }
}

void LoadClient::Run::on_event(Connection& connection, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) flush(connection);
  if (!connection.is_open()) return;
  const bool open = connection.receive(result_.bytes_received);
  const Clock::time_point now = Clock::now();
  LoadConnection::Answer answer{};
  for (;;) {
    const LoadConnection::Next next = connection.next_answer(answer);
    if (next == LoadConnection::Next::kNone) break;
    if (next == LoadConnection::Next::kBad) return fail(connection);
    --in_flight_;
    on_answer(answer.status, answer.intended, now);
    if (answer.closes) return fail(connection);
  }
  if (!open) fail(connection);
}

void LoadClient::Run::on_answer(int status, Clock::time_point intended, Clock::time_point now) {
  if (!counts(intended)) return;
  const auto latency = static_cast<std::uint64_t>(std::max<std::int64_t>((now - intended).count(), 0));
  result_.latency_ns.record(latency);
  result_.latency_of_status_ns[status].record(latency);
  ++result_.statuses[status];
  ++result_.answered;
  last_answer_ = now;
}

// The connection is gone, and with it the answers of what was under way; it is opened again at the next turn.
void LoadClient::Run::fail(Connection& connection) {
  connection.for_each_in_flight([&](Clock::time_point intended) {
    --in_flight_;
    if (counts(intended)) ++result_.errors;
  });
  connection.drop();
  some_closed_ = true;
}

void LoadClient::Run::finish(Clock::time_point now) {
  const auto give_up = [&](Clock::time_point intended) {
    if (!counts(intended)) return;
    ++result_.unsent;
    result_.latency_ns.record(static_cast<std::uint64_t>((now - intended).count()));
  };
  for (Clock::time_point intended : backlog_) give_up(intended);
  for (auto& connection : client_.connections_) {
    if (connection->in_flight() == 0) continue;
    connection->for_each_in_flight(give_up);
    connection->drop();
  }
  result_.seconds = std::chrono::duration<double>(std::max(last_answer_, end_) - counted_from_).count();
}

std::vector<std::string> make_requests(const LoadOptions& options, const std::string& path,
                                       const std::vector<std::string>& bodies) {
  std::vector<std::string> requests;
  requests.reserve(bodies.size());
  for (const std::string& body : bodies) {
    requests.push_back(
        http_request({"POST", path, body, options.content_type}, options.server.host, options.api_key));
  }
  return requests;
}

LoadClient::LoadClient(const LoadOptions& options) : options_(options) {
  for (std::size_t i = 0; i < std::max<std::size_t>(options.connections, 1); ++i) {
    connections_.push_back(std::make_unique<Connection>());
  }
  options_.depth = std::max<std::size_t>(options.depth, 1);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event);
}

LoadClient::~LoadClient() {
  connections_.clear();
  close(timer_);
  close(epoll_);
}

Result<LoadResult, std::string> LoadClient::run(const LoadPlan& plan,
                                                const std::vector<std::string>& requests) {
  Run run(*this, plan, requests);
  if (std::string error = run.go(); !error.empty()) return error;
  return run.take();
}

}  // namespace gavel
