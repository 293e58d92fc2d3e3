// JSON as a tree, for tests: easy to build, compare and print, with integers kept exact.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gavel {

// A value with its members in the order of the text. Integers that fit 64 bits stay integers; 5 and 5.0 are
// different.
class JsonTree {
 public:
  using Array = std::vector<JsonTree>;
  using Object = std::vector<std::pair<std::string, JsonTree>>;

  JsonTree() = default;
  JsonTree(bool flag) : data_(flag) {}
  JsonTree(int number) : data_(std::int64_t{number}) {}
  JsonTree(std::int64_t number) : data_(number) {}
  JsonTree(std::uint64_t number);
  JsonTree(double number) : data_(number) {}
  JsonTree(const char* text) : data_(std::string(text)) {}
  JsonTree(std::string text) : data_(std::move(text)) {}
  JsonTree(Array items) : data_(std::move(items)) {}
  JsonTree(Object members) : data_(std::move(members)) {}

  // None where `text` is not one JSON document; `why`, where given, then says what is wrong.
  static std::optional<JsonTree> parse(std::string_view text, std::string* why = nullptr);

  bool is_null() const { return data_.index() == 0; }
  // Each is nullptr where the value is of another kind.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }
  const std::uint64_t* as_big() const { return std::get_if<std::uint64_t>(&data_); }  // only above 2^63 - 1
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  bool is_number() const { return as_int() || as_big() || as_double(); }

  // For tests that know what they look at: the number, 0 where it is none; the text, "" where it is none.
  std::int64_t int_or_zero() const { return as_int() ? *as_int() : 0; }
  std::string text_or_empty() const { return as_string() ? *as_string() : std::string(); }
  // The items, or an empty array where this is none.
  const Array& items() const;

  // The member of that name, or nullptr.
  const JsonTree* find(std::string_view name) const;
  // The member, or a null value where there is none.
  const JsonTree& operator[](std::string_view name) const;
  const JsonTree& operator[](std::size_t index) const;
  // What an RFC 6901 pointer names, or nullptr.
  const JsonTree* at(std::string_view pointer) const;
  // Replaces or adds a member; a value that is no object becomes one.
  void set(std::string_view name, JsonTree value);

  // Compact text. Doubles are printed so that they read back the same.
  std::string dump() const;

  bool operator==(const JsonTree&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> data_;
};

}  // namespace gavel
