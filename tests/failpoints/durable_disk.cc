// A disk that can lose its power: what of a directory tree would be left, kept beside it at every moment.
//
// GAVEL_DISK="TREE:KEPT" makes this program's fsync() and fdatasync(), which RocksDB calls as well, write to
// the directory KEPT what they make durable of TREE, before they return: of a file its bytes, of a directory
// its names. What is never synced is never there, and neither is a file whose directory was not synced after
// it was made. So whenever the process is killed, KEPT is the disk after a power cut (tests/crash/power_cut.h
// makes a tree of it):
//
//   KEPT/root           the inode number of TREE
//   KEPT/INODE.names    a synced directory: "INODE d|f NAME", a line each
//   KEPT/INODE.bytes    a file, as far as it was synced
//
// This is as strict as POSIX, stricter than ext4, which makes a new file's name durable together with its
// bytes. On btrfs RocksDB relies on that and does not sync its directories, so there the tests would fail in
// vain. Files may grow and may be replaced, but what was synced of one may not be overwritten in place;
// nothing in the data directory is.
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

#include "budget/failpoint.h"

namespace {

[[noreturn]] void give_up(const std::string& what) {
  std::perror(("durable disk: " + what).c_str());
  std::abort();
}

int open_or_give_up(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) give_up(path);
  return fd;
}

std::string path_of(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

class DurableDisk {
 public:
  // Whatever is in `tree` counts as synced.
  DurableDisk(std::string tree, std::string kept) : tree_(std::move(tree)), kept_(std::move(kept)) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    const int root = open_or_give_up(tree_, O_RDONLY | O_DIRECTORY);
    keep_all(root);
    std::ofstream(kept_ + "/root") << stat_of(root).st_ino << '\n';
    close(root);
  }

  void sync(int fd) {
    std::string path(4'096, '\0');
    const ssize_t size = readlink(path_of(fd).c_str(), path.data(), path.size());
    if (size < 0) give_up("readlink");
    path.resize(static_cast<std::size_t>(size));
    if (path != tree_ && !path.starts_with(tree_ + "/")) return;
    const std::lock_guard lock(mutex_);
    keep(fd);
  }

 private:
  // A file or directory that was seen. It stays open, so that its inode number is not given to another.
  struct Seen {
    int from = -1;
    int to = -1;  // files only
    off_t bytes = 0;
  };

  static struct stat stat_of(int fd) {
    struct stat s {};
    if (fstat(fd, &s) != 0) give_up("fstat");
    return s;
  }

  std::string name_of(ino_t inode, const char* kind) const {
    return kept_ + "/" + std::to_string(inode) + kind;
  }

  Seen& see(int fd) {
    const struct stat s = stat_of(fd);
    const auto [seen, is_new] = seen_.try_emplace(s.st_ino);
    if (is_new) {
      seen->second.from = open_or_give_up(path_of(fd), O_RDONLY);
      if (!S_ISDIR(s.st_mode))
        seen->second.to = open_or_give_up(name_of(s.st_ino, ".bytes"), O_WRONLY | O_CREAT | O_TRUNC);
    }
    return seen->second;
  }

  void keep(int fd) {
    if (S_ISDIR(stat_of(fd).st_mode)) {
      see(fd);
      keep_names(fd, false);
    } else {
      keep_bytes(see(fd));
    }
  }

  void keep_bytes(Seen& file) {
    char buffer[64 * 1024];
    for (;;) {
      const ssize_t size = pread(file.from, buffer, sizeof buffer, file.bytes);
      if (size < 0) give_up("pread");
      if (size == 0) return;
      if (pwrite(file.to, buffer, static_cast<std::size_t>(size), file.bytes) != size) give_up("pwrite");
      file.bytes += size;
    }
  }

  // `deep`: with all that is below, too.
  void keep_names(int fd, bool deep) {
    DIR* const directory = fdopendir(open_or_give_up(path_of(fd), O_RDONLY | O_DIRECTORY));
    if (directory == nullptr) give_up("fdopendir");
    std::string names;
    while (const dirent* const entry = readdir(directory)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      const int child = openat(dirfd(directory), entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
      if (child < 0) continue;  // removed meanwhile
      see(child);
      const struct stat s = stat_of(child);
      names += std::to_string(s.st_ino) + (S_ISDIR(s.st_mode) ? " d " : " f ") + name + "\n";
      if (deep) keep_all(child);
      close(child);
    }
    closedir(directory);
    const std::string path = name_of(stat_of(fd).st_ino, ".names");
    std::ofstream(path + ".new") << names;
    if (rename((path + ".new").c_str(), path.c_str()) != 0) give_up(path);
  }

  void keep_all(int fd) {
    Seen& seen = see(fd);
    if (seen.to < 0) {
      keep_names(fd, true);
    } else {
      keep_bytes(seen);
    }
  }

  const std::string tree_, kept_;
  std::mutex mutex_;
  std::map<ino_t, Seen> seen_;
};

// None where the environment asks for none. Never destroyed: the last syncs come late.
DurableDisk* make_disk() {
  const char* const text = std::getenv("GAVEL_DISK");
  if (text == nullptr) return nullptr;
  const std::string both = text;
  const auto colon = both.find(':');
  return new DurableDisk(both.substr(0, colon), both.substr(colon + 1));
}

DurableDisk* const the_disk = make_disk();  // before main() writes anything

int sync_with(long system_call, int fd) {
  GAVEL_FAILPOINT("disk-before-sync");
  if (GAVEL_FAULT("failed-sync")) {
    errno = EIO;
    return -1;
  }
  // The files in the page cache are all of a disk that this machine pretends to have: no real sync is needed.
  if (the_disk == nullptr) return static_cast<int>(syscall(system_call, fd));
  the_disk->sync(fd);
  return 0;
}

}  // namespace

// The program's own definitions go before the C library's, for the libraries that it uses, too.
extern "C" int fsync(int fd) {
  return sync_with(SYS_fsync, fd);
}
extern "C" int fdatasync(int fd) {
  return sync_with(SYS_fdatasync, fd);
}
