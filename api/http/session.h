// One connection: reads requests one after the other, calls their handlers, writes the answers in order.
// Internal to api/http.
#pragma once

#include <memory>
#include <string>

#include "api/http/admission.h"
#include "api/http/request.h"
#include "api/http/request_reader.h"
#include "api/http/response.h"
#include "api/http/worker.h"

namespace gavel {

// Everything happens on the worker's thread, but for finished() and resumed(), which any thread may call. At
// any time the session waits for one thing only: bytes, its turn, a reply, its worker's sending, a piece to be given up, or
// the socket taking bytes. The next request is looked at when the answer before it has been written: that keeps
// pipelined answers in order.
class Session final : public Exchange, public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, std::shared_ptr<Worker> worker, std::size_t index);
  ~Session() override;

  void start();
  // Answers 503 to whatever comes, and closes: there are too many connections.
  void refuse_connection();
  void close();

  // The sweep: acts on a deadline that is over, and closes an idle connection of a draining server.
  void check_deadline(SteadyClock::time_point now);

  // The worker's side of finished() and resumed() where another thread called.
  void on_finished();
  void on_resumed();

  void finished() override;
  void resumed() override;

  // The end of Worker::enqueue(): either of them, once. True where the answer stands: then the worker calls send_answer()
  // before it reads anything again, and where that is true as well, go_on(): what is behind it on the connection.
  bool run_in_turn(SteadyClock::time_point now);
  bool send_answer() { return write_reply(); }
  void go_on() { proceed(); }
  void shed(ShedCause cause, const Response& response);

  // The session's place in its worker's list.
  std::size_t index() const { return index_; }
  void set_index(std::size_t index) { index_ = index; }

 private:
  enum class Phase : std::uint8_t {
    kIdle,       // waits for the first byte of a request
    kHead,       // reads a head
    kBody,       // reads a body
    kQueued,     // waits for its turn
    kHandling,   // waits for a handler's reply, for send_answer(), or for a consumer to give up its piece
    kWriting,    // writes the answer
    kLingering,  // has answered and said so; lets the client read before the connection goes
    kClosed,
  };

  // Reading and calling, in session.cc.
  void read();
  void on_read(boost::system::error_code ec, std::size_t bytes);
  void proceed();
  bool begin_request();
  bool begin_stream(const StreamHandler& handler);
  bool give_piece();
  bool drop_piece();
  bool complete_request();
  bool call_handler();
  void handle();
  bool reply_or_wait();
  bool run_or_enqueue();
  void count_shed(ShedCause cause);
  bool send_continue();
  bool take_place();
  void give_place_back();
  void set_reply(const Response& response);
  void cancel_read();

  // Writing, in session_write.cc.
  bool write_reply();
  void break_off(int problem_status, std::string_view detail);
  bool write_some();
  bool write_file();
  bool on_writable(boost::system::error_code ec);
  void wait_writable();
  bool finish_reply();
  void reset_reply();
  void linger();
  void drop_file();

  // Constant after construction.
  const std::shared_ptr<Worker> worker_;

  Socket socket_;
  std::size_t index_;
  RequestReader reader_;
  Request request_;
  Phase phase_ = Phase::kIdle;
  SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
  SteadyClock::time_point last_read_;
  SteadyClock::time_point queued_at_;    // of a request that waits for its turn
  SteadyClock::time_point answered_at_;  // of the last answer

  // About the request at hand.
  const Route* route_ = nullptr;
  std::shared_ptr<BodyConsumer> consumer_;
  bool rejected_ = false;      // the reply stands already; the body is read and dropped only to stay in step
  bool finished_ = false;      // the reply stands in the Exchange's members
  bool timed_out_ = false;     // a deadline has passed; the outstanding read is being cancelled
  bool piece_out_ = false;     // the consumer has a piece of the reader's buffer
  bool in_call_ = false;       // a handler or consumer runs right now, on this thread, below us
  bool continued_ = false;     // "100 Continue" has been said
  bool has_place_ = false;     // counts among the deferred requests
  bool close_after_ = false;   // the connection ends with this answer
  bool out_of_step_ = false;   // bytes may come that nobody will understand: linger before closing

  std::size_t dropped_ = 0;           // bytes of a rejected request's body
  SteadyClock::duration patience_{};  // what is left of a stream's deadline while nothing is read

  // The answer on its way out.
  std::string head_;
  std::size_t written_ = 0;       // bytes of head and body given to the kernel
  std::int64_t file_offset_ = 0;  // bytes of the file given to the kernel
  bool broken_off_ = false;       // head_ is the whole answer, of this status
  int broken_off_status_ = 0;
  std::string broken_off_detail_;
  bool body_wanted_ = true;  // false for HEAD, 204 and 304
  std::size_t lingered_ = 0;
};

}  // namespace gavel
