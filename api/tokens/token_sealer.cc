#include "api/tokens/token_sealer.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "api/tokens/base64url.h"
#include "api/tokens/claims_layout.h"

namespace gavel {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 1 + sizeof(TokenKey::id);
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kSealedBytes = kClaimsBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kTokenBytes = kHeaderBytes + kNonceBytes + kSealedBytes;
static_assert(kTokenChars == base64url_chars(kTokenBytes));
static_assert(kTokenKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

// What one call of ChaCha20 gives: the block that has the key of the authenticator, the two that hide the
// claims, and one that nobody needs. libsodium makes four at a time in half the time that it takes for three
// one by one.
constexpr std::size_t kBlockBytes = 64;
using KeyStream = std::array<std::uint8_t, 4 * kBlockBytes>;
static_assert(kClaimsBytes <= 2 * kBlockBytes);

// What Poly1305 authenticates (RFC 8439, section 2.8): the header and the encrypted claims, each filled up
// with zeros to whole pieces of 16 bytes, and both lengths.
constexpr std::size_t whole_pieces(std::size_t bytes) {
  return (bytes + 15) / 16 * 16;
}
struct Authenticated {
  static constexpr std::size_t kClaimsAt = whole_pieces(kHeaderBytes);
  static constexpr std::size_t kLengthsAt = kClaimsAt + whole_pieces(kClaimsBytes);
  static constexpr std::size_t kBytes = kLengthsAt + 16;
  static_assert(kHeaderBytes < 256 && kClaimsBytes < 256);

  explicit Authenticated(std::span<const std::uint8_t, kHeaderBytes> header) {
    std::ranges::copy(header, bytes.begin());
    bytes[kLengthsAt] = kHeaderBytes;
    bytes[kLengthsAt + 8] = kClaimsBytes;
  }
  std::span<std::uint8_t, kClaimsBytes> claims() {
    return std::span<std::uint8_t, kBytes>(bytes).subspan<kClaimsAt, kClaimsBytes>();
  }
  std::array<std::uint8_t, kBytes> bytes{};
};

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

void init_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

TokenSealer::TokenSealer(const TokenKeys& keys) : key_(keys.front()) {
  init_sodium();
  static_assert(sizeof(random_nonce_) == crypto_core_hchacha20_INPUTBYTES &&
                sizeof(subkey_) == crypto_core_hchacha20_OUTPUTBYTES);
  randombytes_buf(random_nonce_.data(), random_nonce_.size());
  crypto_core_hchacha20(subkey_.data(), random_nonce_.data(), key_.secret.data(), nullptr);
}

// The same bytes as crypto_aead_xchacha20poly1305_ietf_encrypt() makes (a test compares them), in half the
// time.
void TokenSealer::seal(const Claims& claims, std::span<char, kTokenChars> out) {
  std::array<std::uint8_t, crypto_stream_chacha20_ietf_NONCEBYTES> inner_nonce{};
  static_assert(kNonceBytes == sizeof(random_nonce_) + sizeof(sealed_));
  std::memcpy(inner_nonce.data() + inner_nonce.size() - sizeof(sealed_), &sealed_, sizeof(sealed_));
  KeyStream stream;
  crypto_stream_chacha20_ietf(stream.data(), stream.size(), inner_nonce.data(), subkey_.data());

  std::array<std::uint8_t, kTokenBytes> bytes;
  bytes[0] = kVersion;
  std::ranges::copy(key_.id, bytes.begin() + 1);
  std::ranges::copy(random_nonce_, bytes.begin() + kHeaderBytes);
  std::memcpy(bytes.data() + kHeaderBytes + sizeof(random_nonce_), &sealed_, sizeof(sealed_));
  ++sealed_;

  Authenticated authenticated(std::span<const std::uint8_t, kTokenBytes>(bytes).first<kHeaderBytes>());
  const std::span<std::uint8_t, kClaimsBytes> sealed = authenticated.claims();
  write_claims(claims, sealed);
  for (std::size_t i = 0; i < kClaimsBytes; ++i) sealed[i] ^= stream[kBlockBytes + i];
  std::uint8_t* const at = std::ranges::copy(sealed, bytes.data() + kHeaderBytes + kNonceBytes).out;
  crypto_onetimeauth_poly1305(at, authenticated.bytes.data(), authenticated.bytes.size(), stream.data());
  encode_base64url(bytes, out.data());
}

}  // namespace gavel
