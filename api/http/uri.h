// Percent-decoding, strict.
#pragma once

#include <string>
#include <string_view>

namespace gavel {

// Sets `out` to `text` with %XX decoded (RFC 3986, section 2.1). False where an escape is malformed, or where
// the result is not valid UTF-8 or holds a control character; `out` is unspecified then.
bool percent_decode(std::string_view text, std::string& out);

// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace gavel
