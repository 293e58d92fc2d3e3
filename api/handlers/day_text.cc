#include "api/handlers/day_text.h"

#include <array>
#include <cstdio>

namespace gavel {

std::string day_text(Day day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace gavel
