#include "api/json/resource_fields.h"

#include <algorithm>

namespace gavel {

namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
         });
}

}  // namespace

bool is_web_url(std::string_view text, UrlScheme scheme) {
  std::string_view rest = text;
  if (starts_with_ignoring_case(rest, "http://")) {
    rest.remove_prefix(7);
  } else if (starts_with_ignoring_case(rest, "https://")) {
    rest.remove_prefix(8);
  } else if (scheme == UrlScheme::kOptional && rest.starts_with("//")) {
    rest.remove_prefix(2);
  } else {
    return false;
  }
  const auto forbidden = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (std::ranges::any_of(rest, forbidden)) return false;
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view host = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  return !host.empty() && host.front() != ':';
}

void FieldReader::text(std::string_view name, Need need, std::size_t length_max, std::string& out) {
  std::string_view value;
  if (in_.take_string(name, need, string_rule(length_max), value)) out = value;
}

void FieldReader::id(std::string_view name, Need need, std::string& out) {
  std::string_view value;
  if (in_.take_id(name, need, value)) out = value;
}

void FieldReader::optional_id(std::string_view name, std::optional<std::string>& out) {
  std::string_view value;
  if (in_.take_id(name, Need::kOptional, value)) out = value;
}

void FieldReader::url(std::string_view name, Need need, UrlScheme scheme, std::string& out) {
  std::string_view value;
  if (!in_.take_string(name, need, string_rule(kUrlLengthMax), value)) return;
  if (strict() && !is_web_url(value, scheme)) {
    in_.add_error(name, scheme == UrlScheme::kRequired
                            ? "must be an http or https URL without spaces"
                            : "must be an http or https URL, or one that begins with //, without spaces");
    return;
  }
  out = value;
}

void FieldReader::optional_url(std::string_view name, UrlScheme scheme, std::optional<std::string>& out) {
  std::string value;
  url(name, Need::kOptional, scheme, value);
  if (!value.empty()) out = std::move(value);
}

void FieldReader::amount(std::string_view name, Need need, Micros min, Micros max, Micros& out) {
  in_.take_micros(name, need, min, max, out);
}

void FieldReader::optional_amount(std::string_view name, Micros min, Micros max, std::optional<Micros>& out) {
  Micros value;
  if (in_.take_micros(name, Need::kOptional, min, max, value)) out = value;
}

void FieldReader::optional_probability(std::string_view name, std::optional<Probability>& out) {
  Probability value;
  if (in_.take_probability(name, Need::kOptional, value)) out = value;
}

void FieldReader::optional_timestamp(std::string_view name, std::optional<Timestamp>& out) {
  Timestamp value;
  if (in_.take_timestamp(name, Need::kOptional, value)) out = value;
}

void FieldReader::multiplier(std::string_view name, Factor& out) {
  in_.take_factor(name, Need::kOptional, kMinMultiplier, kMaxMultiplier, out);
}

void FieldReader::minute(std::string_view name, std::uint16_t& out) {
  std::string_view text;
  if (!in_.take_string(name, Need::kRequired, {0, SIZE_MAX, true}, text)) return;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
  if (text.size() == 5 && text[2] == ':') {
    const int hours = digit(0) * 10 + digit(1);
    const int minutes = digit(3) * 10 + digit(4);
    if ((hours <= 23 && minutes <= 59) || (hours == 24 && minutes == 0)) {
      out = static_cast<std::uint16_t>(hours * 60 + minutes);
      return;
    }
  }
  in_.add_error(name, "must be a time of day, 00:00 to 24:00");
}

bool FieldReader::list(std::string_view name, Need need, std::size_t max,
                       CallableRef<void(const JsonNode&)> visit) {
  return in_.take_array(name, need, list_rule(max), visit);
}

void FieldReader::strings(std::string_view name, std::size_t max, bool are_ids,
                          std::vector<std::string>& out) {
  std::vector<std::string_view> seen;
  list(name, Need::kOptional, max, [&](const JsonNode& node) {
    std::string_view value;
    const bool ok = are_ids ? read_id(node, value, in_.errors())
                            : read_string(node, string_rule(kAttributeLengthMax), value, in_.errors());
    if (!ok) return;
    out.emplace_back(value);
    seen.push_back(value);
  });
  std::ranges::sort(seen);
  if (strict() && std::ranges::adjacent_find(seen) != seen.end())
    in_.add_error(name, "names something twice");
}

void FieldReader::ids(std::string_view name, std::size_t max, std::vector<std::string>& out) {
  strings(name, max, true, out);
}

void FieldReader::attributes(std::string_view name, std::size_t max, std::vector<std::string>& out) {
  strings(name, max, false, out);
}

void read_named_factors(FieldReader& fields, std::string_view name, NamedFactors& out) {
  ObjectReader& in = fields.in_;
  JsonNode map;
  if (!in.take(name, Need::kOptional, map)) return;
  if (map.value.type() != JsonType::kObject) {
    in.add_error(name, "must be an object of names and multipliers");
    return;
  }
  if (fields.strict() && map.value.size() > kBidMultipliersMax) {
    in.add_error(name, "has too many members");
    return;
  }
  for_each_member(map, [&](std::string_view key, const JsonNode& member) {
    if (member.value.is_null()) return;
    const bool fits = !key.empty() && count_characters(key) <= kAttributeLengthMax &&
                      std::ranges::none_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (fields.strict() && !fits) {
      in.errors().add(member.path.pointer(), "must have a name of 1 to 64 characters without control characters");
      return;
    }
    Factor factor;
    if (read_factor(member, kMinMultiplier, kMaxMultiplier, factor, in.errors()))
      out.emplace_back(key, factor);
  });
  std::ranges::sort(out, {}, &NamedFactors::value_type::first);
  if (std::ranges::adjacent_find(out, {}, &NamedFactors::value_type::first) != out.end()) {
    in.add_error(name, "names something twice");
  }
}

}  // namespace gavel
