// The bytes of claims inside a token: fixed, little-endian, the same on every machine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "budget/claims.h"

namespace gavel {

inline constexpr std::size_t kClaimsBytes = 74;

void write_claims(const Claims& claims, std::span<std::uint8_t, kClaimsBytes> out);

// nullopt where a field holds a value that no claims have.
std::optional<Claims> read_claims(std::span<const std::uint8_t, kClaimsBytes> bytes);

}  // namespace gavel
