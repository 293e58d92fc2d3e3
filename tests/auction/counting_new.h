// A global operator new, and a malloc, that count, for the whole test program they are linked into.
#pragma once

#include <cstddef>

namespace gavel {

// Sanitizers bring a malloc of their own: under them only operator new is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCountsMalloc = false;
#else
inline constexpr bool kCountsMalloc = true;
#endif

// How often this thread has taken memory so far: by operator new, and by what C libraries call.
std::size_t allocation_count();

}  // namespace gavel
