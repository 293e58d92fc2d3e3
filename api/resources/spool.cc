#include "api/resources/spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "budget/log.h"

namespace gavel {

namespace {

// Not O_TMPFILE: not every file system has it. -1 where no file can be made.
int make_nameless_file(const std::string& directory) {
  std::string path = directory + "/bulk-XXXXXX";
  const int file = mkostemp(path.data(), O_CLOEXEC);
  if (file >= 0) {
    unlink(path.c_str());
  } else {
    log_warning("no file can be made in " + directory + ": " + std::generic_category().message(errno));
  }
  return file;
}

}  // namespace

Spool::~Spool() {
  if (file_ >= 0) close(file_);
}

void Spool::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() > kSpoolMemoryBytes) flush();
}

void Spool::flush() {
  if (file_ < 0 && !failed_) {
    file_ = make_nameless_file(directory_);
    failed_ = file_ < 0;
  }
  std::string_view rest = buffer_;
  while (!rest.empty() && !failed_) {
    const ssize_t written = write(file_, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
      written_ += static_cast<std::uint64_t>(written);
    } else if (written == 0 || errno != EINTR) {
      failed_ = true;
    }
  }
  buffer_.clear();
}

bool Spool::read(std::uint64_t begin, std::size_t size, std::string& out) {
  if (failed_ || begin + size > length()) return false;
  if (begin >= written_) {
    out.assign(buffer_, begin - written_, size);
    return true;
  }
  if (begin + size > written_) flush();
  if (failed_) return false;
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

std::optional<Spool::Finished> Spool::finish() {
  if (file_ < 0 && !failed_) return Finished{.text = std::move(buffer_)};
  flush();
  if (failed_ || lseek(file_, 0, SEEK_SET) != 0) return std::nullopt;
  return Finished{.text = {}, .file = std::exchange(file_, -1), .length = written_};
}

}  // namespace gavel
