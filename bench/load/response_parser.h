// Reads HTTP/1.1 responses from bytes as they come.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gavel {

// One response after the other of one connection. Not thread-safe.
class ResponseParser {
 public:
  enum class Step { kNeedMore, kDone, kBad };

  // `keep_body`: whether body() is wanted; a load test only counts.
  explicit ResponseParser(bool keep_body);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  // Reads of `in` what it can and says in `used` how much that was. kNeedMore: give the bytes not used again,
  // with more behind them. kDone: one response is complete, and the next call begins another. kBad: this is
  // not HTTP.
  Step feed(std::string_view in, std::size_t& used);

  // Of the last complete response; valid until the next feed.
  int status() const;
  bool keep_alive() const;
  const std::string& location() const;
  const std::string& body() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
