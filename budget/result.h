// One result type for everything that can fail: a value or a named error. Exceptions are for start-up only.
#pragma once

#include <boost/system/result.hpp>

namespace gavel {

// Holds T on success, else E: a small enum, or a struct with a message for a person. Read it with
// `if (!r) return r.error();` and `*r`; `value()` is not used.
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace gavel
