// The command line of gaveld.
#pragma once

#include <optional>
#include <string>

#include "api/config.h"

namespace gavel {

// What to do: print something and exit, or serve with a configuration, or look after its data directory.
struct CommandLine {
  enum class Task { kServe, kVerify, kRestore };
  std::optional<std::string> print;  // for --help, --version, and for what is wrong
  int exit_code = 0;                 // with `print`
  Config config;                     // checked, where there is nothing to print
  Task task = Task::kServe;
  bool json = false;       // of kVerify
  std::string checkpoint;  // of kRestore: where from
  bool force = false;      // of kRestore
};

// --config FILE, --listen HOST:PORT and --data-dir DIR (which go before the file), --help-config, --version,
// --help; --verify [--json] and --restore DIR [--force] instead of serving. Without --config, the defaults. A
// wrong command line or configuration gives one line and exit code 1.
CommandLine parse_command_line(int argc, const char* const* argv, const std::string& version);

}  // namespace gavel
