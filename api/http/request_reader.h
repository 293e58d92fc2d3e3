// Bytes in, requests out: the strict half of HTTP/1.1, without a socket.
//
// Beast's parser reads the syntax; what it lets through and this server does not is checked here, before and
// after it. RFC 9112 sections are named beside the checks in request_reader.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/http/request.h"

namespace gavel {

struct ReaderLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t target_bytes_max = 8 * 1024;
};

// Reads one request after the other from one connection. Not thread-safe.
//
//   std::span<char> room = reader.room();  // read from the socket into it
//   reader.filled(n);
//   while (true) switch (reader.advance()) { ... }
//
// After kHeader either collect_body() or stream_body() must be called, after kComplete next_request().
class RequestReader {
 public:
  explicit RequestReader(ReaderLimits limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  enum class State : std::uint8_t {
    kNeedMore,  // read more bytes
    kHeader,    // the request's head is there: see header()
    kPiece,     // stream_body() only: a piece of body, see piece(); the next advance() gives it up
    kComplete,  // the whole request is there
    kError,     // not HTTP, or over a limit: see error(). The connection is out of step and must be closed.
  };
  State advance();

  // Where to read to: never empty. Moves what has been read, so a piece of body must have been given up
  // before.
  std::span<char> room();
  void filled(std::size_t bytes);

  struct Header {
    Method method = Method::kGet;
    std::string target;
    bool known_method = true;  // kOther is a known method where this is true
    bool http11 = true;
    bool keep_alive = true;
    bool has_body = false;
    bool expects_continue = false;
    std::string host, origin, authorization, content_type, accept, if_match, if_none_match;
    std::string_view
        empty_precondition;  // the name of an If-Match or If-None-Match that is there and names nothing
  };
  // Valid from kHeader until next_request().
  const Header& header() const { return header_; }

  // The body is to be read whole, at most `bytes_max`: advance() gives kError (413) or kComplete.
  void collect_body(std::uint64_t bytes_max);
  // The body is to be given out in pieces: advance() gives kPiece any number of times, then kComplete.
  void stream_body();

  // After kComplete of a collected body: contiguous, kBodyPadding readable bytes behind it, valid until
  // next_request().
  std::string_view body() const { return {buffer_.get() + body_begin_, body_size_}; }
  std::string_view piece() const { return body(); }

  struct Error {
    int status = 400;
    std::string_view reason;
  };
  const Error& error() const { return error_; }

  // Forgets the request; bytes of the next one that have been read already stay.
  void next_request();
  // Whether bytes of a request are there that has not been completed.
  bool has_unread() const { return raw_begin_ != raw_end_; }
  std::size_t capacity() const { return capacity_; }

 private:
  enum class Stage : std::uint8_t { kHead, kHeadGiven, kLength, kChunked, kDone, kFailed };
  class Parser;

  State fail(int status, std::string_view reason);
  State advance_head();
  bool request_line_too_long(std::size_t bytes) const;
  State parse_head(std::size_t head_size);
  State advance_length();
  State advance_chunked();
  void reserve(std::size_t capacity);
  std::size_t unread() const { return raw_end_ - raw_begin_; }

  const ReaderLimits limits_;
  std::unique_ptr<Parser> parser_;
  Header header_;
  Error error_;
  Stage stage_ = Stage::kHead;
  bool streaming_ = false;
  std::uint64_t body_bytes_max_ = 0;
  std::uint64_t length_left_ = 0;  // of a body with a Content-Length: what has not been taken yet

  // buffer_: [body_begin_, +body_size_) is decoded body, [raw_begin_, raw_end_) what has been read and not
  // understood yet; the body never reaches past raw_begin_, and kBodyPadding bytes lie behind raw_end_
  // always.
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;  // without the padding
  std::size_t body_begin_ = 0, body_size_ = 0;
  std::size_t raw_begin_ = 0, raw_end_ = 0;
  std::size_t scanned_ = 0;     // bytes after raw_begin_ that hold no end of a head
  std::size_t line_begin_ = 0;  // after raw_begin_: where the head's line begins that is being scanned
};

}  // namespace gavel
