#include "api/http/session.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "api/http/local_only.h"

namespace gavel {
namespace {

// Restores a flag at the end of a scope that calls out.
class CallScope {
 public:
  explicit CallScope(bool& in_call) : in_call_(in_call) { in_call_ = true; }
  ~CallScope() { in_call_ = false; }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  bool& in_call_;
};

constexpr std::size_t kDroppedBytesMax =
    256 * 1024;  // of a rejected request's body; beyond it the connection ends

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Session::Session(Socket socket, std::shared_ptr<Worker> worker, std::size_t index)
    : worker_(std::move(worker)),
      socket_(std::move(socket)),
      index_(index),
      reader_({worker_->shared().options.header_bytes_max, worker_->shared().options.target_bytes_max}) {
  boost::system::error_code ec;
  socket_.set_option(net::ip::tcp::no_delay(true), ec);
  socket_.non_blocking(true, ec);
  const auto peer = socket_.remote_endpoint(ec);
  request_.loopback_peer = !ec && peer.address().is_loopback();
  request_.worker = worker_->number();
}

Session::~Session() {
  drop_file();
}

void Session::start() {
  deadline_ = worker_->now() + worker_->shared().options.idle_timeout;
  read();
}

void Session::refuse_connection() {
  last_read_ = request_.received_at = worker_->now();
  break_off(503, "too many connections");
}

void Session::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  give_place_back();
  boost::system::error_code ec;
  socket_.close(ec);
  const auto self = shared_from_this();  // the worker's list may hold the last one
  // A consumer at work on a piece is dropped when it gives the piece up.
  if (!piece_out_) consumer_.reset();
  worker_->forget(*this);
}

void Session::check_deadline(SteadyClock::time_point now) {
  const bool late = now >= deadline_;
  if (phase_ == Phase::kIdle && (late || worker_->shared().draining.load(std::memory_order_relaxed)))
    return close();
  if (!late) return;
  worker_->shared().stats.timeouts.fetch_add(1, std::memory_order_relaxed);
  if (phase_ == Phase::kHead || phase_ == Phase::kBody) {
    // A read is outstanding: it ends with the cancellation, and the answer goes out from there.
    timed_out_ = true;
    cancel_read();
  } else {
    close();
  }
}

// Reading.

void Session::read() {
  const std::span<char> room = reader_.room();
  socket_.async_read_some(
      net::buffer(room.data(), room.size()),
      [self = shared_from_this()](boost::system::error_code ec, std::size_t n) { self->on_read(ec, n); });
}

void Session::on_read(boost::system::error_code ec, std::size_t bytes) {
  if (phase_ == Phase::kClosed) return;
  if (finished_ || timed_out_) {
    if (ec && ec != net::error::operation_aborted) return close();
    if (finished_) {
      write_reply();
    } else {
      break_off(408, phase_ == Phase::kHead ? "the header took too long" : "the body took too long");
    }
    return;
  }
  if (ec) return close();
  last_read_ = worker_->now();
  if (phase_ == Phase::kIdle) {
    phase_ = Phase::kHead;
    request_.received_at = last_read_;
    deadline_ = last_read_ + worker_->shared().options.header_deadline;
  } else if (consumer_) {
    // Each byte buys time at the least rate, never more than body_deadline ahead: a trickle runs out of it.
    const ServerOptions& options = worker_->shared().options;
    const std::chrono::nanoseconds bought{bytes * 1'000'000'000 / options.stream_bytes_per_s_min};
    deadline_ = std::min<SteadyClock::time_point>(deadline_ + bought, last_read_ + options.body_deadline);
  }
  reader_.filled(bytes);
  proceed();
}

// Goes on until something has to be waited for.
void Session::proceed() {
  bool on = true;
  while (on) {
    switch (reader_.advance()) {
      case RequestReader::State::kNeedMore:
        if (phase_ == Phase::kHead && !reader_.has_unread()) {  // an empty line between requests
          phase_ = Phase::kIdle;
          deadline_ = last_read_ + worker_->shared().options.idle_timeout;
        }
        if (send_continue()) read();
        return;
      case RequestReader::State::kHeader:
        on = begin_request();
        break;
      case RequestReader::State::kPiece:
        on = give_piece();
        break;
      case RequestReader::State::kComplete:
        on = complete_request();
        break;
      case RequestReader::State::kError:
        worker_->shared().stats.bad_requests.fetch_add(1, std::memory_order_relaxed);
        return break_off(reader_.error().status, reader_.error().reason);
    }
  }
}

bool Session::begin_request() {
  const RequestReader::Header& header = reader_.header();
  const ServerOptions& options = worker_->shared().options;
  body_wanted_ = header.method != Method::kHead;
  close_after_ = !header.keep_alive;
  phase_ = Phase::kBody;
  deadline_ = last_read_ + options.body_deadline;

  Admission admission = admit(header, worker_->shared().router, worker_->shared().authenticator, request_);
  if (!admission.rejection && !admission.route->answers_while_loading &&
      !worker_->shared().open.load(std::memory_order_acquire)) {
    admission.rejection = unavailable("the server is starting: its data is still being loaded");
  }
  if (options.local_only) {
    const std::string_view reason = foreign_reason(header);
    if (!reason.empty()) admission.rejection = problem(403, reason);
  }
  route_ = admission.route;
  tagged = request_.method == Method::kGet;
  if_none_match = request_.if_none_match;
  const bool streams = route_ != nullptr && std::holds_alternative<StreamHandler>(route_->handler);
  if (admission.rejection) {
    set_reply(*admission.rejection);
    rejected_ = true;
    dropped_ = 0;
    if (header.expects_continue) {  // a body that the client holds back is not worth asking for
      close_after_ = out_of_step_ = true;
      return write_reply();
    }
    reader_.stream_body();
    return true;
  }
  if (streams) return begin_stream(std::get<StreamHandler>(route_->handler));
  const bool own_limit = route_ != nullptr && route_->body_bytes_max > 0;
  reader_.collect_body(own_limit ? route_->body_bytes_max : options.body_bytes_max);
  return true;
}

bool Session::begin_stream(const StreamHandler& handler) {
  if (route_->deferred && !take_place()) {
    close_after_ = out_of_step_ = true;
    return write_reply();
  }
  reader_.stream_body();
  {
    const CallScope scope(in_call_);
    consumer_ = handler(request_, ResponseWriter(shared_from_this()));
  }
  if (finished_) {
    close_after_ = out_of_step_ = true;
    return write_reply();
  }
  if (consumer_) return true;
  phase_ = Phase::kHandling;  // neither consumer nor reply: the reply is all there is to wait for
  deadline_ = SteadyClock::time_point::max();
  close_after_ = out_of_step_ = true;
  return false;
}

// Gives the piece that was just read to the consumer. True where it was given up at once.
bool Session::give_piece() {
  if (rejected_) return drop_piece();
  piece_out_ = true;
  {
    const CallScope scope(in_call_);
    consumer_->on_data(reader_.piece(), Resume(shared_from_this()));
  }
  if (piece_out_) {
    phase_ = Phase::kHandling;
    patience_ = deadline_ - worker_->now();
    deadline_ = SteadyClock::time_point::max();
    return false;
  }
  if (!finished_) return true;
  close_after_ = out_of_step_ = true;
  return write_reply();
}

// Passes over a piece of a body that nobody will see, to stay in step; false where it is too much of it.
bool Session::drop_piece() {
  dropped_ += reader_.piece().size();
  if (dropped_ <= kDroppedBytesMax) return true;
  close_after_ = out_of_step_ = true;
  return write_reply();
}

bool Session::complete_request() {
  if (rejected_) return write_reply();
  if (consumer_) {
    const CallScope scope(in_call_);
    consumer_->on_end();
  } else {
    request_.body = reader_.body();
    if (route_->deferred && !take_place()) return write_reply();
    if (route_->queued) return run_or_enqueue();
    return call_handler();
  }
  return reply_or_wait();
}

bool Session::call_handler() {
  handle();
  return reply_or_wait();
}

void Session::handle() {
  const CallScope scope(in_call_);
  std::get<Handler>(route_->handler)(request_, ResponseWriter(shared_from_this()));
}

// After a handler or a consumer's end. True where the answer has left in whole and the connection goes on.
bool Session::reply_or_wait() {
  if (finished_) return write_reply();
  phase_ = Phase::kHandling;
  deadline_ = SteadyClock::time_point::max();
  return false;
}

// Queued requests.

bool Session::run_or_enqueue() {
  if (worker_->may_run_now()) {
    const auto began = std::max(last_read_, answered_at_);
    const bool on = call_handler();
    // Both times are known anyhow. Where the answer has not left in whole, what it took stays unknown: no
    // matter.
    if (on) worker_->ran(answered_at_ - began);
    return on;
  }
  phase_ = Phase::kQueued;
  deadline_ = SteadyClock::time_point::max();
  queued_at_ = worker_->enqueue(shared_from_this());
  return false;
}

bool Session::run_in_turn(SteadyClock::time_point now) {
  if (phase_ != Phase::kQueued) return false;  // closed meanwhile
  phase_ = Phase::kHandling;
  handle();
  if (finished_ && too_late) worker_->missed_deadline(now - queued_at_);
  return finished_;
}

void Session::shed(ShedCause cause, const Response& response) {
  if (phase_ != Phase::kQueued) return;
  count_shed(cause);
  set_reply(response);
  if (write_reply()) proceed();
}

void Session::count_shed(ShedCause cause) {
  worker_->shared().stats.shed[static_cast<std::size_t>(cause)].fetch_add(1, std::memory_order_relaxed);
}

// Says "100 Continue" where the client waits for it. False where the connection had to be closed.
bool Session::send_continue() {
  const bool waited_for = phase_ == Phase::kBody && reader_.header().expects_continue && !continued_;
  if (!waited_for || reader_.has_unread()) return true;
  continued_ = true;
  boost::system::error_code ec;
  // All answers before this one have left, so there is room for 25 bytes.
  if (socket_.write_some(net::buffer(kContinue), ec) == kContinue.size()) return true;
  close();
  return false;
}

// Replies.

void Session::finished() {
  if (worker_->on_thread() && in_call_) {
    finished_ = true;
    return;
  }
  worker_->wake(shared_from_this(), Worker::Wake::kFinished);
}

void Session::resumed() {
  if (worker_->on_thread() && in_call_) {
    piece_out_ = false;
    return;
  }
  if (worker_->wake(shared_from_this(), Worker::Wake::kResumed)) return;
  // The worker has ended, and nobody else will let go of the consumer, whose writer holds this session.
  const std::shared_ptr<BodyConsumer> consumer = std::move(consumer_);
}

void Session::on_finished() {
  if (phase_ == Phase::kBody) {
    // The consumer answers before the body has ended.
    finished_ = close_after_ = out_of_step_ = true;
    cancel_read();
  } else if (phase_ == Phase::kHandling) {
    finished_ = true;
    if (!piece_out_ && write_reply()) proceed();
  } else {
    drop_file();  // the session has broken off meanwhile
  }
}

void Session::cancel_read() {
  deadline_ = SteadyClock::time_point::max();
  boost::system::error_code ec;
  socket_.cancel(ec);
}

void Session::on_resumed() {
  piece_out_ = false;
  if (phase_ == Phase::kClosed) return consumer_.reset();
  if (finished_) {
    close_after_ = out_of_step_ = true;
    if (write_reply()) proceed();
    return;
  }
  phase_ = Phase::kBody;
  deadline_ = worker_->now() + patience_;  // the time that the consumer took is not the client's
  proceed();
}

// Counts the request among the deferred ones; where there are too many it is refused, and the refusal set as
// reply.
bool Session::take_place() {
  ServerStats& stats = worker_->shared().stats;
  const std::size_t max = worker_->shared().options.deferred_requests_max;
  if (stats.deferred.fetch_add(1, std::memory_order_relaxed) < max) {
    has_place_ = true;
    return true;
  }
  stats.deferred.fetch_sub(1, std::memory_order_relaxed);
  count_shed(ShedCause::kDeferredFull);
  set_reply(worker_->shared().deferred_full);
  return false;
}

void Session::give_place_back() {
  if (has_place_) worker_->shared().stats.deferred.fetch_sub(1, std::memory_order_relaxed);
  has_place_ = false;
}

void Session::set_reply(const Response& response) {
  body.assign(response.body);
  status = response.status;
  problem_detail = response.detail;
  content_type.assign(response.content_type);
  headers.clear();
  for (const auto& [name, value] : response.headers)
    headers.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace gavel
