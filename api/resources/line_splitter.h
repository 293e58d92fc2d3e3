// Lines out of pieces of text, with a limit on their length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/json/json_reader.h"

namespace gavel {

// Not thread-safe. Keeps at most one unfinished line.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  // Calls `visit(number, line, too_long)` for each line that ends in `text`, numbered from 1. Blank lines
  // (spaces, tabs, a carriage return) are counted and not visited. Of a line that is too long nothing is
  // kept: `line` is empty.
  void feed(std::string_view text, CallableRef<void(std::uint64_t, std::string_view, bool)> visit);
  // The last line, where it has no newline.
  void finish(CallableRef<void(std::uint64_t, std::string_view, bool)> visit);

 private:
  void end_line(std::string_view line, CallableRef<void(std::uint64_t, std::string_view, bool)> visit);
  void keep(std::string_view text);

  const std::size_t line_bytes_max_;
  std::string unfinished_;
  bool too_long_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace gavel
