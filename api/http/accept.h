// What an Accept header asks for (RFC 9110, section 12.5.1).
#pragma once

#include <string_view>

namespace gavel {

// Whether the header (its lines joined by commas, empty = absent) rather has `type` than `otherwise`, both
// such as "text/csv" in lower case: by quality, then by how exactly it names them, then by which it names
// first. False where it asks for neither. Parameters other than q are not looked at; a range that is
// malformed asks for nothing.
bool prefers(std::string_view accept, std::string_view type, std::string_view otherwise);

}  // namespace gavel
