// The log as the lower rooms see it: one line an event. api/logging.h says where it goes.
#pragma once

#include <string_view>

namespace gavel {

// Thread-safe. No tokens, keys or user ids.
void log_warning(std::string_view line);
void log_error(std::string_view line);

// Logs why, waits until the line is written, and ends the process with exit code 70 (EX_SOFTWARE of
// sysexits.h) and without destructors: for when going on could answer for what is not on the disk.
[[noreturn]] void end_process(std::string_view why);

}  // namespace gavel
