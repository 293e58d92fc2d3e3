#include "tests/crash/power_cut.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace gavel {
namespace {

namespace fs = std::filesystem;

struct Name {
  ino_t inode = 0;
  char kind = 'f';  // 'd' a directory
  std::string name;
};

ino_t inode_of(const fs::path& path) {
  struct stat s {};
  return lstat(path.c_str(), &s) == 0 ? s.st_ino : 0;
}

// Makes a tree of what was kept; `live` is where the files are as they were written.
class Restorer {
 public:
  Restorer(fs::path kept, const fs::path& live, Unsynced unsynced, std::mt19937_64& rng)
      : kept_(std::move(kept)), unsynced_(unsynced), rng_(rng) {
    live_.emplace(inode_of(live), live);
    for (const auto& entry : fs::recursive_directory_iterator(live))
      live_.emplace(inode_of(entry.path()), entry.path());
  }

  std::vector<Name> names_of(ino_t directory) const {
    return unsynced_ == Unsynced::kNamesOnly ? written_names(directory) : synced_names(directory);
  }

  void restore(const Name& entry, const fs::path& to) {
    if (entry.kind == 'f') return write_file(to, bytes_of(entry.inode));
    fs::create_directory(to);
    for (const Name& child : names_of(entry.inode)) restore(child, to / child.name);
  }

 private:
  fs::path kept_file(ino_t inode, const char* kind) const { return kept_ / (std::to_string(inode) + kind); }

  std::vector<Name> synced_names(ino_t directory) const {
    std::vector<Name> names;
    std::istringstream lines(read_file(kept_file(directory, ".names")));
    for (Name n; lines >> n.inode >> n.kind >> n.name;) names.push_back(n);
    return names;
  }

  std::vector<Name> written_names(ino_t directory) const {
    std::vector<Name> names;
    const auto path = live_.find(directory);
    if (path == live_.end()) return names;
    for (const auto& entry : fs::directory_iterator(path->second)) {
      names.push_back({inode_of(entry.path()), entry.is_directory() ? 'd' : 'f', entry.path().filename()});
    }
    return names;
  }

  std::string bytes_of(ino_t file) {
    std::string bytes = read_file(kept_file(file, ".bytes"));
    const auto path = live_.find(file);
    if ((unsynced_ != Unsynced::kTorn && unsynced_ != Unsynced::kHoles) || path == live_.end()) return bytes;
    std::string written = read_file(path->second);
    if (written.size() <= bytes.size()) return bytes;
    if (unsynced_ == Unsynced::kTorn)
      return written.substr(0, bytes.size() + rng_() % (written.size() - bytes.size() + 1));
    make_holes(written, bytes.size());
    return written;
  }

  // In what stands behind the first `synced` bytes.
  void make_holes(std::string& bytes, std::size_t synced) {
    constexpr std::size_t kSector = 512;
    for (std::size_t begin = synced; begin < bytes.size();) {
      const std::size_t end = std::min((begin / kSector + 1) * kSector, bytes.size());
      if (rng_() % 2 == 0) bytes.replace(begin, end - begin, end - begin, '\0');
      begin = end;
    }
  }

  const fs::path kept_;
  const Unsynced unsynced_;
  std::mt19937_64& rng_;
  std::map<ino_t, fs::path> live_;
};

}  // namespace

void PowerCut::leave(const std::string& name, Unsynced unsynced, std::mt19937_64& rng) const {
  const fs::path image = kept_.path() / "image";
  ino_t root = 0;
  std::istringstream(read_file(kept_.path() / "root")) >> root;
  Restorer restorer(kept_.path(), tree_, unsynced, rng);
  for (const Name& entry : restorer.names_of(root)) {
    if (entry.name == name) restorer.restore(entry, image);
  }
  fs::remove_all(tree_ / name);
  if (!fs::exists(image)) return;
  fs::copy(image, tree_ / name, fs::copy_options::recursive);
}

}  // namespace gavel
