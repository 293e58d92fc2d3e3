// Answers: a whole one as plain data, and the writer through which a handler answers now or later.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/field_error.h"

namespace gavel {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kNdjson = "application/x-ndjson";
inline constexpr std::string_view kProblemJson = "application/problem+json";

struct Response {
  int status = 200;
  std::string content_type{kJson};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};  // ETag, Allow, Location, Retry-After ...
  std::string detail{};                                        // of a problem; it stands in the body as well
};

// "Not Found" for 404; "Unknown" for a status that this server never sends.
std::string_view status_phrase(int status);

// Appends the problem document of RFC 9457 to `out`: type about:blank, the status's phrase as title, `detail`
// where it is not empty, and `errors` as [{"field", "reason"}], always there.
void append_problem(std::string& out, int status, std::string_view detail, const FieldErrors& errors = {});
Response problem(int status, std::string_view detail, const FieldErrors& errors = {});

// The connection's side of an answer; implemented by the session (and by tests). Between the handler's call
// and finished() it belongs to whoever holds the ResponseWriter, afterwards to the session.
class Exchange {
 public:
  virtual ~Exchange() = default;
  // The answer stands in the members below. Called once, by any thread.
  virtual void finished() = 0;
  // The piece of body given out last is no longer needed. Called by any thread.
  virtual void resumed() = 0;

  int status = 0;
  bool too_late = false;       // the answer is that of send_too_late()
  std::string problem_detail;  // for the log
  std::string content_type;
  std::string headers;  // extra header lines, each with its CRLF
  std::string body;     // reused from one answer to the next
  int file = -1;        // sent instead of `body` where it is not -1; closed by the session
  std::uint64_t file_length = 0;

  // Of a GET or HEAD, set before its handler is called: a 200 carries an ETag, that of its body where the
  // handler gave none, and becomes a 304 where If-None-Match names it.
  bool tagged = false;
  std::string_view if_none_match;
};

// Answers one request, once: at once or later, from any one thread at a time. It may outlive its connection
// and the server; the answer is dropped then. Destroying it unanswered answers 500. Movable only.
class ResponseWriter {
 public:
  explicit ResponseWriter(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  ResponseWriter(ResponseWriter&&) noexcept = default;
  ResponseWriter& operator=(ResponseWriter&&) = delete;
  ~ResponseWriter();

  // The session's reused body buffer, empty at first: writing here and then send() allocates nothing in
  // steady state.
  std::string& buffer() { return exchange_->body; }
  // Adds a header. The value must not hold control characters.
  void header(std::string_view name, std::string_view value);

  // Each of these sends the answer and leaves the writer empty.
  void send(int status, std::string_view content_type = kJson);  // what stands in buffer()
  void send(const Response& response);
  void send_problem(int status, std::string_view detail, const FieldErrors& errors = {});
  // 503 with Retry-After: the request is older than its sender would wait. The server counts it as shed.
  void send_too_late();
  // The first `length` bytes of a file, which must have them. Takes the descriptor and closes it.
  void send_file(int status, std::string_view content_type, int file, std::uint64_t length);

 private:
  std::shared_ptr<Exchange> exchange_;
};

// Lets the session read on: see BodyConsumer. Movable only; destroying it resumes as well.
class Resume {
 public:
  explicit Resume(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Resume(Resume&&) noexcept = default;
  Resume& operator=(Resume&&) = delete;
  ~Resume();
  void operator()();  // by any thread; a second call does nothing

 private:
  std::shared_ptr<Exchange> exchange_;
};

// Takes a body of any length, piece by piece, in order. Its methods are called on the session's worker, never
// two at a time. The session lets go of it after the answer, and where the connection goes away, without
// on_end() then: a consumer that works on another thread keeps a shared_ptr of itself there.
class BodyConsumer {
 public:
  virtual ~BodyConsumer() = default;
  // The piece stays valid until `resume` is called (by any thread, at once or later), and nothing is read
  // before: that is the backpressure.
  virtual void on_data(std::string_view piece, Resume resume) = 0;
  virtual void on_end() = 0;
};

}  // namespace gavel
