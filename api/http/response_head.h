// The head of an answer, written by hand into one string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "budget/time.h"

namespace gavel {

enum class ConnectionHeader : std::uint8_t { kNone, kClose, kKeepAlive };

struct ResponseHead {
  int status = 200;
  std::string_view date;          // a whole header line, or nothing
  std::string_view content_type;  // left out where the status has no body
  std::uint64_t content_length = 0;
  std::string_view headers;  // whole header lines
  ConnectionHeader connection = ConnectionHeader::kNone;
};

// Appends status line, fields and the empty line. 204 and 304 get neither type nor length (RFC 9110,
// section 8.6).
void append_head(std::string& out, const ResponseHead& head);

// Whether an answer of this status has a body at all.
constexpr bool has_body(int status) {
  return status != 204 && status != 304;
}

// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" (IMF-fixdate, RFC 9110, section 5.6.7).
std::string date_line(Timestamp now);

}  // namespace gavel
