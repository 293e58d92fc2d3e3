#include "auction/string_arena.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace gavel {

StringArena::~StringArena() {
  for (std::size_t i = 0; i < chunks_.size(); ++i) delete[] chunks_[i];
}

StringArena::Ref StringArena::store(std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::size_t bytes = (sizeof length + text.size() + kUnit - 1) / kUnit * kUnit;
  if (bytes > free_bytes_) {
    if (chunks_.size() == kChunksMax) throw std::length_error("more than 16 GiB of names");
    // Chunks grow with the arena, so that many small arenas stay small. A longer string has a chunk of its
    // own.
    const std::size_t chunk = std::max(bytes, std::clamp(memory_bytes_, kChunkBytesMin, kChunkBytesMax));
    auto memory = std::make_unique_for_overwrite<char[]>(chunk);
    chunks_.grow_to(chunks_.size() + 1);
    chunks_[chunks_.size() - 1] = memory.release();
    free_at_ = 0;
    free_bytes_ = chunk;
    memory_bytes_ += chunk;
  }
  const std::size_t chunk = chunks_.size() - 1;
  char* place = chunks_[chunk] + free_at_;
  std::memcpy(place, &length, sizeof length);
  if (!text.empty()) std::memcpy(place + sizeof length, text.data(), text.size());
  const auto ref = static_cast<Ref>(chunk << kPlaceBits | free_at_ / kUnit);
  free_at_ += bytes;
  free_bytes_ -= bytes;
  return ref;
}

std::string_view StringArena::view(Ref ref) const {
  const char* stored = at(ref);
  std::uint32_t length = 0;
  std::memcpy(&length, stored, sizeof length);
  return {stored + sizeof length, length};
}

}  // namespace gavel
