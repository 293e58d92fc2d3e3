#include "api/json/json_reader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "api/json/json_document.h"
#include "api/json/json_writer.h"
#include "api/json/timestamp.h"

namespace gavel {

namespace {

constexpr std::size_t kPointerKeyBytesMax = 128;

void append_pointer_token(std::string& out, std::string_view key) {
  std::size_t length = std::min(key.size(), kPointerKeyBytesMax);
  // Never cut inside a character: 10xxxxxx continues one.
  while (length < key.size() && length > 0 && (static_cast<unsigned char>(key[length]) & 0xC0) == 0x80)
    --length;
  for (const char c : key.substr(0, length)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

void append_pointer(std::string& out, const JsonPath& path) {
  if (path.parent == nullptr && path.key.empty() && path.index == JsonPath::kNoIndex) return;  // the root
  if (path.parent != nullptr) append_pointer(out, *path.parent);
  out += '/';
  if (path.index != JsonPath::kNoIndex) {
    append_unsigned(out, path.index);
  } else {
    append_pointer_token(out, path.key);
  }
}

bool fail(const JsonNode& node, std::string reason, ErrorList& errors) {
  errors.add(node.path.pointer(), std::move(reason));
  return false;
}

std::string range_text(std::int64_t min, std::int64_t max, int decimals) {
  std::string out = "must be ";
  append_decimal(out, min, decimals);
  out += " to ";
  append_decimal(out, max, decimals);
  return out;
}

// value x 10^decimals to the nearest integer, ties to even. fma() gives what the product lost, so that a tie
// is a tie of the double itself.
std::int64_t to_units(double value, double scale) {
  const double product = value * scale;
  const double lost = std::fma(value, scale, -product);
  const double down = std::floor(product);
  const double fraction = (product - down) + lost;
  auto units = static_cast<std::int64_t>(down);
  if (fraction > 0.5 || (fraction == 0.5 && (units & 1) != 0)) ++units;
  return units;
}

}  // namespace

void ErrorList::add(std::string pointer, std::string reason) {
  if (!full()) errors_.push_back({std::move(pointer), std::move(reason)});
}

std::string JsonPath::pointer() const {
  std::string out;
  append_pointer(out, *this);
  return out;
}

std::size_t count_characters(std::string_view utf8) {
  // 10xxxxxx continues a character.
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

namespace {

bool fits(std::string_view text, const StringRule& rule) {
  // No text has more characters than bytes, so that most need not be counted.
  if (text.size() <= rule.max_characters && rule.min_characters <= 1) return text.size() >= rule.min_characters;
  const std::size_t characters = count_characters(text);
  return characters >= rule.min_characters && characters <= rule.max_characters;
}

}  // namespace

bool read_string(const JsonNode& node, const StringRule& rule, std::string_view& out, ErrorList& errors) {
  if (node.value.type() != JsonType::kString) return fail(node, "must be a string", errors);
  const std::string_view text = node.value.string();
  if (!fits(text, rule)) {
    if (text.empty()) return fail(node, "must not be empty", errors);
    std::string reason = "must be ";
    append_unsigned(reason, rule.min_characters);
    reason += " to ";
    append_unsigned(reason, rule.max_characters);
    return fail(node, reason + " characters", errors);
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (!rule.allow_control && std::ranges::any_of(text, is_control)) {
    return fail(node, "must not hold control characters", errors);
  }
  out = text;
  return true;
}

bool is_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '-';
  };
  return !text.empty() && text.size() <= kIdBytesMax && std::ranges::all_of(text, allowed);
}

bool read_id(const JsonNode& node, std::string_view& out, ErrorList& errors) {
  if (node.value.type() != JsonType::kString) return fail(node, "must be a string", errors);
  if (!is_id(node.value.string())) return fail(node, "must be an id: 1 to 64 of A-Z a-z 0-9 . _ : -", errors);
  out = node.value.string();
  return true;
}

bool read_bool(const JsonNode& node, bool& out, ErrorList& errors) {
  if (node.value.type() != JsonType::kBool) return fail(node, "must be true or false", errors);
  out = node.value.boolean();
  return true;
}

bool read_integer(const JsonNode& node, std::int64_t min, std::int64_t max, std::int64_t& out,
                  ErrorList& errors) {
  const JsonType type = node.value.type();
  if (type == JsonType::kDecimal)
    return fail(node, "must be an integer, written without fraction or exponent", errors);
  if (type != JsonType::kInteger) return fail(node, "must be an integer", errors);
  std::int64_t value = 0;
  if (!json_integer(node.value, value) || value < min || value > max) {
    return fail(node, range_text(min, max, 0), errors);
  }
  out = value;
  return true;
}

bool read_fixed(const JsonNode& node, int decimals, std::int64_t min, std::int64_t max, std::int64_t& out,
                ErrorList& errors) {
  const JsonType type = node.value.type();
  if (type != JsonType::kDecimal && type != JsonType::kInteger) return fail(node, "must be a number", errors);
  const double scale = decimals == 6 ? 1e6 : 1e9;
  const double value = node.value.number();
  // Far outside the range the product would not fit an integer. The bound itself is checked in units.
  const bool near =
      value > static_cast<double>(min) / scale - 1 && value < static_cast<double>(max) / scale + 1;
  const std::int64_t units = near ? to_units(value, scale) : 0;
  if (!near || value < 0 || units < min || units > max)
    return fail(node, range_text(min, max, decimals), errors);
  out = units;
  return true;
}

bool read_micros(const JsonNode& node, Micros min, Micros max, Micros& out, ErrorList& errors) {
  return read_integer(node, min.value, max.value, out.value, errors);
}

bool read_factor(const JsonNode& node, Factor min, Factor max, Factor& out, ErrorList& errors) {
  std::int64_t units = 0;
  if (!read_fixed(node, 6, min.millionths, max.millionths, units, errors)) return false;
  out.millionths = static_cast<std::int32_t>(units);
  return true;
}

bool read_probability(const JsonNode& node, Probability& out, ErrorList& errors) {
  std::int64_t units = 0;
  if (!read_fixed(node, 9, 0, kProbabilityOne, units, errors)) return false;
  out.nano = static_cast<std::int32_t>(units);
  return true;
}

bool read_timestamp(const JsonNode& node, Timestamp& out, ErrorList& errors) {
  if (node.value.type() == JsonType::kString && parse_timestamp(node.value.string(), out)) return true;
  return fail(node, "must be a time as in RFC 3339, such as 2024-11-11T00:00:00+08:00", errors);
}

bool read_name(const JsonNode& node, std::span<const std::string_view> names, std::size_t& place,
               ErrorList& errors) {
  if (node.value.type() == JsonType::kString) {
    const auto found = std::ranges::find(names, node.value.string());
    if (found != names.end()) {
      place = static_cast<std::size_t>(found - names.begin());
      return true;
    }
  }
  std::string reason = "must be ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) reason += i + 1 == names.size() ? " or " : ", ";
    reason += names[i];
  }
  return fail(node, std::move(reason), errors);
}

bool read_array(const JsonNode& node, const ListRule& rule, ErrorList& errors,
                CallableRef<void(const JsonNode&)> visit) {
  if (node.value.type() != JsonType::kArray) return fail(node, "must be an array", errors);
  const std::size_t size = node.value.size();
  if (size < rule.min || size > rule.max) {
    if (size == 0) return fail(node, "must not be an empty list", errors);
    std::string reason = "must hold ";
    append_unsigned(reason, rule.min);
    reason += " to ";
    append_unsigned(reason, rule.max);
    return fail(node, reason + " elements", errors);
  }
  for_each_element(node, visit);
  return true;
}

ObjectReader::ObjectReader(const JsonNode& node, ErrorList& errors) : node_(node), errors_(errors) {
  if (node.value.type() != JsonType::kObject) {
    fail(node, "must be an object", errors);
    return;
  }
  is_object_ = true;
  if (node.value.size() > kObjectMembersMax) {
    fail(node, "has too many fields", errors);
    is_object_ = false;
    return;
  }
  for_each_member(node, [this](std::string_view key, const JsonNode& member) {
    std::construct_at(&members_[count_++], Member{key, member.value, false});
  });
}

ObjectReader::Member* ObjectReader::find(std::string_view name) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (members_[i].key == name) return &members_[i];
  }
  return nullptr;
}

