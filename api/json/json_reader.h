// Strict reading of JSON requests: the whole document is checked (syntax, UTF-8, depth), every field is asked
// for by name, and what is unknown, doubled, of the wrong type or out of range is an error at its JSON
// pointer.
//
//   JsonParser parser;                                   // one a thread
//   auto root = parser.parse(body);
//   if (!root) return problem(400, {root.error()});
//   ErrorList errors;
//   ObjectReader reader(JsonNode{*root}, errors);
//   std::string_view id;
//   reader.take_id("id", Need::kRequired, id);
//   reader.finish();                                     // what was not taken is unknown
//   if (!errors.empty()) return problem(400, errors.take());
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "api/field_error.h"
#include "budget/money.h"
#include "budget/result.h"
#include "budget/time.h"

namespace gavel {

// Bytes that must be readable (not necessarily written) behind a text given to JsonParser::parse_padded.
inline constexpr std::size_t kJsonPadding = 64;
inline constexpr std::size_t kJsonDepthMax = 32;      // of nested arrays and objects
inline constexpr std::size_t kFieldErrorsMax = 20;    // of one answer; further ones are dropped
inline constexpr std::size_t kObjectMembersMax = 64;  // of an object whose fields have names known to us
inline constexpr std::size_t kIdBytesMax = 64;

// The errors of one document, at most kFieldErrorsMax of them.
class ErrorList {
 public:
  void add(std::string pointer, std::string reason);
  bool empty() const { return errors_.empty(); }
  bool full() const { return errors_.size() >= kFieldErrorsMax; }
  std::size_t size() const { return errors_.size(); }
  const FieldErrors& get() const { return errors_; }
  FieldErrors take() { return std::exchange(errors_, {}); }

 private:
  FieldErrors errors_;
};

enum class JsonType : std::uint8_t { kNull, kBool, kInteger, kDecimal, kString, kArray, kObject };

// A value of a parsed document: a pointer into the parser's memory, valid until its next parse (so are the
// views of strings). Cheap to copy.
class JsonValue {
 public:
  JsonValue() = default;  // stands for nothing; only assigned to

  JsonType type() const;
  bool is_null() const { return type() == JsonType::kNull; }

  // Each requires its type.
  bool boolean() const;
  std::string_view string() const;
  double number() const;     // kInteger too: its nearest double
  std::size_t size() const;  // of an array or object

  // Appends the value as JSON text; numbers keep their (double or 64-bit) value.
  void append_to(std::string& out) const;

 private:
  friend class JsonParser;
  friend struct JsonAccess;
  std::array<std::uint64_t, 2> words_{};
};

// Reads documents one after the other and reuses its memory. Not thread-safe. Never moved.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  // Copies `text`. The error is at pointer "" where the text is not one JSON document, since what a malformed
  // text means at any place is anybody's guess; only a number that is malformed or out of range is named.
  Result<JsonValue, FieldError> parse(std::string_view text);
  // The same without a copy: kJsonPadding bytes behind `text` must be readable, and `text` must stay until
  // the next parse.
  Result<JsonValue, FieldError> parse_padded(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Where a value stands, as a chain up to the root; text is made of it only for an error. The parents must
// outlive it.
struct JsonPath {
  const JsonPath* parent = nullptr;
  std::string_view key;          // of an object's member
  std::size_t index = kNoIndex;  // of an array's element

  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  std::string pointer() const;  // RFC 6901; keys longer than 128 bytes are cut
};

struct JsonNode {
  JsonValue value;
  JsonPath path;
};

// A reference to something callable that outlives the call it is given to.
template <class Signature>
class CallableRef;
template <class R, class... Args>
class CallableRef<R(Args...)> {
 public:
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, CallableRef>)
      CallableRef(F&& f)  // NOLINT(google-explicit-constructor): it stands for the callable
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
        }) {}
  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

// Calls `visit` for each element with its place. Requires an array. `array` outlives the nodes.
void for_each_element(const JsonNode& array, CallableRef<void(const JsonNode&)> visit);
// The same for members, doubled keys included. Requires an object.
void for_each_member(const JsonNode& object, CallableRef<void(std::string_view key, const JsonNode&)> visit);

// Reads of one value. Each returns true and sets `out`, or adds an error at the node's place, leaves `out`
// alone and returns false. Views point into the parser's memory.

// Lengths are in characters (code points), as JSON Schema and so openapi.yaml count them: at most four bytes
// each.
struct StringRule {
  std::size_t min_characters = 1;
  std::size_t max_characters = 256;
  bool allow_control = false;  // characters below U+0020 and U+007F
};
std::size_t count_characters(std::string_view utf8);
bool read_string(const JsonNode& node, const StringRule& rule, std::string_view& out, ErrorList& errors);
// [A-Za-z0-9._:-]{1,64}
bool is_id(std::string_view text);
bool read_id(const JsonNode& node, std::string_view& out, ErrorList& errors);
bool read_bool(const JsonNode& node, bool& out, ErrorList& errors);
// Only numbers written as integers: 5.0 and 1e3 are refused.
bool read_integer(const JsonNode& node, std::int64_t min, std::int64_t max, std::int64_t& out,
                  ErrorList& errors);
