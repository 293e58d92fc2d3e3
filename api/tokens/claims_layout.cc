#include "api/tokens/claims_layout.h"

#include <cstring>
#include <type_traits>

namespace gavel {
namespace {

// One list of fields serves both directions, so that they cannot drift apart: `visit` is called for each in
// order.
template <class C, class Visit>
void visit_fields(C& claims, std::uint8_t& pricing, Visit&& visit) {
  visit(claims.id.epoch);
  visit(claims.id.serial);
  visit(claims.ad.value);
  visit(claims.ad_group.value);
  visit(claims.campaign.value);
  visit(claims.advertiser.value);
  visit(claims.keyword.value);
  visit(claims.placement.value);
  visit(claims.festival.value);
  visit(pricing);
  visit(claims.price.value);
  visit(claims.position);
  visit(claims.examination.nano);
  visit(claims.user_hash);
  visit(claims.landing_revision);
}

template <class T>
void put_little_endian(std::uint8_t*& out, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    *out++ = static_cast<std::uint8_t>(static_cast<std::uint64_t>(bits) >> (8 * i));
  }
}

template <class T>
void get_little_endian(const std::uint8_t*& in, T& value) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) bits |= static_cast<std::uint64_t>(*in++) << (8 * i);
  value = static_cast<T>(bits);
}

}  // namespace

void write_claims(const Claims& claims, std::span<std::uint8_t, kClaimsBytes> out) {
  std::uint8_t* at = out.data();
  put_little_endian(at, to_micros(claims.issued_at));
  auto pricing = static_cast<std::uint8_t>(claims.pricing);
  visit_fields(claims, pricing, [&](auto value) { put_little_endian(at, value); });
}

std::optional<Claims> read_claims(std::span<const std::uint8_t, kClaimsBytes> bytes) {
  const std::uint8_t* at = bytes.data();
  Claims claims;
  std::int64_t issued_us = 0;
  get_little_endian(at, issued_us);
  claims.issued_at = from_micros(issued_us);
  std::uint8_t pricing = 0;
  visit_fields(claims, pricing, [&](auto& value) { get_little_endian(at, value); });
  if (pricing > static_cast<std::uint8_t>(Pricing::kCpm)) return std::nullopt;
  claims.pricing = static_cast<Pricing>(pricing);
  if (claims.price.value < 0 || claims.price > kMaxBid) return std::nullopt;
  if (claims.examination.nano < 0 || claims.examination.nano > kProbabilityOne) return std::nullopt;
  if (!claims.ad.exists() || !claims.ad_group.exists() || !claims.campaign.exists() ||
      !claims.advertiser.exists() || !claims.placement.exists()) {
    return std::nullopt;
  }
  return claims;
}

}  // namespace gavel
