// Asking the processor for memory before it is read.
#pragma once

#include <cstddef>

namespace gavel {

inline constexpr std::size_t kCacheLine = 64;

// Fetches all lines that `bytes` (at least one) lie in, however they are aligned.
inline void prefetch_bytes(const void* begin, std::size_t bytes) {
  const char* const first = static_cast<const char*>(begin);
  for (std::size_t offset = 0; offset < bytes; offset += kCacheLine) __builtin_prefetch(first + offset);
  __builtin_prefetch(first + bytes - 1);
}

// Fetches all of the object, and `more` bytes behind it.
template <class T>
void prefetch_object(const T* object, std::size_t more = 0) {
  prefetch_bytes(object, sizeof(T) + more);
}

}  // namespace gavel
