// Who includes whom, read from the sources.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace gavel {

// The project's includes ("budget/money.h") and the others ("rocksdb/db.h"), a set for each source file.
// Paths are relative to the root of the sources.
struct IncludeGraph {
  std::map<std::string, std::set<std::string>> project;
  std::map<std::string, std::set<std::string>> system;

  // Reads every .h and .cc below `folders` of `root`.
  static IncludeGraph read(const std::filesystem::path& root, const std::vector<std::string>& folders);

  // Every header outside the project that the file sees, by whatever way.
  std::set<std::string> seen_by(const std::string& file) const;
  // The files of one circle of includes, first and last the same; empty where there is none.
  std::vector<std::string> find_circle() const;
};

}  // namespace gavel
