// A global operator new that counts, for the whole test program it is linked into.
#pragma once

#include <cstddef>

namespace gavel {

// How often this thread has called operator new so far. What C libraries take by malloc is not counted.
std::size_t allocation_count();

}  // namespace gavel
