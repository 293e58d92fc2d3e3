// Which number a document was refused for: the parser says only that there is one.
#pragma once

#include <string_view>

#include "api/field_error.h"

namespace gavel {

// The first number of `text` that is none of JSON's, an integer of more than 64 bits, or beyond every double,
// at its JSON pointer. Requires that all before it is well-formed. Where there is no such number, an error at
// "".
FieldError number_fault(std::string_view text);

}  // namespace gavel
