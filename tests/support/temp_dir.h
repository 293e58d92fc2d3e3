// A directory of a test's own that is gone when the test is.
#pragma once

#include <filesystem>
#include <string>

namespace gavel {

// Made empty under the system's directory for temporary files, removed with everything in it by the
// destructor. Ends the program where it cannot be made: no test can go on without it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The path of `name` in it, as a string.
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Replaces the file's content. Ends the program where it cannot be written.
void write_file(const std::filesystem::path& path, const std::string& content);
// The file's content, empty where there is no such file.
std::string read_file(const std::filesystem::path& path);

}  // namespace gavel
