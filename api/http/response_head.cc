#include "api/http/response_head.h"

#include <array>

#include "api/http/response.h"
#include "api/json/json_writer.h"

namespace gavel {
namespace {

void append_two(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

void append_head(std::string& out, const ResponseHead& head) {
  out += "HTTP/1.1 ";
  append_integer(out, head.status);
  out += ' ';
  out += status_phrase(head.status);
  out += "\r\n";
  out += head.date;
  if (has_body(head.status)) {
    out += "Content-Type: ";
    out += head.content_type;
    out += "\r\nContent-Length: ";
    append_unsigned(out, head.content_length);
    out += "\r\n";
  }
  out += head.headers;
  if (head.connection == ConnectionHeader::kClose) out += "Connection: close\r\n";
  if (head.connection == ConnectionHeader::kKeepAlive) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

std::string date_line(Timestamp now) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  std::string line = "Date: ";
  line += kDays[std::chrono::weekday(day).c_encoding()];
  line += ", ";
  append_two(line, static_cast<unsigned>(date.day()));
  line += ' ';
  line += kMonths[static_cast<unsigned>(date.month()) - 1];
  line += ' ';
  append_integer(line, static_cast<int>(date.year()));
  line += ' ';
  append_two(line, static_cast<unsigned>(time.hours().count()));
  line += ':';
  append_two(line, static_cast<unsigned>(time.minutes().count()));
  line += ':';
  append_two(line, static_cast<unsigned>(time.seconds().count()));
  line += " GMT\r\n";
  return line;
}

}  // namespace gavel
