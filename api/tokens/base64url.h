// URL-safe base64 without padding (RFC 4648, section 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gavel {

constexpr std::size_t base64url_chars(std::size_t bytes) {
  return (bytes * 8 + 5) / 6;
}

// Writes base64url_chars(bytes.size()) characters to `out`. For what is no secret: it looks characters up in a table,
// which a neighbour on the processor may watch (libsodium's, which takes care of that, costs fifteen times as much).
// Reading is left to libsodium, which refuses what has a second spelling.
void encode_base64url(std::span<const std::uint8_t> bytes, char* out);

}  // namespace gavel
