#include <sys/sendfile.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <utility>

#include "api/http/response_head.h"
#include "api/http/session.h"

namespace gavel {
namespace {

constexpr std::size_t kKeptReply = 1024 * 1024;  // a larger buffer is given back after its answer
constexpr std::size_t kSendFileStep = 1024 * 1024;
constexpr std::size_t kLingerBytesMax = 16 * 1024 * 1024;  // what a client may send on after its answer

}  // namespace

// Writes the answer that stands in the Exchange's members. True where it has left in whole and the connection
// goes on.
bool Session::write_reply() {
  give_place_back();  // before the client can know, so that its next request finds the place free
  const ServerShared& shared = worker_->shared();
  if (std::exchange(too_late, false)) count_shed(ShedCause::kDeadline);
  if (shared.draining.load(std::memory_order_relaxed)) close_after_ = true;
  const bool http10 = !reader_.header().http11;
  head_.clear();
  append_head(head_, {.status = status,
                      .date = worker_->date(),
                      .content_type = content_type,
                      .content_length = file < 0 ? body.size() : file_length,
                      .headers = headers,
                      .connection = close_after_ ? ConnectionHeader::kClose
                                    : http10     ? ConnectionHeader::kKeepAlive
                                                 : ConnectionHeader::kNone});
  if (!has_body(status)) body_wanted_ = false;
  if (!body_wanted_ || file >= 0) body.clear();
  if (!body_wanted_) drop_file();
  phase_ = Phase::kWriting;
  written_ = 0;
  file_offset_ = 0;
  return write_some();
}

// Answers without the Exchange's members, which a consumer's writer may be using on another thread, and ends
// the connection: the answer to something that is no HTTP, is too large or too slow.
void Session::break_off(int problem_status, std::string_view detail) {
  give_place_back();
  close_after_ = out_of_step_ = broken_off_ = true;
  broken_off_status_ = problem_status;
  broken_off_detail_ = detail;
  std::string document;
  append_problem(document, problem_status, detail);
  head_.clear();
  append_head(head_, {.status = problem_status,
                      .date = worker_->date(),
                      .content_type = kProblemJson,
                      .content_length = document.size(),
                      .headers = problem_status == 503 ? "Retry-After: 1\r\n" : "",
                      .connection = ConnectionHeader::kClose});
  head_ += document;
  phase_ = Phase::kWriting;
  written_ = 0;
  write_some();
}

// Gives the kernel what it takes, and waits for it to take more.
bool Session::write_some() {
  const std::string_view text = broken_off_ ? std::string_view() : std::string_view(body);
  while (written_ < head_.size() + text.size()) {
    const std::size_t of_head = std::min(written_, head_.size());
    const std::size_t of_body = written_ - of_head;
    const std::array<net::const_buffer, 2> rest{
        net::const_buffer(head_.data() + of_head, head_.size() - of_head),
        net::const_buffer(text.data() + of_body, text.size() - of_body)};
    boost::system::error_code ec;
    const std::size_t n = socket_.write_some(rest, ec);
    if (ec == net::error::would_block || ec == net::error::try_again) {
      wait_writable();
      return false;
    }
    if (ec) {
      close();
      return false;
    }
    written_ += n;
  }
  return broken_off_ || file < 0 ? finish_reply() : write_file();
}

bool Session::write_file() {
  while (static_cast<std::uint64_t>(file_offset_) < file_length) {
    const std::uint64_t left = file_length - static_cast<std::uint64_t>(file_offset_);
    const ssize_t n = ::sendfile(socket_.native_handle(), file, &file_offset_,
                                 std::min<std::uint64_t>(left, kSendFileStep));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      wait_writable();
      return false;
    }
    if (n <= 0) {
      // The client has gone, or the file is shorter than was said: a length that was promised is not made
      // good otherwise than by breaking off.
      close();
      return false;
    }
  }
  return finish_reply();
}

void Session::wait_writable() {
  deadline_ = worker_->now() + worker_->shared().options.write_deadline;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](boost::system::error_code ec) {
    if (self->on_writable(ec)) self->proceed();
  });
}

bool Session::on_writable(boost::system::error_code ec) {
  if (phase_ == Phase::kClosed) return false;
  if (ec) {
    close();
    return false;
  }
  return write_some();
}

// The answer has left: makes ready for the next request. False where the connection ends.
bool Session::finish_reply() {
  const auto now = answered_at_ = worker_->now();
  if (worker_->shared().observer) {
    worker_->shared().observer({.worker = worker_->number(),
                                .route = request_.route,
                                .method = reader_.header().method,
                                .status = broken_off_ ? broken_off_status_ : status,
                                .detail = broken_off_ ? broken_off_detail_ : problem_detail,
                                .at = now,
                                .took = now - request_.received_at});
  }
  if (!broken_off_) reset_reply();
  consumer_.reset();
  if (close_after_) {
    if (out_of_step_ || reader_.has_unread()) {
      linger();
    } else {
      boost::system::error_code ec;
      socket_.shutdown(Socket::shutdown_send, ec);
      close();
    }
    return false;
  }
  reader_.next_request();
  const ServerOptions& options = worker_->shared().options;
  request_.route = Router::kUnmatched;
  if (reader_.has_unread()) {
    // A pipelined request is as old as the answer before it: the client itself put it behind its others.
    phase_ = Phase::kHead;
    request_.received_at = now;
    deadline_ = now + options.header_deadline;
  } else {
    phase_ = Phase::kIdle;
    deadline_ = now + options.idle_timeout;
  }
  return true;
}

void Session::reset_reply() {
  drop_file();
  rejected_ = finished_ = continued_ = false;
  headers.clear();
  problem_detail.clear();
  body.clear();
  if (body.capacity() > kKeptReply) std::string().swap(body);
}

// Says that nothing more will come and reads on for a while, without looking: a connection that is closed
// with unread bytes is reset, and the client might never see its answer (RFC 9112, section 9.6).
void Session::linger() {
  if (phase_ != Phase::kLingering) {
    phase_ = Phase::kLingering;
    deadline_ = worker_->now() + worker_->shared().options.linger;
    boost::system::error_code ec;
    socket_.shutdown(Socket::shutdown_send, ec);
  }
  socket_.async_read_some(worker_->sink(),
                          [self = shared_from_this()](boost::system::error_code ec, std::size_t n) {
                            if (self->phase_ == Phase::kClosed) return;
                            self->lingered_ += n;
                            if (ec || self->lingered_ > kLingerBytesMax) return self->close();
                            self->linger();
                          });
}

void Session::drop_file() {
  if (file >= 0) ::close(file);
  file = -1;
  file_length = 0;
}

}  // namespace gavel
