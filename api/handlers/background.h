// Work that may block, taken off the workers.
#pragma once

#include <functional>

namespace gavel {

// Runs the task later on another thread; false, and the task is dropped, where too many are waiting.
// Thread-safe.
using Background = std::function<bool(std::function<void()>)>;

}  // namespace gavel
