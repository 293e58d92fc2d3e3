// The entries that an index should have and those that it has, compared in one pass over each and in fixed memory: sums of
// hashes, which do not depend on the order. A look-up for each of millions of entries took minutes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gavel {

// Not thread-safe. 64 kB.
class IndexDigest {
 public:
  void expect(std::string_view key, std::uint32_t value) { add(key, value, 1); }
  void found(std::string_view key, std::uint32_t value) { add(key, value, ~std::uint64_t{0}); }

  // Whether anything was expected and not found, or found and not expected. The chance that a difference stays
  // hidden is one in 2^128: this is against damage, not against an adversary.
  bool differs() const;
  // Whether there is a difference among the keys that share this one's part of the index, a 4,096th.
  bool differs_at(std::string_view key) const;

 private:
  using Sum = std::array<std::uint64_t, 2>;
  static constexpr std::size_t kParts = 4'096;
  static std::size_t part_of(std::string_view key);
  void add(std::string_view key, std::uint32_t value, std::uint64_t times);

  std::array<Sum, kParts> parts_{};  // expected less found
};

}  // namespace gavel
