#include "api/tokens/token_sealer.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "api/tokens/claims_layout.h"

namespace gavel {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 1 + sizeof(TokenKey::id);
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kSealedBytes = kClaimsBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kTokenBytes = kHeaderBytes + kNonceBytes + kSealedBytes;
constexpr std::size_t kRandomNonceBytes = 16;
static_assert(kTokenChars == (kTokenBytes * 8 + 5) / 6);
static_assert(kTokenKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

}  // namespace

Result<Claims, TokenError> open_token(const TokenKeys& keys, std::string_view token) {
  if (token.size() != kTokenChars) return TokenError::kMalformed;
  // libsodium 1.0.18 takes some bytes above 0x7F for characters of the alphabet.
  if (std::ranges::any_of(token, [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; })) {
    return TokenError::kMalformed;
  }
  std::array<std::uint8_t, kTokenBytes> bytes;
  std::size_t decoded = 0;
  // It refuses bits beyond the last byte, so that one token has one text.
  if (sodium_base642bin(bytes.data(), bytes.size(), token.data(), token.size(), nullptr, &decoded, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      decoded != bytes.size() || bytes[0] != kVersion) {
    return TokenError::kMalformed;
  }
  const std::uint8_t* const nonce = bytes.data() + kHeaderBytes;
  const std::uint8_t* const sealed = nonce + kNonceBytes;
  bool key_known = false;
  for (const TokenKey& key : keys) {
    if (!std::equal(key.id.begin(), key.id.end(), bytes.data() + 1)) continue;
    key_known = true;
    std::array<std::uint8_t, kClaimsBytes> plain;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed, kSealedBytes,
                                                   bytes.data(), kHeaderBytes, nonce,
                                                   key.secret.data()) != 0) {
      continue;  // another key may have the same four bytes
    }
    const std::optional<Claims> claims = read_claims(plain);
    if (claims) return *claims;
  }
  return key_known ? TokenError::kForged : TokenError::kUnknownKey;
}

TokenSealer::TokenSealer(const TokenKeys& keys) : key_(keys.front()) {
  static_assert(sizeof(nonce_) == kNonceBytes);
  randombytes_buf(nonce_.data(), kRandomNonceBytes);
}

void TokenSealer::seal(const Claims& claims, std::span<char, kTokenChars> out) {
  static_assert(kNonceBytes - kRandomNonceBytes == sizeof(sealed_));
  std::memcpy(nonce_.data() + kRandomNonceBytes, &sealed_, sizeof(sealed_));
  ++sealed_;

  std::array<std::uint8_t, kTokenBytes> bytes;
  bytes[0] = kVersion;
  std::ranges::copy(key_.id, bytes.begin() + 1);
  std::ranges::copy(nonce_, bytes.begin() + kHeaderBytes);
  std::array<std::uint8_t, kClaimsBytes> plain;
  write_claims(claims, plain);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes.data() + kHeaderBytes + kNonceBytes, nullptr, plain.data(),
                                             plain.size(), bytes.data(), kHeaderBytes, nullptr, nonce_.data(),
                                             key_.secret.data());
  std::array<char, kTokenChars + 1> text;  // libsodium ends it with a zero byte
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  std::memcpy(out.data(), text.data(), kTokenChars);
}

}  // namespace gavel
