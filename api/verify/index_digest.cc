#include "api/verify/index_digest.h"

#include <algorithm>
#include <cstring>

#include "budget/mix.h"

namespace gavel {
namespace {

std::uint64_t hash(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t h = mix(seed ^ bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(bytes.size(), sizeof(word));
    std::memcpy(&word, bytes.data(), size);
    h = mix((h ^ word) + seed);
    bytes.remove_prefix(size);
  }
  return h;
}

constexpr std::uint64_t kPartSeed = 0x9E3779B97F4A7C15u;
constexpr std::array<std::uint64_t, 2> kSeeds{0xD1B54A32D192ED03u, 0x8CB92BA72F3D8DD7u};

}  // namespace

std::size_t IndexDigest::part_of(std::string_view key) {
  return hash(key, kPartSeed) % kParts;
}

void IndexDigest::add(std::string_view key, std::uint32_t value, std::uint64_t times) {
  Sum& sum = parts_[part_of(key)];
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += times * mix(hash(key, kSeeds[i]) + value);
}

bool IndexDigest::differs() const {
  return std::ranges::any_of(parts_, [](const Sum& sum) { return sum != Sum{}; });
}

bool IndexDigest::differs_at(std::string_view key) const {
  return parts_[part_of(key)] != Sum{};
}

}  // namespace gavel
