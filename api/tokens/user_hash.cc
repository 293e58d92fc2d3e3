#include "api/tokens/user_hash.h"

#include <sodium.h>

namespace gavel {

std::uint64_t hash_user(const UserSalt& salt, std::string_view user_id) {
  static_assert(sizeof(UserSalt) == crypto_shorthash_KEYBYTES);
  if (user_id.empty()) return 0;
  std::array<std::uint8_t, crypto_shorthash_BYTES> digest;
  crypto_shorthash(digest.data(), reinterpret_cast<const std::uint8_t*>(user_id.data()), user_id.size(),
                   salt.data());
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < digest.size(); ++i) hash |= static_cast<std::uint64_t>(digest[i]) << (8 * i);
  return hash == 0 ? 1 : hash;
}

}  // namespace gavel
