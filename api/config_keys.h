// Every key of the configuration: its name, unit, bounds and meaning in one table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/config.h"

namespace gavel {

inline constexpr std::int64_t kThreadsMax = 128;

// A key that holds a whole number.
struct NumberKey {
  std::string_view name;  // "http.linger_ms" stands in [http]
  std::int64_t& (*at)(Config&);
  std::string_view unit;
  std::int64_t min, max;
  std::string_view help;
  bool power_of_two = false;
};
std::span<const NumberKey> number_keys();

// What is wrong with a text, or nothing.
using TextCheck = std::optional<std::string> (*)(const std::string&);
std::optional<std::string> check_listen(const std::string& text);
std::optional<std::string> check_not_empty(const std::string& text);

// A key that holds a text.
struct TextKey {
  std::string_view name;
  std::string& (*at)(Config&);
  TextCheck check;
  std::string_view help;
};
std::span<const TextKey> text_keys();

// The keys that hold something else.
inline constexpr std::string_view kClockStart = "clock.start";
inline constexpr std::string_view kApiKeys = "api_keys";

// The name of the key that is also called `name`; `name` itself where it is nobody's other name.
std::string_view first_name(std::string_view name);

std::vector<std::string> known_keys();
// "clock" of "clock.mode", and so on.
std::vector<std::string> known_sections();
// The one of `known`, which must not be empty, that takes the fewest changes of a letter.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

}  // namespace gavel
