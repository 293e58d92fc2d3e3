#include "api/http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <optional>

#include "api/http/ascii.h"

namespace gavel {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kFirstCapacity = 16 * 1024;
constexpr std::size_t kStreamCapacity = 64 * 1024;
constexpr std::size_t kKeptCapacity = 128 * 1024;  // a larger buffer is given back after its request
constexpr std::size_t kRoomMin = 4 * 1024;
// The longest chunk header, with its extensions, and the longest trailer section.
constexpr std::size_t kChunkFramingMax = 4 * 1024;
// Beast's parser wants to see a last chunk in whole when it sees it twice, and nothing shorter can follow
// anywhere.
constexpr std::size_t kLastChunkSize = sizeof("0\r\n\r\n") - 1;
// Method, two spaces, version and line end, beside the target.
constexpr std::size_t kRequestLineRest = 64;

std::string_view view(BeastView text) {
  return {text.data(), text.size()};
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Control characters but for the tab have no place in a head (RFC 9110, section 5.5).
bool has_control(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

// "HTTP/d.d" for another version than those that Beast reads.
bool is_other_version(std::string_view version) {
  return version.size() == 8 && version.starts_with("HTTP/") && all_digits(version.substr(5, 1)) &&
         version[6] == '.' && all_digits(version.substr(7)) && version != "HTTP/1.0" && version != "HTTP/1.1";
}

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::put:
      return Method::kPut;
    case http::verb::patch:
      return Method::kPatch;
    case http::verb::delete_:
      return Method::kDelete;
    default:
      return Method::kOther;
  }
}

}  // namespace

// Beast's state machine for one request. The head's fields go into a Header, decoded chunks over what was
// read.
class RequestReader::Parser {
 public:
  Parser(RequestReader& reader, std::size_t target_bytes_max)
      : reader_(reader), target_bytes_max_(target_bytes_max) {}

  void restart() {
    machine_.emplace(*this);
    machine_->eager(true);
    machine_->body_limit(boost::none);
    machine_->header_limit(UINT32_MAX);  // the reader has counted already
    refusal_.reset();
    hosts_ = lengths_ = encodings_ = authorizations_ = content_types_ = 0;
    in_head_ = true;
  }

  // Gives the machine bytes; the number it has taken, and what it says. A chunk's data is appended to the
  // body.
  std::size_t put(const char* data, std::size_t size, error_code& ec) {
    return machine_->put(boost::asio::const_buffer(data, size), ec);
  }
  bool is_done() const { return machine_->is_done(); }
  bool chunked() const { return encodings_ > 0; }
  std::uint64_t content_length() const { return machine_->content_length().value_or(0); }
  bool keep_alive() const { return machine_->keep_alive(); }
  // What was wrong beyond Beast's own grammar.
  const std::optional<Error>& refusal() const { return refusal_; }

  // The checks that need the whole head (RFC 9112, sections 3.2, 6.1 and 6.3).
  std::optional<Error> check_head(bool http11) const {
    if (http11 && hosts_ != 1) return Error{400, "exactly one Host is needed"};
    if (hosts_ > 1) return Error{400, "exactly one Host is needed"};
    if (lengths_ > 0 && encodings_ > 0) return Error{400, "Content-Length and Transfer-Encoding together"};
    if (encodings_ > 0 && !http11) return Error{400, "Transfer-Encoding in HTTP/1.0"};
    return std::nullopt;
  }

 private:
  class Machine final : public http::basic_parser<true> {
   public:
    explicit Machine(Parser& owner) : owner_(owner) {}

