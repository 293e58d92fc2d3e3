// What the service keeps of a user's id: a keyed hash, from which the id cannot be found again without the
// key.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gavel {

// Drawn once for a data directory and kept there, so that frequency counts survive a restart.
using UserSalt = std::array<std::uint8_t, 16>;

// SipHash-2-4 of the id. Never 0, which stands for "no user"; 0 for an empty id. Thread-safe.
std::uint64_t hash_user(const UserSalt& salt, std::string_view user_id);

}  // namespace gavel
