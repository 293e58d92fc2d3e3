// How much room is left on the disk of a directory, and how much of it is to stay free.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace gavel {

// Of a small disk the reserve is at most this part.
inline constexpr std::uint64_t kReserveShareOfDisk = 8;

// All members are thread-safe.
class DiskRoom {
 public:
  explicit DiskRoom(std::string path) : path_(std::move(path)) {}

  // From now on `bytes` are to stay free, or an eighth of the disk where that is less. 0, as at first: nothing is.
  void keep_free(std::uint64_t bytes);
  // What is to stay free, in bytes.
  std::uint64_t reserve() const { return reserve_.load(std::memory_order_relaxed); }

  // What unprivileged users may still write, in bytes; as much as can be where the disk cannot be asked: a write
  // then finds out.
  std::uint64_t free_bytes() const;
  // Whether the reserve is still whole after `bytes` more. Always, where nothing is to stay free.
  bool has(std::uint64_t bytes) const;

 private:
  const std::string path_;
  std::atomic<std::uint64_t> reserve_{0};
};

}  // namespace gavel