// Any number; one with more digits than the unit goes through its nearest double to the nearest unit, ties to
// even. Bounds hold for what comes out, and a value above zero that comes out as 0 is refused where min is
// above 0. `decimals` is 6 or 9; min and max are in units of 10^-decimals.
bool read_fixed(const JsonNode& node, int decimals, std::int64_t min, std::int64_t max, std::int64_t& out,
                ErrorList& errors);
bool read_micros(const JsonNode& node, Micros min, Micros max, Micros& out, ErrorList& errors);
bool read_factor(const JsonNode& node, Factor min, Factor max, Factor& out, ErrorList& errors);
bool read_probability(const JsonNode& node, Probability& out, ErrorList& errors);
// As parse_timestamp() reads it (api/json/timestamp.h).
bool read_timestamp(const JsonNode& node, Timestamp& out, ErrorList& errors);

template <class E>
struct EnumName {
  std::string_view name;
  E value;
};
// The place in `names` of the node's string; an error that lists them where it is not there.
bool read_name(const JsonNode& node, std::span<const std::string_view> names, std::size_t& place,
               ErrorList& errors);

template <class E, std::size_t N>
bool read_enum(const JsonNode& node, const std::array<EnumName<E>, N>& table, E& out, ErrorList& errors) {
  std::array<std::string_view, N> names;
  for (std::size_t i = 0; i < N; ++i) names[i] = table[i].name;
  std::size_t place = 0;
  if (!read_name(node, names, place, errors)) return false;
  out = table[place].value;
  return true;
}

struct ListRule {
  std::size_t min = 1;
  std::size_t max = 100;
};
// Calls `visit` for each element where the node is an array whose size is within the rule.
bool read_array(const JsonNode& node, const ListRule& rule, ErrorList& errors,
                CallableRef<void(const JsonNode&)> visit);

enum class Need : std::uint8_t { kRequired, kOptional };

// One object whose fields have names known to us. A field that is absent or null is an error where it is
// required, and nothing (false, no error) where it is optional. take_*() returns true only where `out` was
// set. Keeps kObjectMembersMax members on the stack; allocates nothing but errors.
class ObjectReader {
 public:
  // `node` and `errors` outlive the reader. A value that is no object is an error, and all its fields are
  // absent without a further one.
  ObjectReader(const JsonNode& node, ErrorList& errors);
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  // Whether the member is there, null or not. Does not take it.
  bool has(std::string_view name) const;
  bool has_null(std::string_view name) const;
  // The place of a member of this object, for errors found by comparing fields.
  JsonPath path_of(std::string_view name) const { return {&node_.path, name, JsonPath::kNoIndex}; }
  ErrorList& errors() { return errors_; }
  void add_error(std::string_view name, std::string reason) {
    errors_.add(path_of(name).pointer(), std::move(reason));
  }

  // The member where it is there and not null, whatever its type.
  bool take(std::string_view name, Need need, JsonNode& out);
  void ignore(std::string_view name);

  bool take_string(std::string_view name, Need need, const StringRule& rule, std::string_view& out);
  bool take_id(std::string_view name, Need need, std::string_view& out);
  bool take_bool(std::string_view name, Need need, bool& out);
  bool take_integer(std::string_view name, Need need, std::int64_t min, std::int64_t max, std::int64_t& out);
  bool take_micros(std::string_view name, Need need, Micros min, Micros max, Micros& out);
  bool take_factor(std::string_view name, Need need, Factor min, Factor max, Factor& out);
  bool take_probability(std::string_view name, Need need, Probability& out);
  bool take_timestamp(std::string_view name, Need need, Timestamp& out);
  bool take_array(std::string_view name, Need need, const ListRule& rule,
                  CallableRef<void(const JsonNode&)> visit);
  // Calls `visit` with a reader of the nested object, then finishes that reader.
  bool take_object(std::string_view name, Need need, CallableRef<void(ObjectReader&)> visit);
  template <class E, std::size_t N>
  bool take_enum(std::string_view name, Need need, const std::array<EnumName<E>, N>& table, E& out) {
    JsonNode node;
    return take(name, need, node) && read_enum(node, table, out, errors_);
  }

  // Adds an error for each member that was not taken. Called once, after all takes.
  void finish();

 private:
  struct Member {
    std::string_view key;
    JsonValue value;
    bool taken;
  };
  Member* find(std::string_view name);
  const Member* find(std::string_view name) const;
  const Member* mark_taken(std::string_view name);

  const JsonNode& node_;
  ErrorList& errors_;
  bool is_object_ = false;
  std::size_t count_ = 0;
  union {  // not initialised: a reader is made for every small object of an auction request
    std::array<Member, kObjectMembersMax> members_;
  };
};

}  // namespace gavel
