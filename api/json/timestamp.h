// Times as clients write them: RFC 3339.
#pragma once

#include <string_view>

#include "budget/time.h"

namespace gavel {

// Reads "2024-11-11T00:00:00.5+08:00", cut to microseconds; a leap second is the second after it. False where
// it is no time, or one out of the years 0 to 9999 in UTC; `out` is left alone then.
bool parse_timestamp(std::string_view text, Timestamp& out);

}  // namespace gavel
