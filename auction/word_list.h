// Words one after the other in one piece of memory, which is kept when they are replaced.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gavel {

// Allocates only to grow. Not thread-safe.
class WordList {
 public:
  void clear() {
    bytes_.clear();
    ends_.clear();
  }

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  // Valid until the next change; i < size().
  std::string_view operator[](std::size_t i) const {
    const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  // All words' bytes without anything between them, and where in them each word ends.
  std::string_view bytes() const { return bytes_; }
  const std::vector<std::uint32_t>& ends() const { return ends_; }

  void assign(std::string_view bytes, std::span<const std::uint16_t> ends) {
    bytes_ = bytes;
    ends_.assign(ends.begin(), ends.end());
  }
  void add(std::string_view word) {
    bytes_ += word;
    end_word();
  }
  // For writing a word in place: what is appended to open_word() up to end_word() is one.
  std::string& open_word() { return bytes_; }
  void end_word() { ends_.push_back(static_cast<std::uint32_t>(bytes_.size())); }

  std::vector<std::string> strings() const {
    std::vector<std::string> strings;
    for (std::size_t i = 0; i < size(); ++i) strings.emplace_back((*this)[i]);
    return strings;
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace gavel
