#include "api/json/json_writer.h"

#include <array>
#include <charconv>
#include <cstring>

namespace gavel {
namespace {

// For each byte what follows the backslash of its escape: 0 where it needs none, 'u' for the six-character
// form.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr std::array<char, 256> kEscapes = make_escapes();
constexpr std::string_view kHex = "0123456789abcdef";

// Writes `value` in exactly `width` digits.
void put_padded(char* digits, std::uint64_t value, std::size_t width) {
  for (std::size_t i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::size_t plain_json_prefix(std::string_view text) {
  // Eight bytes at a time: a byte of `x` is zero where bits are set in (x - 0x01..) & ~x & 0x80.., and below
  // 0x20 where they are in (x - 0x20..) & ~x & 0x80.. ; a borrow can only set more bits behind a byte that is
  // one of these.
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = 0x80 * kOnes;
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    const std::uint64_t quotes = bytes ^ ('"' * kOnes), slashes = bytes ^ ('\\' * kOnes);
    const std::uint64_t found =
        ((bytes - 0x20 * kOnes) & ~bytes) | ((quotes - kOnes) & ~quotes) | ((slashes - kOnes) & ~slashes);
    if ((found & kTops) != 0) break;
  }
  while (i < text.size() && kEscapes[static_cast<unsigned char>(text[i])] == 0) ++i;
  return i;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const std::size_t plain = plain_json_prefix(text);
    out.append(text, 0, plain);
    if (plain == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[plain]);
    const char escape = kEscapes[byte];
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    }
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_unsigned(std::string& out, std::uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

namespace {

// Writes the digits of `rest` / 10^decimals before `begin`; gives where they begin. 128 bits are divided by a
// call.
template <class Unsigned>
char* put_decimal(Unsigned rest, int decimals, char* begin) {
  bool significant = false;  // whether a decimal has been written: zeros to its right are left out
  for (int i = 0; i < decimals; ++i, rest /= 10) {
    const auto digit = static_cast<int>(rest % 10);
    significant = significant || digit != 0;
    if (significant) *--begin = static_cast<char>('0' + digit);
  }
  if (significant) *--begin = '.';
  do {
    *--begin = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  return begin;
}

}  // namespace

void append_decimal(std::string& out, Int128 units, int decimals) {
  char digits[41];  // 39 digits of 128 bits, a point and a leading zero
  char* const end = digits + sizeof digits;
  const bool negative = units < 0;
  const UInt128 size = negative ? -static_cast<UInt128>(units) : static_cast<UInt128>(units);
  const auto low = static_cast<std::uint64_t>(size);
  char* const begin = low == size ? put_decimal(low, decimals, end) : put_decimal(size, decimals, end);
  if (negative) out += '-';
  out.append(begin, end);
}

void append_timestamp(std::string& out, Timestamp t) {
  const auto midnight = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(midnight);
  const auto micros = static_cast<std::uint64_t>((t - midnight).count());
  const std::uint64_t seconds = micros / 1'000'000;
  char text[] = "yyyy-mm-ddThh:mm:ss.ffffff";
  put_padded(text, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  put_padded(text + 5, static_cast<unsigned>(date.month()), 2);
  put_padded(text + 8, static_cast<unsigned>(date.day()), 2);
  put_padded(text + 11, seconds / 3600, 2);
  put_padded(text + 14, seconds / 60 % 60, 2);
  put_padded(text + 17, seconds % 60, 2);
  put_padded(text + 20, micros % 1'000'000, 6);
  constexpr std::size_t kWhole = 19;
  out.append(text, micros % 1'000'000 == 0 ? kWhole : sizeof text - 1);
  out += 'Z';
}

JsonWriter& JsonWriter::key(std::string_view name) {
  if (comma_) out_ += ',';
  append_json_string(out_, name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(Timestamp t) {
  separate();
  out_ += '"';
  append_timestamp(out_, t);
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::decimal(Int128 units, int decimals) {
  separate();
  append_decimal(out_, units, decimals);
  return *this;
}

JsonWriter& JsonWriter::decimal_string(Int128 units, int decimals) {
  separate();
  out_ += '"';
  append_decimal(out_, units, decimals);
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace gavel
