#include "api/resources/spool_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace gavel {

namespace {
constexpr std::size_t kBufferBytes = 64 * 1024;
}

std::optional<SpoolFile> SpoolFile::create(const std::string& directory) {
  // Not O_TMPFILE: not every file system has it.
  std::string path = directory + "/bulk-XXXXXX";
  const int file = mkostemp(path.data(), O_CLOEXEC);
  if (file < 0) return std::nullopt;
  unlink(path.c_str());
  return SpoolFile(file);
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      buffer_(std::move(other.buffer_)),
      length_(other.length_),
      failed_(other.failed_) {}

SpoolFile::~SpoolFile() {
  if (file_ >= 0) close(file_);
}

void SpoolFile::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void SpoolFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !failed_) {
    const ssize_t written = write(file_, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
      length_ += static_cast<std::uint64_t>(written);
    } else if (written == 0 || errno != EINTR) {
      failed_ = true;
    }
  }
  buffer_.clear();
}

bool SpoolFile::read(std::uint64_t begin, std::size_t size, std::string& out) {
  if (begin + size > length_) flush();
  if (failed_ || begin + size > length_) return false;
  out.resize(size);
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = pread(file_, out.data() + done, size - done, static_cast<off_t>(begin + done));
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (got == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::optional<SpoolFile::Finished> SpoolFile::finish() {
  flush();
  if (failed_ || lseek(file_, 0, SEEK_SET) != 0) return std::nullopt;
  return Finished{std::exchange(file_, -1), length_};
}

}  // namespace gavel
