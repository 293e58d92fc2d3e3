// Many small pieces of text, appended to a string a few hundred bytes at a time.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace gavel {

// Collects what is put on the stack and appends it to `out` when that is full and at the end: std::string's own append
// costs more than what it copies where pieces are short. Not thread-safe.
class TextBuffer {
 public:
  explicit TextBuffer(std::string& out) : out_(out) {}
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;
  ~TextBuffer() { flush(); }

  // A literal: its copy is a few moves.
  template <std::size_t kSize>
  TextBuffer& put(const char (&literal)[kSize]) {
    make_room(kSize - 1);
    std::memcpy(buffer_.data() + used_, literal, kSize - 1);
    used_ += kSize - 1;
    return *this;
  }
  TextBuffer& put(std::string_view text) {
    if (text.size() > buffer_.size()) {
      flush();
      out_ += text;
      return *this;
    }
    make_room(text.size());
    if (!text.empty()) std::memcpy(buffer_.data() + used_, text.data(), text.size());
    used_ += text.size();
    return *this;
  }
  TextBuffer& put(std::int64_t number) {
    make_room(kDigitsMax);
    const auto end = std::to_chars(buffer_.data() + used_, buffer_.data() + buffer_.size(), number).ptr;
    used_ = static_cast<std::size_t>(end - buffer_.data());
    return *this;
  }
  // The string with all that was put so far, to append to directly until the next put().
  std::string& flushed() {
    flush();
    return out_;
  }

 private:
  static constexpr std::size_t kDigitsMax = 20;

  void make_room(std::size_t bytes) {
    if (buffer_.size() - used_ < bytes) flush();
  }
  void flush() {
    out_.append(buffer_.data(), used_);
    used_ = 0;
  }

  std::string& out_;
  std::size_t used_ = 0;
  std::array<char, 1536> buffer_;  // most winners fit
};

}  // namespace gavel
