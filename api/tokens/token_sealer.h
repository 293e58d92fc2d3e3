// Tokens: claims, encrypted and authenticated, as text that is safe in a URL.
//
// A token is URL-safe base64 without padding (RFC 4648, section 5) of
//   version (1 byte) | key id (4) | nonce (24) | encrypted claims (74) | tag (16)
// with XChaCha20-Poly1305 (IETF construction, draft-irtf-cfrg-xchacha-03); version and key id are associated data.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "api/tokens/token_keys.h"
#include "budget/claims.h"
#include "budget/result.h"

namespace gavel {

inline constexpr std::size_t kTokenChars = 159;

enum class TokenError : std::uint8_t {
  kMalformed,   // not the text of a token: wrong length, characters or version
  kUnknownKey,  // made with a key that is not among ours
  kForged,      // authentication failed, or the claims make no sense
};

// Opens tokens made with any of `keys`. Thread-safe: no state. Whether a token has expired is the ledger's to
// say.
Result<Claims, TokenError> open_token(const TokenKeys& keys, std::string_view token);

// Has libsodium choose what is fastest on this processor: before it, plain C does all the work. For before there are threads that
// use libsodium; doing it again changes nothing. Throws std::runtime_error.
void init_sodium();

// Makes tokens with the first key. Not thread-safe: one a worker. Nonces never repeat: 16 bytes are drawn
// when the sealer is made, the other 8 count. XChaCha20 makes its subkey of the key and those 16 bytes, so one subkey
// serves the sealer for life.
class TokenSealer {
 public:
  // `keys` outlives the sealer.
  explicit TokenSealer(const TokenKeys& keys);
  TokenSealer(const TokenSealer&) = delete;
  TokenSealer& operator=(const TokenSealer&) = delete;

  // Writes the token of `claims`; allocates nothing.
  void seal(const Claims& claims, std::span<char, kTokenChars> out);

 private:
  const TokenKey& key_;
  std::array<std::uint8_t, 16> random_nonce_;
  std::array<std::uint8_t, 32> subkey_;
  std::uint64_t sealed_ = 0;
};

}  // namespace gavel
