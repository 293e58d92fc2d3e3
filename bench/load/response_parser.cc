#include "bench/load/response_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <optional>

namespace gavel {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

// Beast's parser without a message behind it: it keeps no fields and allocates nothing of its own.
class Reader final : public http::basic_parser<false> {
 public:
  Reader(bool keep_body, std::string& location, std::string& body)
      : keep_body_(keep_body), location_(location), body_(body) {
    eager(true);
    body_limit(std::numeric_limits<std::uint64_t>::max());
    location_.clear();
    body_.clear();
  }
  int status() const { return status_; }

 private:
  void on_request_impl(http::verb, BeastView, BeastView, int, error_code&) override {}
  void on_response_impl(int code, BeastView, int, error_code&) override { status_ = code; }
  void on_field_impl(http::field name, BeastView, BeastView value, error_code&) override {
    if (name == http::field::location) location_.assign(value.data(), value.size());
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastView part, error_code&) override { return take(part); }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView part, error_code&) override { return take(part); }
  void on_finish_impl(error_code&) override {}

  std::size_t take(BeastView part) {
    if (keep_body_) body_.append(part.data(), part.size());
    return part.size();
  }

  bool keep_body_;
  std::string& location_;
  std::string& body_;
  int status_ = 0;
};

}  // namespace

struct ResponseParser::Impl {
  bool keep_body;
  std::string location, body;
  std::optional<Reader> reader;
  int status = 0;
  bool keep_alive = false;
};

ResponseParser::ResponseParser(bool keep_body) : impl_(new Impl{keep_body, {}, {}, {}}) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

ResponseParser::Step ResponseParser::feed(std::string_view in, std::size_t& used) {
  used = 0;
  if (!impl_->reader) impl_->reader.emplace(impl_->keep_body, impl_->location, impl_->body);
  Reader& reader = *impl_->reader;
  while (!reader.is_done()) {
    if (used == in.size()) return Step::kNeedMore;
    error_code error;
    const std::size_t taken =
        reader.put(boost::asio::const_buffer(in.data() + used, in.size() - used), error);
    used += taken;
    if (error == http::error::need_more) return Step::kNeedMore;
    if (error) return Step::kBad;
    if (taken == 0 && !reader.is_done()) return Step::kNeedMore;
  }
  impl_->status = reader.status();
  impl_->keep_alive = reader.keep_alive();
  impl_->reader.reset();
  return Step::kDone;
}

int ResponseParser::status() const {
  return impl_->status;
}
bool ResponseParser::keep_alive() const {
  return impl_->keep_alive;
}
const std::string& ResponseParser::location() const {
  return impl_->location;
}
const std::string& ResponseParser::body() const {
  return impl_->body;
}

}  // namespace gavel
