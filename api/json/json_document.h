// What json_reader.cc needs of a parsed value beyond its public face.
#pragma once

#include <cstdint>

#include "api/json/json_reader.h"

namespace gavel {

// The value of a number of type kInteger; false where it is above 2^63 - 1.
bool json_integer(const JsonValue& value, std::int64_t& out);

}  // namespace gavel
