// Memory for strings that live as long as their owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "budget/stable_vector.h"

namespace gavel {

// Grow-only. Each string lies behind its length, aligned to 4 bytes, and is known by a number of 32 bits,
// half of what its address would take. Not thread-safe; what was stored may be read from any thread that
// learned of its number after store() returned.
class StringArena {
 public:
  using Ref = std::uint32_t;

  StringArena() = default;
  StringArena(const StringArena&) = delete;
  StringArena& operator=(const StringArena&) = delete;
  ~StringArena();

  // The number by which view() gives the string again. std::length_error beyond 16 GiB.
  Ref store(std::string_view text);
  std::string_view view(Ref ref) const;
  void prefetch(Ref ref) const { __builtin_prefetch(at(ref)); }

  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  // A number is that of a chunk and, below, the string's place in it in units of 4 bytes.
  static constexpr std::size_t kUnit = 4;
  static constexpr int kPlaceBits = 14;
  static constexpr std::size_t kChunkBytesMin = 4 * 1024;
  static constexpr std::size_t kChunkBytesMax = kUnit << kPlaceBits;
  static constexpr std::size_t kChunksMax =
      (std::size_t{1} << (32 - kPlaceBits)) - 1;  // no number is 0xFFFFFFFF

  const char* at(Ref ref) const {
    return chunks_[ref >> kPlaceBits] + std::size_t{ref % (1u << kPlaceBits)} * kUnit;
  }

  StableVector<char*> chunks_;
  std::size_t free_at_ = 0;  // in the last chunk
  std::size_t free_bytes_ = 0;
  std::size_t memory_bytes_ = 0;
};

}  // namespace gavel