   private:
    void on_request_impl(http::verb verb, BeastView, BeastView target, int version, error_code& ec) override {
      owner_.on_request(verb, view(target), version, ec);
    }
    void on_response_impl(int, BeastView, int, error_code&) override {}
    void on_field_impl(http::field name, BeastView, BeastView value, error_code& ec) override {
      if (owner_.in_head_) owner_.on_field(name, view(value), ec);
    }
    void on_header_impl(error_code&) override { owner_.in_head_ = false; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(BeastView, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView data, error_code&) override {
      // What was decoded never reaches past what was read, so it can be moved down in place.
      RequestReader& reader = owner_.reader_;
      std::memmove(reader.buffer_.get() + reader.body_begin_ + reader.body_size_, data.data(), data.size());
      reader.body_size_ += data.size();
      return data.size();
    }
    void on_finish_impl(error_code&) override {}

    Parser& owner_;
  };

  void on_request(http::verb verb, std::string_view target, int version, error_code& ec) {
    Header& header = reader_.header_;
    header.method = method_of(verb);
    header.known_method = verb != http::verb::unknown;
    header.http11 = version == 11;
    if (target.size() > target_bytes_max_) return refuse(414, "the request target is too long", ec);
    header.target.assign(target);
  }

  void on_field(http::field name, std::string_view value, error_code& ec) {
    Header& header = reader_.header_;
    switch (name) {
      case http::field::host:
        ++hosts_;
        if (value.empty()) refuse(400, "exactly one Host is needed", ec);
        header.host.assign(value);
        break;
      case http::field::origin:
        append_list(header.origin, value);
        break;
      case http::field::content_length:
        // One number: no list, no sign (RFC 9112, section 6.3, rule 5).
        if (++lengths_ > 1 || !all_digits(value)) refuse(400, "Content-Length must be one number", ec);
        break;
      case http::field::transfer_encoding:
        if (++encodings_ > 1 || !equals_ignoring_case(value, "chunked")) {
          refuse(400, "the only Transfer-Encoding is chunked", ec);
        }
        break;
      case http::field::expect:
        if (!equals_ignoring_case(value, "100-continue"))
          return refuse(417, "the only Expect is 100-continue", ec);
        header.expects_continue = true;
        break;
      case http::field::authorization:
        if (++authorizations_ > 1) return refuse(400, "more than one Authorization", ec);
        header.authorization.assign(value);
        break;
      case http::field::content_type:
        if (++content_types_ > 1) return refuse(400, "more than one Content-Type", ec);
        header.content_type.assign(value);
        break;
      case http::field::accept:
        append_list(header.accept, value);
        break;
      case http::field::if_match:
        if (value.empty()) header.empty_precondition = "If-Match";
        append_list(header.if_match, value);
        break;
      case http::field::if_none_match:
        if (value.empty()) header.empty_precondition = "If-None-Match";
        append_list(header.if_none_match, value);
        break;
      default:
        break;
    }
  }

  static void append_list(std::string& list, std::string_view value) {
    if (!list.empty()) list += ", ";
    list += value;
  }

  void refuse(int status, std::string_view reason, error_code& ec) {
    refusal_ = Error{status, reason};
    ec = http::error::bad_value;
  }

