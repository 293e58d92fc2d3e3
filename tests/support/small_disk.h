// A disk so small that a test can fill it.
#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace gavel {

// Mounts memory over a directory that exists, until it is destroyed: whatever uses the directory must be gone by then.
class SmallDisk {
 public:
  SmallDisk() = default;
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (!path_.empty()) ::umount(path_.c_str());
  }

  // `size` as mount(8) takes it: "size=12m". False where mounting is not permitted.
  bool mount(const std::filesystem::path& path, const char* size) {
    if (::mount("tmpfs", path.c_str(), "tmpfs", 0, size) != 0) return false;
    path_ = path;
    return true;
  }
  // Gives it another size.
  bool resize(const char* size) const { return ::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, size) == 0; }
  std::uintmax_t left() const { return std::filesystem::space(path_).available; }
  // Leaves about `bytes` free.
  void fill_up(std::uintmax_t bytes) const {
    std::ofstream file(ballast(), std::ios::binary | std::ios::app);
    const std::string block(4'096, 'x');
    while (left() > bytes && file.write(block.data(), 4'096).flush()) {
    }
  }
  // Takes away all that filled it up.
  void make_room() const { std::filesystem::remove(ballast()); }

 private:
  std::filesystem::path ballast() const { return path_ / "ballast"; }
  std::filesystem::path path_;
};

}  // namespace gavel
