#include "auction/string_arena.h"

#include <algorithm>
#include <cstring>

namespace gavel {

const char* StringArena::store(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  char* place = allocate(sizeof length + text.size());
  std::memcpy(place, &length, sizeof length);
  if (!text.empty()) std::memcpy(place + sizeof length, text.data(), text.size());
  return place;
}

std::string_view StringArena::view(const char* stored) {
  std::uint32_t length = 0;
  std::memcpy(&length, stored, sizeof length);
  return {stored + sizeof length, length};
}

char* StringArena::allocate(std::size_t bytes) {
  bytes = (bytes + 3) / 4 * 4;
  if (bytes > free_bytes_) {
    // Chunks grow with the arena, so that many small arenas stay small.
    const std::size_t chunk = std::max(bytes, std::clamp(memory_bytes_, kChunkBytesMin, kChunkBytesMax));
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
    free_ = chunks_.back().get();
    free_bytes_ = chunk;
    memory_bytes_ += chunk;
  }
  char* place = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return place;
}

}  // namespace gavel