  RequestReader& reader_;
  const std::size_t target_bytes_max_;
  std::optional<Machine> machine_;
  std::optional<Error> refusal_;
  int hosts_ = 0, lengths_ = 0, encodings_ = 0, authorizations_ = 0, content_types_ = 0;
  bool in_head_ = true;  // trailers are read and ignored
};

RequestReader::RequestReader(ReaderLimits limits)
    : limits_(limits), parser_(std::make_unique<Parser>(*this, limits.target_bytes_max)) {
  reserve(kFirstCapacity);
}

RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::fail(int status, std::string_view reason) {
  stage_ = Stage::kFailed;
  error_ = {status, reason};
  return State::kError;
}

RequestReader::State RequestReader::advance() {
  switch (stage_) {
    case Stage::kHead:
      return advance_head();
    case Stage::kHeadGiven:
      return State::kHeader;
    case Stage::kLength:
      return advance_length();
    case Stage::kChunked:
      return advance_chunked();
    case Stage::kDone:
      body_size_ = streaming_ ? 0 : body_size_;
      return State::kComplete;
    case Stage::kFailed:
      return State::kError;
  }
  return State::kError;
}

bool RequestReader::request_line_too_long(std::size_t bytes) const {
  return bytes > limits_.target_bytes_max + kRequestLineRest;
}

// Finds the end of the head, looking at each byte once however it arrives.
RequestReader::State RequestReader::advance_head() {
  if (line_begin_ == 0) {
    // An empty line before a request is to be ignored (RFC 9112, section 2.2).
    while (unread() >= 2 && std::memcmp(buffer_.get() + raw_begin_, "\r\n", 2) == 0) {
      raw_begin_ += 2;
      scanned_ = 0;
    }
  }
  const char* const head = buffer_.get() + raw_begin_;
  while (scanned_ < unread()) {
    const void* const found = std::memchr(head + scanned_, '\n', unread() - scanned_);
    if (found == nullptr) break;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - head);
    if (end == line_begin_ || head[end - 1] != '\r') return fail(400, "a line does not end in CRLF");
    const std::string_view line(head + line_begin_, end - 1 - line_begin_);
    const bool first = line_begin_ == 0;
    scanned_ = line_begin_ = end + 1;
    if (scanned_ > limits_.header_bytes_max) break;
    if (first && request_line_too_long(scanned_)) return fail(414, "the request target is too long");
    if (line.empty()) return parse_head(scanned_);
    if (has_control(line)) return fail(400, "control characters in the head");
    if (!first && (line[0] == ' ' || line[0] == '\t')) return fail(400, "a header is folded over lines");
  }
  scanned_ = unread();
  if (line_begin_ == 0 && request_line_too_long(unread())) return fail(414, "the request target is too long");
  if (unread() > limits_.header_bytes_max) return fail(431, "the header section is too large");
  return State::kNeedMore;
}

RequestReader::State RequestReader::parse_head(std::size_t head_size) {
  header_.known_method = header_.http11 = header_.keep_alive = true;
  header_.has_body = header_.expects_continue = false;
  for (std::string* text :
       {&header_.target, &header_.host, &header_.origin, &header_.authorization, &header_.content_type,
        &header_.accept, &header_.if_match, &header_.if_none_match}) {
    text->clear();
  }
  header_.empty_precondition = {};
  parser_->restart();
  const std::string_view head(buffer_.get() + raw_begin_, head_size);
  error_code ec;
  const std::size_t taken = parser_->put(head.data(), head_size, ec);
  if (parser_->refusal()) return fail(parser_->refusal()->status, parser_->refusal()->reason);
  if (ec == http::error::bad_version) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    if (is_other_version(line.substr(line.rfind(' ') + 1)))
      return fail(505, "HTTP/1.1 and HTTP/1.0 are spoken here");
  }
  if (ec || taken != head_size) return fail(400, "not an HTTP request");
  if (const auto error = parser_->check_head(header_.http11)) return fail(error->status, error->reason);

  header_.keep_alive = parser_->keep_alive();
  length_left_ = parser_->chunked() ? 0 : parser_->content_length();
  header_.has_body = parser_->chunked() || length_left_ > 0;
  header_.expects_continue = header_.expects_continue && header_.http11 && header_.has_body;
  raw_begin_ += head_size;
  body_begin_ = raw_begin_;
  body_size_ = 0;
  stage_ = Stage::kHeadGiven;
  return State::kHeader;
}

void RequestReader::collect_body(std::uint64_t bytes_max) {
  streaming_ = false;
  body_bytes_max_ = bytes_max;
  stage_ = parser_->chunked() ? Stage::kChunked : length_left_ > 0 ? Stage::kLength : Stage::kDone;
  if (length_left_ > bytes_max) fail(413, "the body is too large");
}

void RequestReader::stream_body() {
  streaming_ = true;
  stage_ = parser_->chunked() ? Stage::kChunked : length_left_ > 0 ? Stage::kLength : Stage::kDone;
}

