// The log: one line an event on standard error. No tokens, keys or user ids ever go in.
#pragma once

#include <string>

#include "api/config.h"

namespace gavel {

// Sets up spdlog's default logger: UTC times, standard error, the configured level (trace, debug, info, warn,
// error).
void start_logging(const std::string& level);

// The first line: version and configuration; and a warning where everybody on this machine is admin.
void log_start(const Config& config, const std::string& version);

}  // namespace gavel
