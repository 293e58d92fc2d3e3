// The command line of gaveld.
#pragma once

#include <optional>
#include <string>

#include "api/config.h"

namespace gavel {

// What to do: print something and exit, or run with a configuration.
struct CommandLine {
  std::optional<std::string> print;  // for --help, --version, and for what is wrong
  int exit_code = 0;                 // with `print`
  Config config;                     // checked, where there is nothing to print
};

// --config FILE, --listen HOST:PORT and --data-dir DIR (which go before the file), --help-config, --version,
// --help. Without --config, the defaults. A wrong command line or configuration gives one line and exit
// code 1.
CommandLine parse_command_line(int argc, const char* const* argv, const std::string& version);

}  // namespace gavel
