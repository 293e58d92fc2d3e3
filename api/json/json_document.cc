// The one file that sees simdjson: its DOM parser walks the whole document before a value is given out (its
// On-Demand front end would leave what nobody asks for unchecked).
#include "api/json/json_document.h"

#include <simdjson.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <new>
#include <vector>

#include "api/json/json_writer.h"
#include "api/json/number_fault.h"

namespace gavel {

namespace dom = simdjson::dom;

// A dom::element is a document and a place in it: two words, trivially copied.
struct JsonAccess {
  static_assert(sizeof(dom::element) == sizeof(JsonValue::words_) &&
                std::is_trivially_copyable_v<dom::element>);
  static dom::element element(const JsonValue& value) { return std::bit_cast<dom::element>(value.words_); }
  static JsonValue value(const dom::element& element) {
    JsonValue v;
    v.words_ = std::bit_cast<std::array<std::uint64_t, 2>>(element);
    return v;
  }
};

namespace {

dom::element of(const JsonValue& value) {
  return JsonAccess::element(value);
}

const char* reason_of(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "the body is empty; a JSON document is expected";
    case simdjson::UTF8_ERROR:
      return "the body is not valid UTF-8";
    case simdjson::DEPTH_ERROR:
      return "the JSON is nested too deeply";
    case simdjson::STRING_ERROR:
    case simdjson::UNESCAPED_CHARS:
    case simdjson::UNCLOSED_STRING:
      return "a string of the JSON is malformed";
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
      return "the JSON is too large";
    default:
      return "the body is not valid JSON";
  }
}

}  // namespace

struct JsonParser::Impl {
  dom::parser parser;
  std::vector<char> copy;
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {
  // Sets the depth for ever: later growth keeps it. Start-up may throw.
  if (impl_->parser.allocate(16 * 1024, kJsonDepthMax) != simdjson::SUCCESS) throw std::bad_alloc();
}

JsonParser::~JsonParser() = default;

Result<JsonValue, FieldError> JsonParser::parse(std::string_view text) {
  static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);
  impl_->copy.resize(text.size() + kJsonPadding);
  std::copy(text.begin(), text.end(), impl_->copy.begin());
  return parse_padded({impl_->copy.data(), text.size()});
}

Result<JsonValue, FieldError> JsonParser::parse_padded(std::string_view text) {
  dom::element root;
  // The front end skips a byte order mark; RFC 8259 (section 8.1) forbids one in what is sent.
  if (text.starts_with("\xEF\xBB\xBF"))
    return FieldError{"", "the body must not begin with a byte order mark"};
  const auto error = impl_->parser.parse(text.data(), text.size(), /*realloc_if_needed=*/false).get(root);
  if (error == simdjson::NUMBER_ERROR) return number_fault(text);
  if (error != simdjson::SUCCESS) return FieldError{"", reason_of(error)};
  return JsonAccess::value(root);
}

JsonType JsonValue::type() const {
  switch (of(*this).type()) {
    case dom::element_type::ARRAY:
      return JsonType::kArray;
    case dom::element_type::OBJECT:
      return JsonType::kObject;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
      return JsonType::kInteger;
    case dom::element_type::DOUBLE:
      return JsonType::kDecimal;
    case dom::element_type::STRING:
      return JsonType::kString;
    case dom::element_type::BOOL:
      return JsonType::kBool;
    case dom::element_type::NULL_VALUE:
      break;
  }
  return JsonType::kNull;
}

bool JsonValue::boolean() const {
  return of(*this).get_bool().value_unsafe();
}
std::string_view JsonValue::string() const {
  return of(*this).get_string().value_unsafe();
}
double JsonValue::number() const {
  return of(*this).get_double().value_unsafe();
}

std::size_t JsonValue::size() const {
  const dom::element element = of(*this);
  return element.is_array() ? element.get_array().value_unsafe().size()
                            : element.get_object().value_unsafe().size();
}

bool json_integer(const JsonValue& value, std::int64_t& out) {
  return of(value).get_int64().get(out) == 0;
}

void for_each_element(const JsonNode& array, CallableRef<void(const JsonNode&)> visit) {
  std::size_t index = 0;
  const dom::array children = of(array.value).get_array().value_unsafe();
  for (const dom::element child : children) {
    visit({JsonAccess::value(child), {&array.path, {}, index++}});
  }
}

void for_each_member(const JsonNode& object, CallableRef<void(std::string_view, const JsonNode&)> visit) {
  const dom::object members = of(object.value).get_object().value_unsafe();
  for (const auto& [key, child] : members) {
    visit(key, {JsonAccess::value(child), {&object.path, key, JsonPath::kNoIndex}});
  }
}

namespace {

void append_number(std::string& out, const dom::element& element) {
  char text[32];
  std::to_chars_result end{};
  if (element.is_int64()) {
    end = std::to_chars(text, text + sizeof text, element.get_int64().value_unsafe());
  } else if (element.is_uint64()) {
    end = std::to_chars(text, text + sizeof text, element.get_uint64().value_unsafe());
  } else {
    const double value = element.get_double().value_unsafe();
    end = std::to_chars(text, text + sizeof text, value);
    // The shortest text of an integral double reads as an integer: keep it one that was written as a decimal.
    if (std::string_view(text, end.ptr).find_first_of(".e") == std::string_view::npos) {
      *end.ptr++ = '.';
      *end.ptr++ = '0';
    }
  }
  out.append(text, end.ptr);
}

}  // namespace

void JsonValue::append_to(std::string& out) const {
  switch (type()) {
    case JsonType::kNull:
      out += "null";
      break;
    case JsonType::kBool:
      out += boolean() ? "true" : "false";
      break;
    case JsonType::kInteger:
    case JsonType::kDecimal:
      append_number(out, of(*this));
      break;
    case JsonType::kString:
      append_json_string(out, string());
      break;
    case JsonType::kArray: {
      char separator = '[';
      for_each_element({*this, {}}, [&](const JsonNode& child) {
        out += std::exchange(separator, ',');
        child.value.append_to(out);
      });
      out += separator == '[' ? "[]" : "]";
      break;
    }
    case JsonType::kObject: {
      char separator = '{';
      for_each_member({*this, {}}, [&](std::string_view key, const JsonNode& child) {
        out += std::exchange(separator, ',');
        append_json_string(out, key);
        out += ':';
        child.value.append_to(out);
      });
      out += separator == '{' ? "{}" : "}";
      break;
    }
  }
}

}  // namespace gavel
