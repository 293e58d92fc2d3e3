// Internal ids: dense, 32 bits, given once and never reused. Each kind is its own type.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace gavel {

// The place of a thing of kind Tag in every table about that kind. A default-made Index is "none".
template <class Tag>
struct Index {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t value = kNone;

  constexpr bool exists() const { return value != kNone; }
  constexpr auto operator<=>(const Index&) const = default;
};

using AdvertiserIx = Index<struct AdvertiserTag>;
using CampaignIx = Index<struct CampaignTag>;
using AdGroupIx = Index<struct AdGroupTag>;
using AdIx = Index<struct AdTag>;
using KeywordIx = Index<struct KeywordTag>;
using PlacementIx = Index<struct PlacementTag>;
using FestivalIx = Index<struct FestivalTag>;

enum class Pricing : std::uint8_t { kCpc, kCpm };

}  // namespace gavel

template <class Tag>
struct std::hash<gavel::Index<Tag>> {
  std::size_t operator()(gavel::Index<Tag> ix) const noexcept { return std::hash<std::uint32_t>{}(ix.value); }
};
