#include "api/tokens/base64url.h"

namespace gavel {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char digit(std::uint32_t bits) {
  return kAlphabet[bits & 0x3F];
}

}  // namespace

void encode_base64url(std::span<const std::uint8_t> bytes, char* out) {
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, out += 4) {
    const std::uint32_t bits =
        std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
    out[0] = digit(bits >> 18);
    out[1] = digit(bits >> 12);
    out[2] = digit(bits >> 6);
    out[3] = digit(bits);
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 0) return;
  const std::uint32_t bits =
      std::uint32_t{bytes[i]} << 16 | (rest == 2 ? std::uint32_t{bytes[i + 1]} << 8 : 0);
  out[0] = digit(bits >> 18);
  out[1] = digit(bits >> 12);
  if (rest == 2) out[2] = digit(bits >> 6);
}

}  // namespace gavel
