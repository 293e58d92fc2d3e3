// What is too long for memory, kept in a file without a name until it is sent or read again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gavel {

// Not thread-safe. The file has no name from the start on, so nothing of it outlives the process.
class SpoolFile {
 public:
  // Nothing where no file can be made in `directory`.
  static std::optional<SpoolFile> create(const std::string& directory);
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&&) = delete;
  ~SpoolFile();

  void append(std::string_view text);
  std::uint64_t length() const { return length_ + buffer_.size(); }  // of all that was appended

  // Puts the `size` bytes from `begin` on into `out`. False where they were not appended, or could not be
  // written (the disk is full) or read.
  bool read(std::uint64_t begin, std::size_t size, std::string& out);

  struct Finished {
    int file;  // the caller's from now on
    std::uint64_t length;
  };
  // Nothing where something could not be written (the disk is full).
  std::optional<Finished> finish();

 private:
  explicit SpoolFile(int file) : file_(file) {}
  void flush();

  int file_;
  std::string buffer_;
  std::uint64_t length_ = 0;
  bool failed_ = false;
};

}  // namespace gavel
