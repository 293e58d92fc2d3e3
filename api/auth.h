// Who is asking: bearer keys, known by their SHA-256 alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gavel {

enum class Role : std::uint8_t { kAdmin, kPlatform, kAdvertiser };

// A set of roles, for what a route asks.
using RoleSet = std::uint8_t;
constexpr RoleSet role_bit(Role role) {
  return static_cast<RoleSet>(1U << static_cast<unsigned>(role));
}
inline constexpr RoleSet kNoRoleNeeded = 0;
inline constexpr RoleSet kAdminOnly = role_bit(Role::kAdmin);
inline constexpr RoleSet kAdminAndPlatform = role_bit(Role::kAdmin) | role_bit(Role::kPlatform);
inline constexpr RoleSet kAdminAndAdvertiser = role_bit(Role::kAdmin) | role_bit(Role::kAdvertiser);
inline constexpr RoleSet kAnyRole = kAdminAndPlatform | kAdminAndAdvertiser;

using KeyHash = std::array<unsigned char, 32>;  // SHA-256 of a bearer key

// An API key as the configuration names it.
struct ApiKey {
  KeyHash key_sha256{};
  Role role = Role::kAdmin;
  std::string advertiser_id;  // of an advertiser's key only
};

// Whoever a key stands for. `actor` is what the log of changes shows: the role and the first 8 hex digits of
// the key's hash, such as "admin:1a2b3c4d"; where no keys are configured "admin:local".
struct Principal {
  Role role = Role::kAdmin;
  std::string advertiser_id;
  std::string actor;
};

// Immutable after construction: safe to share.
class Authenticator {
 public:
  // With no keys, every caller is the local admin: main.cc serves loopback only then.
  explicit Authenticator(const std::vector<ApiKey>& keys);

  // The principal whose key an Authorization header ("Bearer KEY") carries; it lives as long as this object.
  // nullptr where there is no such key or the header is malformed. Takes the same time for every wrong key.
  const Principal* authenticate(std::string_view authorization) const;

  bool open_to_all() const { return keys_.empty(); }

 private:
  struct Entry {
    KeyHash hash;
    Principal principal;
  };
  std::vector<Entry> keys_;
  Principal local_admin_;
};

// Whether a principal of this role may use what asks for `needed`.
constexpr bool may_use(RoleSet needed, Role role) {
  return needed == kNoRoleNeeded || (needed & role_bit(role)) != 0;
}

// The 32 bytes of 64 hex digits; nothing where the text is anything else.
std::optional<KeyHash> parse_key_hash(std::string_view hex);

}  // namespace gavel
