// What a power cut leaves: a tree made of what the server with the durable disk has synced.
#pragma once

#include <filesystem>
#include <random>

#include "tests/support/temp_dir.h"

namespace gavel {

// What becomes of that which was written but not synced. POSIX allows all of it.
enum class Unsynced {
  kLost,       // nothing of it is there
  kTorn,       // of each file some more bytes are there than were synced
  kHoles,      // all bytes are there but for some sectors, which hold zeros
  kNamesOnly,  // all names are there, even of files that have no bytes yet, and removed ones are gone
};

// A disk for one run of gaveld_failpoints (see tests/failpoints/durable_disk.cc).
class PowerCut {
 public:
  // Of everything below `tree`, which must exist when the server starts.
  explicit PowerCut(std::filesystem::path tree) : tree_(std::move(tree)) {}

  // For the server's environment.
  std::string variable() const { return "GAVEL_DISK=" + tree_.string() + ":" + kept_.path().string(); }

  // Replaces the directory `name` of the tree by what the disk has of it: as if power went in the moment in
  // which the server was killed. Not there at all where its name was never synced.
  void leave(const std::string& name, Unsynced unsynced, std::mt19937_64& rng) const;

 private:
  std::filesystem::path tree_;
  TempDir kept_;
};

}  // namespace gavel
