// Entity tags (RFC 9110, section 8.8.3) and the preconditions that name them (section 13.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gavel {

// The strong tag of a resource's revision: "17" in quotes.
std::string revision_etag(std::uint32_t revision);
// The strong tag of a text: a hash of it, in quotes.
std::string content_etag(std::string_view text);

enum class EtagComparison : std::uint8_t { kStrong, kWeak };
// Whether an If-Match or If-None-Match header names `etag`. `*` names every one. A malformed header names
// none from its fault on.
bool names_etag(std::string_view header, std::string_view etag, EtagComparison comparison);

// Whether If-Match and If-None-Match (empty = absent) let a write go on. `etag` is empty where the resource
// does not exist.
bool preconditions_hold(std::string_view if_match, std::string_view if_none_match, std::string_view etag);

}  // namespace gavel
