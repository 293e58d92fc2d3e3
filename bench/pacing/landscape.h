// The world that pacing is measured in: who asks, where, and which campaigns want to be shown there for how
// much. Nothing in it was changed after the service's own pacing was first played in it.
//
// A request comes from one region, for one category, at one placement: a cell. A campaign wants a set of
// regions, a set of categories and one placement or both. The share of all requests that a campaign is
// eligible for is heavy-tailed, from one in ten thousand to all of them.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/pacing/draws.h"
#include "budget/ids.h"
#include "budget/money.h"

namespace gavel::pacing_sim {

inline constexpr std::size_t kRegions = 16;
inline constexpr std::size_t kCategories = 64;
inline constexpr std::size_t kPlacements = 2;
inline constexpr std::size_t kSlots = 4;

// Click-through relative to the first position, of either placement.
inline constexpr double kPositionCtr[kSlots] = {1, 0.7, 0.5, 0.35};

inline constexpr double kPlacementShare[kPlacements] = {0.7, 0.3};  // of the requests

inline constexpr double kBidSigma = 0.7;         // of the logarithm, log-normal
inline constexpr double kBidMedianMicros = 1e6;  // a click
inline constexpr double kPctrMedian = 0.05;      // of ads, at the first position
inline constexpr double kPctrSigma = 0.4;
inline constexpr double kPctrMax = 0.5;
inline constexpr double kRequestPctrSigma = 0.5;  // of the prediction for one request, around the ad's
inline constexpr double kReachMin = 1e-4;         // of the requests of a day
inline constexpr double kReachExponent = 0.5;     // Pareto
inline constexpr double kBudgetShareMin = 0.1;    // of what a campaign would spend unpaced
inline constexpr double kBudgetShareMax = 0.8;
inline constexpr double kCpmShare = 0.2;  // of the campaigns pay by impression
inline constexpr std::int64_t kReserveCpcMicros = 50'000;
inline constexpr std::int64_t kReserveCpmMicros = 2'000'000;

using CampaignNumber = std::uint32_t;  // 0 .. campaigns - 1; also its internal id in the catalog

struct Cell {
  std::uint8_t region = 0;
  std::uint8_t category = 0;
  std::uint8_t placement = 0;
  std::uint32_t number() const {
    return static_cast<std::uint32_t>((region * kCategories + category) * kPlacements + placement);
  }
};
inline constexpr std::size_t kCells = kRegions * kCategories * kPlacements;

struct SimCampaign {
  std::uint32_t regions = 0;     // bit by region
  std::uint64_t categories = 0;  // bit by category
  std::uint32_t placements = 0;  // bit by placement
  Pricing pricing = Pricing::kCpc;
  Micros bid{};             // a click (CPC) or 1,000 impressions (CPM)
  double pctr = 0;          // at the first position
  double budget_share = 1;  // of what it spends unpaced: see allot_money()
  double reach = 0;         // the expected share of the requests that it is eligible for
};

struct Landscape {
  std::uint64_t seed = 0;
  std::vector<double> region_share, category_share, placement_share;  // of the requests; each sums to one
  std::vector<SimCampaign> campaigns;
  std::vector<std::vector<CampaignNumber>> eligible;  // by cell: ascending

  bool wants(CampaignNumber campaign, Cell cell) const;
};

// The same landscape for the same arguments. The first campaign is eligible everywhere. Requires campaigns >
// 0.
Landscape make_landscape(std::uint64_t seed, std::size_t campaigns);

// How much likelier than usual the ad is clicked in this request: of mean one. A pure function.
double request_factor(std::uint64_t seed, std::uint64_t request, CampaignNumber campaign);

// The prediction sent with the request: the ad's pctr times request_factor(), at most kPctrMax.
Probability predicted_pctr(const Landscape& landscape, std::uint64_t request, CampaignNumber campaign);

}  // namespace gavel::pacing_sim
