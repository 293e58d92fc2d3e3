#include "api/auth.h"

#include <sodium.h>

#include <algorithm>

namespace gavel {
namespace {

constexpr std::string_view kScheme = "bearer ";

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kAdmin:
      return "admin";
    case Role::kPlatform:
      return "platform";
    case Role::kAdvertiser:
      return "advertiser";
  }
  return "admin";
}

// The key of "Bearer KEY"; the scheme's case does not matter (RFC 9110, section 11.1). Empty where malformed.
std::string_view bearer_key(std::string_view authorization) {
  if (authorization.size() <= kScheme.size()) return {};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (!std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower)) return {};
  std::string_view key = authorization.substr(kScheme.size());
  while (key.starts_with(' ')) key.remove_prefix(1);
  return key;
}

std::string actor_of(const ApiKey& key) {
  char hex[9];
  sodium_bin2hex(hex, sizeof hex, key.key_sha256.data(), 4);
  return std::string(role_name(key.role)) + ":" + hex;
}

}  // namespace

Authenticator::Authenticator(const std::vector<ApiKey>& keys)
    : local_admin_{.role = Role::kAdmin, .advertiser_id = {}, .actor = "admin:local"} {
  keys_.reserve(keys.size());
  for (const ApiKey& key : keys) {
    keys_.push_back({key.key_sha256, {key.role, key.advertiser_id, actor_of(key)}});
  }
}

const Principal* Authenticator::authenticate(std::string_view authorization) const {
  if (keys_.empty()) return &local_admin_;
  const std::string_view key = bearer_key(authorization);
  if (key.empty()) return nullptr;
  KeyHash hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
  // All keys are looked at, each in constant time, so that timing tells nothing of how near a guess came.
  const Principal* found = nullptr;
  for (const Entry& entry : keys_) {
    if (sodium_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = &entry.principal;
  }
  return found;
}

std::optional<KeyHash> parse_key_hash(std::string_view hex) {
  KeyHash hash;
  std::size_t bytes = 0;
  const char* end = nullptr;
  if (hex.size() != 2 * hash.size()) return std::nullopt;
  if (sodium_hex2bin(hash.data(), hash.size(), hex.data(), hex.size(), nullptr, &bytes, &end) != 0)
    return std::nullopt;
  if (bytes != hash.size() || end != hex.data() + hex.size()) return std::nullopt;
  return hash;
}

}  // namespace gavel
