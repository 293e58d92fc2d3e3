#include "api/json/number_fault.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "api/json/json_reader.h"

namespace gavel {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// What is wrong with a number; nothing where it is fine (RFC 8259, section 6).
std::optional<std::string> fault_of(std::string_view number) {
  constexpr const char* kMalformed = "is not a number of JSON";
  const char* const begin = number.data();
  const char* const end = begin + number.size();
  const std::size_t first = number.starts_with('-') ? 1 : 0;
  std::size_t at = skip_digits(number, first);
  if (at == first || (at > first + 1 && number[first] == '0')) return kMalformed;
  if (at == number.size()) {
    std::int64_t as_signed = 0;
    std::uint64_t as_unsigned = 0;
    if (std::from_chars(begin, end, as_signed).ec == std::errc()) return std::nullopt;
    if (std::from_chars(begin, end, as_unsigned).ec == std::errc()) return std::nullopt;
    return "is an integer of more than 64 bits";
  }
  if (number[at] == '.') {
    const std::size_t fraction = at + 1;
    at = skip_digits(number, fraction);
    if (at == fraction) return kMalformed;
  }
  if (at < number.size() && (number[at] == 'e' || number[at] == 'E')) {
    ++at;
    if (at < number.size() && (number[at] == '+' || number[at] == '-')) ++at;
    const std::size_t exponent = at;
    at = skip_digits(number, exponent);
    if (at == exponent) return kMalformed;
  }
  if (at != number.size()) return kMalformed;
  double as_double = 0;
  if (std::from_chars(begin, end, as_double).ec == std::errc()) return std::nullopt;
  return "is too large a number, or too small a one";
}

// Walks a text up to its first faulty number and keeps where it is.
class NumberScan {
 public:
  explicit NumberScan(std::string_view text) : text_(text) {}

  std::optional<FieldError> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        take_string();
      } else if (c == '-' || is_digit(c)) {
        if (auto fault = fault_of(take_number())) return FieldError{here(), std::move(*fault)};
      } else {
        if (!take_mark(c)) return std::nullopt;
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  struct Level {
    bool is_object = false;
    bool expects_key = false;
    std::string key = {};
    std::size_t index = 0;
  };

  // Brackets and commas; false where the text is nested deeper than any that is read.
  bool take_mark(char c) {
    if (c == '{' || c == '[') {
      if (depth_ == levels_.size()) return false;
      levels_[depth_++] = {.is_object = c == '{', .expects_key = c == '{'};
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      --depth_;
    } else if (c == ',' && depth_ > 0) {
      Level& level = levels_[depth_ - 1];
      level.expects_key = level.is_object;
      ++level.index;
    }
    return true;
  }

  void take_string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    if (depth_ == 0 || !levels_[depth_ - 1].expects_key) return;
    JsonParser parser;  // for its escapes
    const auto key = parser.parse(text_.substr(begin, at_ - begin));
    levels_[depth_ - 1].key = key ? std::string(key->string()) : std::string();
    levels_[depth_ - 1].expects_key = false;
  }

  std::string_view take_number() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    return text_.substr(begin, at_ - begin);
  }

  std::string here() const {
    std::array<JsonPath, kJsonDepthMax + 1> paths{};  // the first is the root
    for (std::size_t i = 0; i < depth_; ++i) {
      const Level& level = levels_[i];
      paths[i + 1] = {&paths[i], level.key, level.is_object ? JsonPath::kNoIndex : level.index};
    }
    return paths[depth_].pointer();
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::array<Level, kJsonDepthMax> levels_;
  std::size_t depth_ = 0;
};

}  // namespace

FieldError number_fault(std::string_view text) {
  if (auto fault = NumberScan(text).run()) return std::move(*fault);
  return {"", "a number of the JSON is malformed or out of range"};
}

}  // namespace gavel
