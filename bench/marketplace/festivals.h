// The shopping festivals of the demo marketplace and its placements: the same in every size.
#pragma once

#include <cstddef>
#include <string_view>

#include "auction/resources.h"
#include "bench/marketplace/marketplace.h"

namespace gavel {

inline constexpr std::size_t kDemoFestivals = 5;
inline constexpr std::size_t kDemoPlacements = 6;

// Requires i < kDemoFestivals.
std::string_view demo_festival_id(std::size_t i);

// Festival i with its warm-up, pre-sale and peak in the years year - 1 to year + 1, by Shanghai's clock.
// Requires i < kDemoFestivals.
Named<FestivalDoc> demo_festival(std::size_t i, int year);

// Placement i: search-top, search-side, home-banner, category-page, live-strip, feed-video.
// Requires i < kDemoPlacements.
Named<PlacementDoc> demo_placement(std::size_t i);

}  // namespace gavel
