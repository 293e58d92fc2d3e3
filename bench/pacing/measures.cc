#include "bench/pacing/measures.h"

#include <algorithm>
#include <cmath>

#include "bench/pacing/hindsight.h"

namespace gavel::pacing_sim {
namespace {

void add_campaign(const CampaignMoney& money, const CampaignDay& day, double distance,
                  const std::vector<OwnAuction>& auctions, const OwnTerms& terms, SizeMeasures& sums) {
  const auto budget = static_cast<double>(money.budget.value);
  const auto charged = static_cast<double>(day.charged.value);
  sums.campaigns += 1;
  sums.budget += budget;
  sums.charged += charged;
  sums.uncharged += static_cast<double>(day.uncharged.value);
  if (bought(auctions, terms, 1).cost < kCouldHaveSpent * budget) return;
  sums.able += 1;
  sums.able_budget += budget;
  sums.able_charged += charged;
  sums.able_distance += distance;
  sums.able_clicks += static_cast<double>(day.clicks);
  sums.multiplier_clicks += best_multiplier(auctions, terms, budget).clicks;
  sums.threshold_clicks += best_threshold(auctions, terms, budget).clicks;
}

}  // namespace

Size size_of(const CampaignMoney& money) {
  const double charges = static_cast<double>(money.budget.value) / money.charge;
  if (charges >= kHundredsMin) return Size::kHundreds;
  if (charges >= kFifteenMin && charges < kFifteenMax) return Size::kAboutFifteen;
  if (charges >= kFiveMin && charges < kFiveMax) return Size::kAboutFive;
  return Size::kOther;
}

double mean_distance(double budget, std::span<const std::int64_t> charged,
                     std::span<const std::uint32_t> traffic) {
  const double day = std::max<double>(traffic.back(), 1);
  double sum = 0;
  for (std::size_t i = 0; i < charged.size(); ++i) {
    sum += std::abs(static_cast<double>(charged[i]) - budget * traffic[i] / day);
  }
  return sum / static_cast<double>(charged.size());
}

DayMeasures measure(const Landscape& landscape, const std::vector<Arrival>& arrivals,
                    std::span<const CampaignMoney> money, const DayRecord& record) {
  DayMeasures result;
  result.auctions = record.auctions.size();
  result.holds_evicted = record.holds_evicted;
  const std::vector<std::uint32_t> traffic = eligible_traffic(landscape, arrivals);
  for (CampaignNumber c = 0; c < landscape.campaigns.size(); ++c) {
    const CampaignDay& day = record.campaigns[c];
    result.charged += static_cast<double>(day.charged.value);
    result.uncharged += static_cast<double>(day.uncharged.value);
    result.clicks += day.clicks;
    result.past_budget += std::max<std::int64_t>((day.charged - money[c].budget).value, 0);
    const Size size = size_of(money[c]);
    if (size == Size::kOther) continue;
    const auto budget = static_cast<double>(money[c].budget.value);
    const double distance = mean_distance(budget, std::span(record.charged).subspan(c * kSteps, kSteps),
                                          std::span(traffic).subspan(c * kSteps, kSteps));
    add_campaign(money[c], day, distance, own_auctions(landscape, arrivals, record.auctions, c),
                 terms_of(landscape.campaigns[c]), result.sizes[static_cast<std::size_t>(size)]);
  }
  return result;
}

}  // namespace gavel::pacing_sim
