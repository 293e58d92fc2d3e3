#include "api/json/timestamp.h"

#include <chrono>

namespace gavel {
namespace {

// Reads text from its front.
struct Scanner {
  std::string_view rest;

  bool literal(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool letter(char upper) { return literal(upper) || literal(static_cast<char>(upper + ('a' - 'A'))); }
  // Exactly `digits` digits, at most `max`.
  bool number(std::size_t digits, int min, int max, int& out) {
    if (rest.size() < digits) return false;
    int value = 0;
    for (const char c : rest.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(digits);
    out = value;
    return value >= min && value <= max;
  }
};

// The fraction of a second behind its point, in whole microseconds; what is below a microsecond is cut off.
bool scan_fraction(Scanner& in, int& micros) {
  micros = 0;
  int digits = 0;
  while (!in.rest.empty() && in.rest.front() >= '0' && in.rest.front() <= '9') {
    if (digits < 6) micros = micros * 10 + (in.rest.front() - '0');
    in.rest.remove_prefix(1);
    ++digits;
  }
  for (int i = digits; i < 6; ++i) micros *= 10;
  return digits > 0;
}

bool scan_offset(Scanner& in, std::chrono::minutes& offset) {
  if (in.letter('Z')) {
    offset = {};
    return true;
  }
  const bool west = in.literal('-');
  if (!west && !in.literal('+')) return false;
  int hours = 0, minutes = 0;
  if (!in.number(2, 0, 23, hours) || !in.literal(':') || !in.number(2, 0, 59, minutes)) return false;
  offset = std::chrono::minutes{(west ? -1 : 1) * (hours * 60 + minutes)};
  return true;
}

}  // namespace

bool parse_timestamp(std::string_view text, Timestamp& out) {
  using namespace std::chrono;
  Scanner in{text};
  int y = 0, m = 0, d = 0, hour = 0, minute = 0, second = 0, fraction = 0;
  if (!in.number(4, 0, 9999, y) || !in.literal('-') || !in.number(2, 1, 12, m) || !in.literal('-') ||
      !in.number(2, 1, 31, d) || !in.letter('T') || !in.number(2, 0, 23, hour) || !in.literal(':') ||
      !in.number(2, 0, 59, minute) || !in.literal(':') || !in.number(2, 0, 60, second)) {
    return false;
  }
  if (in.literal('.') && !scan_fraction(in, fraction)) return false;
  std::chrono::minutes offset{};
  if (!scan_offset(in, offset) || !in.rest.empty()) return false;
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return false;
  const Timestamp t = sys_days{date} + hours{hour} + std::chrono::minutes{minute} + seconds{second} +
                      microseconds{fraction} - offset;
  // A leap second stands before midnight of UTC (RFC 3339, section 5.7). As everywhere in POSIX it has no
  // number of its own: it is the next second.
  if (second == 60 && floor<seconds>(t) != floor<days>(t)) return false;
  // An offset must not carry a time out of the years that can be written again.
  const year_month_day utc{floor<days>(t)};
  if (utc.year() < year{0} || utc.year() > year{9999}) return false;
  out = t;
  return true;
}

}  // namespace gavel