RequestReader::State RequestReader::advance_length() {
  if (!streaming_ && unread() < length_left_) return State::kNeedMore;
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(unread(), length_left_));
  if (size == 0) {
    body_size_ = 0;
    return State::kNeedMore;
  }
  body_begin_ = raw_begin_;
  body_size_ = size;
  raw_begin_ += size;
  length_left_ -= size;
  if (length_left_ == 0) stage_ = Stage::kDone;
  return streaming_ ? State::kPiece : State::kComplete;
}

RequestReader::State RequestReader::advance_chunked() {
  if (streaming_) {
    body_begin_ = raw_begin_;
    body_size_ = 0;
  }
  while (unread() >= kLastChunkSize && !parser_->is_done()) {
    error_code ec;
    const std::size_t taken = parser_->put(buffer_.get() + raw_begin_, unread(), ec);
    raw_begin_ += taken;
    if (ec && ec != http::error::need_more) return fail(400, "the chunks of the body are malformed");
    if (!streaming_ && body_size_ > body_bytes_max_) return fail(413, "the body is too large");
    if (ec == http::error::need_more) break;
  }
  if (parser_->is_done()) {
    stage_ = Stage::kDone;
  } else if (unread() > kChunkFramingMax) {
    return fail(400, "a chunk header or the trailer is too long");
  }
  if (streaming_ && body_size_ > 0) return State::kPiece;
  return parser_->is_done() ? State::kComplete : State::kNeedMore;
}

std::span<char> RequestReader::room() {
  const bool keeps_body = stage_ == Stage::kChunked && !streaming_;
  if (!keeps_body) body_begin_ = body_size_ = 0;
  // Bytes that were understood already lie between the body and what is unread, or before both.
  if (capacity_ - raw_end_ < kRoomMin || raw_begin_ == raw_end_) {
    if (keeps_body && body_begin_ > 0) {
      std::memmove(buffer_.get(), buffer_.get() + body_begin_, body_size_);
      body_begin_ = 0;
    }
    const std::size_t to = body_begin_ + body_size_;
    std::memmove(buffer_.get() + to, buffer_.get() + raw_begin_, unread());
    raw_end_ = to + unread();
    raw_begin_ = to;
  }
  if (stage_ == Stage::kLength && !streaming_) {
    // Doubling, up to what the body needs, so that memory follows the bytes that came and not those
    // announced.
    const std::size_t needed = raw_begin_ + static_cast<std::size_t>(length_left_);
    if (raw_end_ == capacity_ && needed > capacity_) reserve(std::min(capacity_ * 2, needed));
  } else if (streaming_ && (stage_ == Stage::kLength || stage_ == Stage::kChunked)) {
    reserve(kStreamCapacity);
  }
  if (raw_end_ == capacity_) reserve(capacity_ * 2);
  return {buffer_.get() + raw_end_, capacity_ - raw_end_};
}

void RequestReader::filled(std::size_t bytes) {
  raw_end_ += bytes;
}

void RequestReader::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity + kBodyPadding);
  if (buffer_) std::memcpy(buffer.get(), buffer_.get(), raw_end_);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
}

void RequestReader::next_request() {
  stage_ = Stage::kHead;
  streaming_ = false;
  body_begin_ = body_size_ = 0;
  scanned_ = line_begin_ = 0;
  if (raw_begin_ == raw_end_) raw_begin_ = raw_end_ = 0;
  if (capacity_ > kKeptCapacity && unread() <= kFirstCapacity) {
    auto buffer = std::make_unique_for_overwrite<char[]>(kFirstCapacity + kBodyPadding);
    std::memcpy(buffer.get(), buffer_.get() + raw_begin_, unread());
    raw_end_ = unread();
    raw_begin_ = 0;
    buffer_ = std::move(buffer);
    capacity_ = kFirstCapacity;
  }
}

}  // namespace gavel
