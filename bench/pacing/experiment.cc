#include "bench/pacing/experiment.h"

#include <algorithm>
#include <optional>

namespace gavel::pacing_sim {
namespace {

// The day that the budgets are taken from is not one of those that are measured.
constexpr std::uint64_t kBudgetDaySalt = 0x62756467;

double click_delay(const Experiment& experiment, Scenario scenario) {
  if (experiment.click_delay_s > 0) return experiment.click_delay_s;
  const bool festival = scenario == Scenario::kFestivalMidnight || scenario == Scenario::kFestivalUnforeseen;
  return festival ? kFestivalClickDelay_s : kClickDelay_s;
}

// What every campaign is worth in this landscape; what is spent there unpaced decides it.
std::vector<CampaignMoney> make_money(const Foundation& foundation, const Experiment& experiment,
                                      const Landscape& landscape, int weekday) {
  const std::uint64_t seed = landscape.seed ^ kBudgetDaySalt;
  const TrafficDay day(landscape, experiment.week, weekday, experiment.auctions, Scenario::kNormal, seed);
  const std::vector<Arrival> arrivals = draw_arrivals(landscape, day, seed);
  return allot_money(landscape, play_day(foundation, landscape, day, arrivals, {},
                                         {.name = "none", .mode = PacingMode::kAsap}, {.seed = seed}));
}

Curve curve_of(std::string title, const std::vector<CampaignNumber>& campaigns,
               std::span<const CampaignMoney> money, const std::vector<std::uint32_t>& traffic,
               const DayRecord& record) {
  Curve curve{.title = std::move(title), .target = {}, .charged = {}};
  double budgets = 0;
  for (const CampaignNumber c : campaigns) budgets += static_cast<double>(money[c].budget.value);
  for (std::size_t step = 0; step < kSteps; ++step) {
    double target = 0, charged = 0;
    for (const CampaignNumber c : campaigns) {
      const double day = std::max<double>(traffic[c * kSteps + kSteps - 1], 1);
      target += static_cast<double>(money[c].budget.value) * traffic[c * kSteps + step] / day;
      charged += static_cast<double>(record.charged[c * kSteps + step]);
    }
    curve.target.push_back(target / budgets);
    curve.charged.push_back(charged / budgets);
  }
  return curve;
}

// The campaigns together whose budget buys hundreds of charges, the one that is eligible everywhere, and the
// first one of each smaller size.
std::vector<Curve> plot_curves(const std::vector<Arrival>& arrivals, const Landscape& landscape,
                               std::span<const CampaignMoney> money, const DayRecord& record) {
  const std::vector<std::uint32_t> traffic = eligible_traffic(landscape, arrivals);
  std::vector<CampaignNumber> hundreds;
  std::optional<CampaignNumber> fifteen, five;
  for (CampaignNumber c = 0; c < money.size(); ++c) {
    const Size size = size_of(money[c]);
    if (size == Size::kHundreds) hundreds.push_back(c);
    if (size == Size::kAboutFifteen && !fifteen) fifteen = c;
    if (size == Size::kAboutFive && !five) five = c;
  }
  std::vector<Curve> curves;
  const auto add = [&](std::string title, const std::vector<CampaignNumber>& campaigns) {
    if (!campaigns.empty()) curves.push_back(curve_of(std::move(title), campaigns, money, traffic, record));
  };
  add("all with 100 charges or more", hundreds);
  add("the one eligible everywhere", {0});
  if (fifteen) add("one with about 15 charges", {*fifteen});
  if (five) add("one with about 5 charges", {*five});
  return curves;
}

}  // namespace

std::vector<Outcome> run_seed(const Foundation& foundation, const Experiment& experiment, std::uint64_t seed,
                              const std::function<void()>& played) {
  const Landscape landscape = make_landscape(seed, experiment.campaigns);
  const int weekday = static_cast<int>(seed % 7);
  const std::vector<CampaignMoney> money = make_money(foundation, experiment, landscape, weekday);
  std::vector<Outcome> outcomes;
  for (const Scenario scenario : experiment.scenarios) {
    const TrafficDay day(landscape, experiment.week, weekday, experiment.auctions, scenario, seed);
    const std::vector<Arrival> arrivals = draw_arrivals(landscape, day, seed);
    const DayOptions options{.seed = seed,
                             .click_delay_s = click_delay(experiment, scenario),
                             .pacer_step_s = experiment.pacer_step_s};
    for (const Contender& contender : experiment.contenders) {
      const DayRecord record = play_day(foundation, landscape, day, arrivals, money, contender, options);
      outcomes.push_back({.scenario = scenario,
                          .contender = std::string(contender.name),
                          .measures = measure(landscape, arrivals, money, record),
                          .curves = plot_curves(arrivals, landscape, money, record)});
      played();
    }
  }
  return outcomes;
}

}  // namespace gavel::pacing_sim
