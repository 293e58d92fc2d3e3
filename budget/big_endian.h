// Integers as bytes on disk: big endian, so that byte order is the order of the numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace gavel {

// Appends all bytes of an integer; a signed one in two's complement.
template <class Int>
void append_big_endian(std::string& out, Int value) {
  using Unsigned = std::make_unsigned_t<Int>;
  const auto bits = static_cast<Unsigned>(value);
  for (std::size_t i = sizeof(Int); i-- > 0;) out.push_back(static_cast<char>(bits >> (8 * i) & 0xFF));
}

// For keys: as above with the sign flipped, so that negative numbers come before the others in byte order.
inline void append_ordered(std::string& out, std::int32_t value) {
  append_big_endian(out, static_cast<std::uint32_t>(value) ^ (std::uint32_t{1} << 31));
}
inline void append_ordered(std::string& out, std::int64_t value) {
  append_big_endian(out, static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63));
}

// Reads integers off the front of `bytes`. Once there were too few, every read gives 0 and complete() is
// false.
class BigEndianReader {
 public:
  explicit BigEndianReader(std::string_view bytes) : rest_(bytes) {}

  template <class Int>
  Int read() {
    using Unsigned = std::make_unsigned_t<Int>;
    if (rest_.size() < sizeof(Int)) {
      fail();
      return 0;
    }
    Unsigned bits = 0;
    for (std::size_t i = 0; i < sizeof(Int); ++i) {
      bits = static_cast<Unsigned>(bits << 4 << 4 | static_cast<unsigned char>(rest_[i]));
    }
    rest_.remove_prefix(sizeof(Int));
    return static_cast<Int>(bits);
  }
  std::int32_t read_ordered32() {
    return static_cast<std::int32_t>(read<std::uint32_t>() ^ (std::uint32_t{1} << 31));
  }
  std::int64_t read_ordered64() {
    return static_cast<std::int64_t>(read<std::uint64_t>() ^ (std::uint64_t{1} << 63));
  }
  // The next bytes, a view into what is read; empty where there are fewer.
  std::string_view read_bytes(std::size_t count) {
    if (rest_.size() < count) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  // Whether a read found too few bytes.
  bool failed() const { return failed_; }
  // Whether nothing is left to read.
  bool at_end() const { return failed_ || rest_.empty(); }
  // Whether every byte was read and none was missing.
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace gavel
