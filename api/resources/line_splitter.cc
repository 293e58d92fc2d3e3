#include "api/resources/line_splitter.h"

namespace gavel {

void LineSplitter::feed(std::string_view text,
                        CallableRef<void(std::uint64_t, std::string_view, bool)> visit) {
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view part = text.substr(0, newline);
    const bool whole = unfinished_.empty() && !too_long_ && newline != std::string_view::npos;
    if (whole) {
      end_line(part, visit);
    } else {
      keep(part);
      if (newline != std::string_view::npos) finish(visit);
    }
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
}

void LineSplitter::finish(CallableRef<void(std::uint64_t, std::string_view, bool)> visit) {
  const std::string line = std::move(unfinished_);
  unfinished_.clear();
  end_line(line, visit);
}

void LineSplitter::keep(std::string_view text) {
  if (too_long_ || unfinished_.size() + text.size() > line_bytes_max_) {
    too_long_ = true;
    unfinished_.clear();
  } else {
    unfinished_ += text;
  }
}

void LineSplitter::end_line(std::string_view line,
                            CallableRef<void(std::uint64_t, std::string_view, bool)> visit) {
  ++number_;
  const bool too_long = too_long_ || line.size() > line_bytes_max_;
  too_long_ = false;
  if (too_long) {
    visit(number_, {}, true);
  } else if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
    visit(number_, line, false);
  }
}

}  // namespace gavel