const ObjectReader::Member* ObjectReader::find(std::string_view name) const {
  return const_cast<ObjectReader*>(this)->find(name);
}

bool ObjectReader::has(std::string_view name) const {
  return find(name) != nullptr;
}

bool ObjectReader::has_null(std::string_view name) const {
  const Member* member = find(name);
  return member != nullptr && member->value.is_null();
}

// The first of this name; the others are errors.
const ObjectReader::Member* ObjectReader::mark_taken(std::string_view name) {
  const Member* first = nullptr;
  for (std::size_t i = 0; i < count_; ++i) {
    if (members_[i].key != name) continue;
    members_[i].taken = true;
    if (first != nullptr) add_error(name, "is there twice");
    if (first == nullptr) first = &members_[i];
  }
  return first;
}

void ObjectReader::ignore(std::string_view name) {
  mark_taken(name);
}

bool ObjectReader::take(std::string_view name, Need need, JsonNode& out) {
  if (!is_object_) return false;
  const Member* const member = mark_taken(name);
  if (member == nullptr || member->value.is_null()) {
    if (need == Need::kRequired) add_error(name, member == nullptr ? "is required" : "must not be null");
    return false;
  }
  out.value = member->value;
  out.path = path_of(member->key);
  return true;
}

bool ObjectReader::take_string(std::string_view name, Need need, const StringRule& rule,
                               std::string_view& out) {
  JsonNode node;
  return take(name, need, node) && read_string(node, rule, out, errors_);
}

