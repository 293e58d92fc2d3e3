// What may be too long for memory, kept until it is sent or read again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gavel {

// As much stays in memory; what is longer goes to a file.
inline constexpr std::size_t kSpoolMemoryBytes = 64 * 1024;

// Not thread-safe. Its file, if one is needed, has no name from the start on, so nothing of it outlives the process. Making,
// writing and closing such a file may wait for the file system's journal: append(), read(), finish() and the end of a Spool with a
// file do, its beginning does not. A worker between two auctions begins one and, of the rest, only
// closes a long answer's file once that is sent.
class Spool {
 public:
  // The file would be made in `directory`.
  explicit Spool(std::string directory) : directory_(std::move(directory)) {}
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void append(std::string_view text);
  std::uint64_t length() const { return written_ + buffer_.size(); }  // of all that was appended

  // Puts the `size` bytes from `begin` on into `out`. False where they were not appended, or could not be
  // written (the disk is full, or no file can be made) or read.
  bool read(std::uint64_t begin, std::size_t size, std::string& out);

  // All of it: `text`, or the file where there is one.
  struct Finished {
    std::string text;
    int file = -1;             // the caller's from now on
    std::uint64_t length = 0;  // of the file
  };
  // Nothing where something could not be written. Nothing else is called afterwards.
  std::optional<Finished> finish();

 private:
  void flush();

  std::string directory_;
  int file_ = -1;
  std::string buffer_;         // what follows the file's part
  std::uint64_t written_ = 0;  // bytes of the file
  bool failed_ = false;
};

}  // namespace gavel
