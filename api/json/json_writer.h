// JSON text, appended to a string that the caller owns and may reuse: no tree, no allocation of its own.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "budget/money.h"
#include "budget/time.h"

namespace gavel {

// Appends `text` in quotes with `"`, `\` and control characters escaped. Other bytes are copied: `text` must
// be valid UTF-8 for the result to be JSON.
void append_json_string(std::string& out, std::string_view text);

// How many bytes of `text`, from its first, stand in a JSON string as they are.
std::size_t plain_json_prefix(std::string_view text);

void append_integer(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);

// Appends `units` / 10^decimals exactly and without needless zeros: (31000000, 9) is "0.031", (2000000, 6) is
// "2". `decimals` is 0 to 38.
void append_decimal(std::string& out, Int128 units, int decimals);

// Appends an RFC 3339 time in UTC: "2024-11-11T00:00:00Z", with six decimals of a second only where they are
// not all zero. Years 0000 to 9999.
void append_timestamp(std::string& out, Timestamp t);

// Writes one JSON value (or several lines of them: see next_line) to `out`, which must outlive it. Commas are
// put by the writer; that begins and ends match, and that keys stand only in objects, is the caller's duty.
// Not thread-safe.
//
//   JsonWriter json(out);
//   json.begin_object().field("id", ad.id).field("price_micros", price);
//   json.key("winners").begin_array();
//   ...
//   json.end_array().end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  // The name of the member whose value is written next.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto flag) { return raw(flag ? "true" : "false"); }
  template <std::integral T>
  requires(!std::same_as<T, bool>) JsonWriter& value(T number) {
    separate();
    if constexpr (std::signed_integral<T>) {
      append_integer(out_, number);
    } else {
      append_unsigned(out_, number);
    }
    return *this;
  }
  JsonWriter& value(Micros amount) { return value(amount.value); }
  JsonWriter& value(Probability p) { return decimal(p.nano, 9); }
  JsonWriter& value(Factor f) { return decimal(f.millionths, 6); }
  JsonWriter& value(Timestamp t);  // a string, as append_timestamp
  // null where there is no value.
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  JsonWriter& null() { return raw("null"); }

  // The number units / 10^decimals, exact.
  JsonWriter& decimal(Int128 units, int decimals);
  // The same in quotes, for values that do not fit a double.
  JsonWriter& decimal_string(Int128 units, int decimals);
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json);
  // The string, to append one value to that is JSON already.
  std::string& raw() {
    separate();
    return out_;
  }

  template <class T>
  JsonWriter& field(std::string_view name, const T& v) {
    return key(name).value(v);
  }

  // Ends a line of NDJSON: the next value stands alone on the next line.
  JsonWriter& next_line() {
    out_ += '\n';
    comma_ = false;
    return *this;
  }

 private:
  // Every value begins here: puts the comma that parts it from the one before.
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }
  JsonWriter& open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
  }

  std::string& out_;
  bool comma_ = false;  // whether a value stands before the next one
};

}  // namespace gavel
