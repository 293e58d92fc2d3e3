#include "tests/blackbox/json_match.h"

#include <algorithm>

namespace gavel {
namespace {

using Differences = std::vector<std::string>;

double as_real(const JsonTree& value) {
  if (const auto* number = value.as_int()) return static_cast<double>(*number);
  if (const auto* big = value.as_big()) return static_cast<double>(*big);
  return value.as_double() ? *value.as_double() : 0;
}

bool matches(const JsonTree& expected, const JsonTree& actual) {
  Differences differences;
  match_json(expected, actual, "", differences);
  return differences.empty();
}

// The matcher's member, or nullptr where `expected` is an ordinary value.
const std::pair<std::string, JsonTree>* matcher_of(const JsonTree& expected) {
  const auto* members = expected.as_object();
  const bool is_matcher = members && members->size() == 1 && members->front().first.starts_with('$');
  return is_matcher ? &members->front() : nullptr;
}

bool in_range(const JsonTree& range, const JsonTree& actual) {
  if (!actual.is_number()) return false;
  if (actual.as_int() && range[0].as_int() && range[1].as_int()) {
    return *range[0].as_int() <= *actual.as_int() && *actual.as_int() <= *range[1].as_int();
  }
  return as_real(range[0]) <= as_real(actual) && as_real(actual) <= as_real(range[1]);
}

// Whether each expected item can be given an item of its own (or, where `shared`, any) that matches it.
bool covers(const JsonTree& expected, const JsonTree& actual, bool shared) {
  if (!actual.as_array()) return false;
  std::vector<bool> taken(actual.items().size(), false);
  return std::all_of(expected.items().begin(), expected.items().end(), [&](const JsonTree& wanted) {
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (taken[i] || !matches(wanted, actual[i])) continue;
      taken[i] = !shared;
      return true;
    }
    return false;
  });
}

bool satisfies(const std::string& name, const JsonTree& argument, const JsonTree& actual) {
  if (name == "$any") return true;
  if (name == "$optional") return actual.is_null() || matches(argument, actual);
  if (name == "$between") return in_range(argument, actual);
  if (name == "$contains") return actual.text_or_empty().find(argument.text_or_empty()) != std::string::npos;
  if (name == "$size") {
    const auto size = actual.as_object() ? actual.as_object()->size() : actual.items().size();
    return (actual.as_object() || actual.as_array()) && argument == JsonTree(std::uint64_t{size});
  }
  if (name == "$unordered") {
    return actual.items().size() == argument.items().size() && covers(argument, actual, false);
  }
  if (name == "$has") return covers(argument, actual, true);
  if (name == "$not") return !matches(argument, actual);
  return false;  // $absent, which asks that nothing is there, and names that do not exist
}

void match_members(const JsonTree& expected, const JsonTree& actual, const std::string& pointer,
                   Differences& differences) {
  for (const auto& [name, value] : *expected.as_object()) {
    const std::string place = pointer + "/" + name;
    const auto* matcher = matcher_of(value);
    const auto* found = actual.find(name);
    const bool may_be_absent = matcher && (matcher->first == "$absent" || matcher->first == "$optional");
    if (found) {
      match_json(value, *found, place, differences);
    } else if (!may_be_absent) {
      differences.push_back(place + ": expected " + value.dump() + ", is absent");
    }
  }
}

bool same_scalar(const JsonTree& expected, const JsonTree& actual) {
  if (expected.as_double()) return actual.is_number() && as_real(expected) == as_real(actual);
  return expected == actual;
}

}  // namespace

void match_json(const JsonTree& expected, const JsonTree& actual, const std::string& pointer,
                Differences& differences) {
  const auto differ = [&] {
    differences.push_back(pointer + ": expected " + expected.dump() + ", is " + actual.dump());
  };
  if (const auto* matcher = matcher_of(expected)) {
    if (!satisfies(matcher->first, matcher->second, actual)) differ();
  } else if (expected.as_object()) {
    if (!actual.as_object()) return differ();
    match_members(expected, actual, pointer, differences);
  } else if (expected.as_array()) {
    if (!actual.as_array() || actual.items().size() != expected.items().size()) return differ();
    for (std::size_t i = 0; i < expected.items().size(); ++i) {
      match_json(expected[i], actual[i], pointer + "/" + std::to_string(i), differences);
    }
  } else if (!same_scalar(expected, actual)) {
    differ();
  }
}

}  // namespace gavel
