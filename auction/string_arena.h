// Memory for strings that live as long as their owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace gavel {

// Grow-only. Each string lies behind its length, aligned to 4 bytes. Not thread-safe; what was stored may be
// read from any thread that learned of its address after store() returned.
class StringArena {
 public:
  // The address by which view() gives the string again. Lives as long as the arena.
  const char* store(std::string_view text);

  static std::string_view view(const char* stored);

  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  static constexpr std::size_t kChunkBytesMin = 4 * 1024;
  static constexpr std::size_t kChunkBytesMax = 256 * 1024;

  char* allocate(std::size_t bytes);

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t memory_bytes_ = 0;
};

}  // namespace gavel
