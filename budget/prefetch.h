// Asking the processor for memory before it is read.
#pragma once

#include <cstddef>

namespace gavel {

inline constexpr std::size_t kCacheLine = 64;

// Fetches all of the object, and `more` bytes behind it.
template <class T>
void prefetch_object(const T* object, std::size_t more = 0) {
  const char* const first = reinterpret_cast<const char*>(object);
  for (std::size_t offset = 0; offset < sizeof(T) + more; offset += kCacheLine) __builtin_prefetch(first + offset);
  __builtin_prefetch(first + sizeof(T) + more - 1);
}

}  // namespace gavel
