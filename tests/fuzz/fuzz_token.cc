// Fuzzes tokens: what is sealed opens as it was, and nothing else opens at all.
//
// The input is the bytes of claims, as far as they make sense, then pairs of bytes: a place in the token and
// what is put there.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/tokens/claims_layout.h"
#include "api/tokens/token_keys.h"
#include "api/tokens/token_sealer.h"
#include "tests/fuzz/check.h"

namespace gavel {
namespace {

TokenKey key_of(std::uint8_t fill) {
  std::array<std::uint8_t, kTokenKeyBytes> secret;
  secret.fill(fill);
  return TokenKey::of(secret);
}

// The bytes as claims; where they make none, claims that differ in the time alone.
Claims claims_of(const std::uint8_t* data, std::size_t size) {
  std::array<std::uint8_t, kClaimsBytes> bytes{};
  std::copy_n(data, std::min(size, bytes.size()), bytes.begin());
  if (const auto claims = read_claims(bytes)) return *claims;
  Claims claims;
  claims.issued_at = from_micros(size == 0 ? 0 : data[0]);
  claims.ad = AdIx{1};
  claims.ad_group = AdGroupIx{2};
  claims.campaign = CampaignIx{3};
  claims.advertiser = AdvertiserIx{4};
  claims.placement = PlacementIx{5};
  return claims;
}

void check_token(const std::uint8_t* data, std::size_t size) {
  static const TokenKeys kOld = {key_of(1)}, kRotated = {key_of(2), key_of(1)}, kOthers = {key_of(3)};
  static TokenSealer sealer(kOld);
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  fuzz_check(!open_token(kRotated, input), "what nobody sealed does not open");

  const Claims claims = claims_of(data, size);
  std::string token(kTokenChars, '\0');
  sealer.seal(claims, std::span<char, kTokenChars>(token.data(), kTokenChars));
  for (const TokenKeys* keys : {&kOld, &kRotated}) {
    const auto opened = open_token(*keys, token);
    fuzz_check(opened && *opened == claims, "what was sealed opens as it was, after a rotation too");
  }
  fuzz_check(open_token(kOthers, token).error() == TokenError::kUnknownKey, "another key opens nothing");

  std::string changed = token;
  for (std::size_t i = kClaimsBytes; i + 1 < size; i += 2)
    changed[data[i] % changed.size()] = static_cast<char>(data[i + 1]);
  fuzz_check(changed == token || !open_token(kRotated, changed), "a changed token does not open");
  const std::size_t cut = size == 0 ? 0 : data[size - 1] % token.size();
  fuzz_check(!open_token(kRotated, std::string_view(token).substr(0, cut)),
             "a part of a token does not open");
  fuzz_check(!open_token(kRotated, token + changed.substr(0, 1 + cut)), "a longer token does not open");
}

}  // namespace
}  // namespace gavel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gavel::check_token(data, size);
  return 0;
}
