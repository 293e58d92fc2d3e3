#include "budget/store_log_tail.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gavel {
namespace {

namespace fs = std::filesystem;

// RocksDB's log format: blocks, in which no fragment crosses an end; a fragment is a masked CRC-32C of type
// and payload, the payload's length (2 bytes, little endian), the type, and the payload. A batch is one full
// fragment, or a first one, middle ones and a last one.
constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kHeader = 7;
enum FragmentType : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::size_t kSector = 512;  // the least that a disk writes
constexpr std::size_t kZerosMin = 8;  // fewer zeros, where the file ends within a sector, may be chance

struct Fragment {
  std::uint8_t type = 0;
  std::size_t end = 0;   // where the next one begins; 0: its length cannot be
  bool is_good = false;  // its checksum agrees
};

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    value = (value << 8) | static_cast<unsigned char>(*byte);
  return value;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xA282EAD8U;
}

std::size_t next_block(std::size_t at) {
  return (at / kBlock + 1) * kBlock;
}

// Where a fragment can begin at `at` or after it: the end of a block that has no room for a header is
// skipped.
std::size_t header_at(std::size_t at) {
  return next_block(at) - at < kHeader ? next_block(at) : at;
}

// Requires that a whole header is at `at`.
Fragment fragment_at(std::string_view log, std::size_t at) {
  Fragment fragment;
  const std::size_t length = little_endian(log.substr(at + 4, 2));
  const std::size_t end = at + kHeader + length;
  fragment.type = static_cast<std::uint8_t>(log[at + 6]);
  if (end > std::min(next_block(at), log.size()) || fragment.type < kFull || fragment.type > kLast)
    return fragment;
  fragment.end = end;
  fragment.is_good = little_endian(log.substr(at, 4)) == masked_crc32c(log.substr(at + 6, length + 1));
  return fragment;
}

// Whether a good fragment that begins a batch stands after the one at `at`. After a header that cannot be,
// only the next block tells where fragments begin.
bool batch_begins_after(std::string_view log, std::size_t at) {
  bool is_first = true;
  while (at + kHeader <= log.size()) {
    const Fragment fragment = fragment_at(log, at);
    if (!is_first && fragment.is_good && (fragment.type == kFull || fragment.type == kFirst)) return true;
    is_first = false;
    at = fragment.end == 0 ? next_block(at) : header_at(fragment.end);
  }
  return false;
}

// Whether the part of a sector that the batch from `begin` on was to fill is still empty. The first part is
// judged however short it is: a checksum stands there, which is hardly ever zero.
bool misses_a_sector(std::string_view log, std::size_t begin) {
  std::size_t least = 1;
  while (begin < log.size()) {
    const std::size_t end = std::min((begin / kSector + 1) * kSector, log.size());
    const std::string_view part = log.substr(begin, end - begin);
    if (part.size() >= least && part.find_first_not_of('\0') == std::string_view::npos) return true;
    least = kZerosMin;
    begin = end;
  }
  return false;
}

// The log of the highest number that is not empty.
std::optional<fs::path> newest_log(const std::string& directory) {
  std::optional<fs::path> newest;
  std::uint64_t highest = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".log" || entry.file_size(error) == 0) continue;
    const std::string stem = entry.path().stem().string();
    std::uint64_t number = 0;
    std::from_chars(stem.data(), stem.data() + stem.size(), number);
    if (newest && number <= highest) continue;
    newest = entry.path();
    highest = number;
  }
  return newest;
}

bool truncate_and_sync(const fs::path& file, std::size_t size) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = ::ftruncate(fd, static_cast<off_t>(size)) == 0 && ::fsync(fd) == 0;
  ::close(fd);
  return done;
}

}  // namespace

std::optional<std::size_t> find_torn_batch(std::string_view log) {
  std::size_t batch = 0, at = 0;
  bool inside = false;  // a batch whose last fragment was not seen yet
  while (at + kHeader <= log.size()) {
    const Fragment fragment = fragment_at(log, at);
    const bool begins = fragment.type == kFull || fragment.type == kFirst;
    if (!inside) batch = at;
    if (!fragment.is_good || begins == inside) {
      if (batch_begins_after(log, at) || !misses_a_sector(log, batch)) return std::nullopt;
      return batch;
    }
    inside = fragment.type == kFirst || fragment.type == kMiddle;
    at = header_at(fragment.end);
  }
  return std::nullopt;
}

std::vector<std::string> cut_torn_batches(const std::string& directory) {
  std::vector<fs::path> files;
  if (auto log = newest_log(directory)) files.push_back(std::move(*log));
  std::string manifest;
  if (std::getline(std::ifstream(directory + "/CURRENT"), manifest))
    files.push_back(fs::path(directory) / manifest);

  std::vector<std::string> done;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string log{std::istreambuf_iterator<char>(in), {}};
    const auto at = find_torn_batch(log);
    if (!at || !truncate_and_sync(file, *at)) continue;
    done.push_back("the last batch in " + file.string() +
                   " was cut short while it was written, so it was never answered; its " +
                   std::to_string(log.size() - *at) + " bytes from " + std::to_string(*at) +
                   " on are dropped");
  }
  return done;
}

}  // namespace gavel
