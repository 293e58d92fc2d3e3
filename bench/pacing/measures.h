// What a day of pacing is judged by.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/pacing/arrivals.h"
#include "bench/pacing/day.h"

namespace gavel::pacing_sim {

// Campaigns by how many usual charges their budget buys.
enum class Size : std::uint8_t { kHundreds, kAboutFifteen, kAboutFive, kOther };
inline constexpr double kHundredsMin = 100;
inline constexpr double kFifteenMin = 10, kFifteenMax = 22.5;
inline constexpr double kFiveMin = 3.5, kFiveMax = 7.5;
inline constexpr int kSizes = 3;  // those that are reported: all but kOther
Size size_of(const CampaignMoney& money);

// A campaign that takes part always, against the recorded competition, must spend so many budgets to count as
// one that could have spent its budget.
inline constexpr double kCouldHaveSpent = 1.2;

// Sums over the campaigns of one size; micros. "able": those that could have spent their budget.
struct SizeMeasures {
  std::uint64_t campaigns = 0, able = 0;
  double budget = 0, charged = 0, uncharged = 0;
  double able_budget = 0, able_charged = 0;
  double able_distance = 0;  // sum over campaigns of the mean over steps of |charged - target|
  double able_clicks = 0;    // bought
  double multiplier_clicks = 0, threshold_clicks = 0;  // of able campaigns, in hindsight

  double given_away() const { return charged > 0 ? uncharged / charged : 0; }
  double spent_share() const { return able_budget > 0 ? able_charged / able_budget : 0; }
  double distance_share() const { return able_budget > 0 ? able_distance / able_budget : 0; }
  double of_multiplier() const { return multiplier_clicks > 0 ? able_clicks / multiplier_clicks : 0; }
  double of_threshold() const { return threshold_clicks > 0 ? able_clicks / threshold_clicks : 0; }
  double clicks_per_budget() const {
    return able_budget > 0 ? able_clicks / able_budget * 1e6 : 0;
  }  // of a yuan
};

struct DayMeasures {
  SizeMeasures sizes[kSizes];
  std::int64_t past_budget = 0;       // charged past a budget, all campaigns: must be 0
  double charged = 0, uncharged = 0;  // all campaigns
  std::uint64_t auctions = 0, clicks = 0;
  std::uint64_t holds_evicted = 0;
  double given_away() const { return charged > 0 ? uncharged / charged : 0; }
};

// Mean over the steps of |charged - budget x share of the day's eligible traffic gone by|, both at the steps'
// ends. `charged` and `traffic` are cumulative, of kSteps each.
double mean_distance(double budget, std::span<const std::int64_t> charged,
                     std::span<const std::uint32_t> traffic);

DayMeasures measure(const Landscape& landscape, const std::vector<Arrival>& arrivals,
                    std::span<const CampaignMoney> money, const DayRecord& record);

}  // namespace gavel::pacing_sim
