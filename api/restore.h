// Putting a checkpoint in the place of a damaged database. Nothing that was there is deleted.
#pragma once

#include <string>

#include "budget/result.h"

namespace gavel {

struct RestoreOptions {
  std::string checkpoint;  // what POST /v1/admin/checkpoint made, or a data directory that nobody serves from
  std::string data_dir;    // where to
  bool force = false;      // also where data_dir holds a database that opens
};

struct Restored {
  std::string summary;  // one line for a person
};
struct RestoreError {
  std::string message;  // one line for a person
};

// Copies the database and the files beside it (the server's own token keys) into `data_dir`, durably, and
// opens the copy before it takes the place of what was there, in one step. What was there stays beside it
// under a name of its own: a database that does not open as db.damaged-<n>, one that opens, with `force`, as
// db.replaced-<n>, a file that is another as <name>.replaced-<n>. On success one line for a person of what
// was done; on failure why not, and `data_dir` still has its own database.
Result<Restored, RestoreError> restore_checkpoint(const RestoreOptions& options);

}  // namespace gavel