bool ObjectReader::take_id(std::string_view name, Need need, std::string_view& out) {
  JsonNode node;
  return take(name, need, node) && read_id(node, out, errors_);
}

bool ObjectReader::take_bool(std::string_view name, Need need, bool& out) {
  JsonNode node;
  return take(name, need, node) && read_bool(node, out, errors_);
}

bool ObjectReader::take_integer(std::string_view name, Need need, std::int64_t min, std::int64_t max,
                                std::int64_t& out) {
  JsonNode node;
  return take(name, need, node) && read_integer(node, min, max, out, errors_);
}

bool ObjectReader::take_micros(std::string_view name, Need need, Micros min, Micros max, Micros& out) {
  JsonNode node;
  return take(name, need, node) && read_micros(node, min, max, out, errors_);
}

bool ObjectReader::take_factor(std::string_view name, Need need, Factor min, Factor max, Factor& out) {
  JsonNode node;
  return take(name, need, node) && read_factor(node, min, max, out, errors_);
}

bool ObjectReader::take_probability(std::string_view name, Need need, Probability& out) {
  JsonNode node;
  return take(name, need, node) && read_probability(node, out, errors_);
}

bool ObjectReader::take_timestamp(std::string_view name, Need need, Timestamp& out) {
  JsonNode node;
  return take(name, need, node) && read_timestamp(node, out, errors_);
}

bool ObjectReader::take_array(std::string_view name, Need need, const ListRule& rule,
                              CallableRef<void(const JsonNode&)> visit) {
  JsonNode node;
  return take(name, need, node) && read_array(node, rule, errors_, visit);
}

bool ObjectReader::take_object(std::string_view name, Need need, CallableRef<void(ObjectReader&)> visit) {
  JsonNode node;
  if (!take(name, need, node)) return false;
  ObjectReader reader(node, errors_);
  if (!reader.is_object_) return false;
  visit(reader);
  reader.finish();
  return true;
}

void ObjectReader::finish() {
  for (std::size_t i = 0; i < count_; ++i) {
    if (!members_[i].taken) errors_.add(path_of(members_[i].key).pointer(), "is not a field known here");
  }
}

}  // namespace gavel
