// What gaveld does with a data directory that nobody serves from: verifies it, or restores a checkpoint.
#pragma once

#include <string>

namespace gavel {

// --verify: prints what was found, for a person or as one line of JSON, to standard output, and now and then
// how far it is to standard error. The exit code: 0 where everything agrees, 1 where it does not or cannot be
// read.
int verify_command(const std::string& data_dir, bool json);

// --restore: prints one line. The exit code: 0 or 1.
int restore_command(const std::string& checkpoint, const std::string& data_dir, bool force);

}  // namespace gavel
