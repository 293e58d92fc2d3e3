#include "budget/traffic_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

namespace gavel {
namespace {

using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

std::map<Place, std::uint64_t> all_of(const TrafficCounts& counts) {
  std::map<Place, std::uint64_t> all;
  counts.for_each([&](const TrafficPlace& place, std::uint64_t auctions) {
    EXPECT_GT(auctions, 0U) << "who was never there";
    all[{place.placement.value, place.region, place.device}] = auctions;
  });
  return all;
}

TEST(TrafficCounts, PlacesAreToldApart) {
  TrafficCounts counts;
  counts.count({.placement = {1}});
  counts.count({.placement = {1}, .region = 2, .device = 3});
  counts.count({.placement = {1}, .region = 2, .device = 3});
  counts.count({.placement = {1}, .region = 2});
  counts.count({.placement = {0}, .region = kNoRegion, .device = 0});
  counts.count({.placement = {1}, .region = TrafficCounts::kRegionsMax + 5, .device = TrafficCounts::kDevicesMax});
  const std::map<Place, std::uint64_t> expected{
      {{1, kNoRegion, kNoDevice}, 2}, {{1, 2, 3}, 2}, {{1, 2, kNoDevice}, 1}, {{0, kNoRegion, 0}, 1}};
  EXPECT_EQ(all_of(counts), expected);
}

// Places beyond the capacity were once not counted at all where their placement had none of its own yet.
TEST(TrafficCounts, NothingOfAKnownPlacementIsLostWhereThereIsNoRoom) {
  TrafficCounts counts;
  std::uint64_t sent = 0;
  for (std::uint32_t region = 0; region < 400; ++region) {
    for (std::uint32_t device = 0; device < 100; ++device) {
      for (const std::uint32_t placement : {7U, 8U}) {
        counts.count({.placement = {placement}, .region = region, .device = device});
        ++sent;
      }
    }
  }
  std::uint64_t counted = 0;
  for (const auto& [place, auctions] : all_of(counts)) counted += auctions;
  EXPECT_GT(sent, TrafficCounts::kPlacesMax);
  EXPECT_EQ(counted, sent);
}

}  // namespace
}  // namespace gavel
