#include "tests/support/json_tree.h"

#include <simdjson.h>

#include <charconv>

namespace gavel {
namespace {

const JsonTree kNull;

JsonTree convert(const simdjson::dom::element& element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::ARRAY: {
      JsonTree::Array items;
      for (const auto item : simdjson::dom::array(element)) items.push_back(convert(item));
      return items;
    }
    case element_type::OBJECT: {
      JsonTree::Object members;
      for (const auto member : simdjson::dom::object(element)) {
        members.emplace_back(std::string(member.key), convert(member.value));
      }
      return members;
    }
    case element_type::INT64:
      return std::int64_t(element);
    case element_type::UINT64:
      return std::uint64_t(element);
    case element_type::DOUBLE:
      return double(element);
    case element_type::STRING:
      return std::string(std::string_view(element));
    case element_type::BOOL:
      return bool(element);
    case element_type::NULL_VALUE:
      return {};
  }
  return {};
}

void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

void append_double(std::string& out, double number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out += text;
  // So that it reads back as a double.
  if (text.find_first_of(".en") == std::string_view::npos) out += ".0";
}

void append_value(std::string& out, const JsonTree& value) {
  if (const auto* flag = value.as_bool())
    out += *flag ? "true" : "false";
  else if (const auto* number = value.as_int())
    out += std::to_string(*number);
  else if (const auto* big = value.as_big())
    out += std::to_string(*big);
  else if (const auto* real = value.as_double())
    append_double(out, *real);
  else if (const auto* text = value.as_string())
    append_text(out, *text);
  else if (const auto* items = value.as_array()) {
    out += '[';
    for (const auto& item : *items) {
      if (&item != items->data()) out += ',';
      append_value(out, item);
    }
    out += ']';
  } else if (const auto* members = value.as_object()) {
    out += '{';
    for (const auto& member : *members) {
      if (&member != members->data()) out += ',';
      append_text(out, member.first);
      out += ':';
      append_value(out, member.second);
    }
    out += '}';
  } else {
    out += "null";
  }
}

// The name that one token of a pointer stands for.
std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      name += token[++i] == '1' ? '/' : '~';
    } else {
      name += token[i];
    }
  }
  return name;
}

}  // namespace

JsonTree::JsonTree(std::uint64_t number) {
  if (number <= static_cast<std::uint64_t>(INT64_MAX)) {
    data_ = static_cast<std::int64_t>(number);
  } else {
    data_ = number;
  }
}

std::optional<JsonTree> JsonTree::parse(std::string_view text, std::string* why) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const auto error = parser.parse(simdjson::padded_string(text)).get(root);
  if (error) {
    if (why) *why = simdjson::error_message(error);
    return std::nullopt;
  }
  return convert(root);
}

const JsonTree::Array& JsonTree::items() const {
  static const Array kNone;
  const auto* array = as_array();
  return array ? *array : kNone;
}

const JsonTree* JsonTree::find(std::string_view name) const {
  if (const auto* members = as_object()) {
    for (const auto& [key, value] : *members) {
      if (key == name) return &value;
    }
  }
  return nullptr;
}

const JsonTree& JsonTree::operator[](std::string_view name) const {
  const auto* found = find(name);
  return found ? *found : kNull;
}

const JsonTree& JsonTree::operator[](std::size_t index) const {
  return index < items().size() ? items()[index] : kNull;
}

const JsonTree* JsonTree::at(std::string_view pointer) const {
  const JsonTree* here = this;
  while (here && !pointer.empty()) {
    pointer.remove_prefix(1);  // the slash
    const auto token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    if (const auto* array = here->as_array()) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
      const bool fits = error == std::errc() && end == token.data() + token.size() && index < array->size();
      here = fits ? &(*array)[index] : nullptr;
    } else {
      here = here->find(unescaped(token));
    }
  }
  return here;
}

void JsonTree::set(std::string_view name, JsonTree value) {
  if (!as_object()) data_ = Object();
  auto& members = std::get<Object>(data_);
  for (auto& [key, present] : members) {
    if (key == name) {
      present = std::move(value);
      return;
    }
  }
  members.emplace_back(std::string(name), std::move(value));
}

std::string JsonTree::dump() const {
  std::string out;
  append_value(out, *this);
  return out;
}

}  // namespace gavel
