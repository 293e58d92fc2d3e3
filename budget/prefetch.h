// Asking the processor for memory before it is read.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gavel {

inline constexpr std::size_t kCacheLine = 64;

// Fetches all lines that `bytes` (at least one) lie in, however they are aligned. What lies nowhere is not fetched: `begin` may be null, which
// is not looked at, as it may have to come from memory itself.
inline void prefetch_bytes(const void* begin, std::size_t bytes) {
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  const auto fetch = [first](std::size_t offset) { __builtin_prefetch(reinterpret_cast<const void*>(first + offset)); };
  for (std::size_t offset = 0; offset < bytes; offset += kCacheLine) fetch(offset);
  fetch(bytes - 1);
}

// Fetches all of the object, and `more` bytes behind it.
template <class T>
void prefetch_object(const T* object, std::size_t more = 0) {
  prefetch_bytes(object, sizeof(T) + more);
}

}  // namespace gavel
