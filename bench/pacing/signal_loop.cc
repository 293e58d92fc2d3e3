#include "bench/pacing/signal_loop.h"

#include <algorithm>

namespace gavel::pacing_sim {
namespace {

double share_of_regions(const Landscape& landscape, std::uint32_t regions) {
  double sum = 0;
  for (std::size_t i = 0; i < kRegions; ++i) {
    if ((regions >> i & 1) != 0) sum += landscape.region_share[i];
  }
  return sum;
}

}  // namespace

SignalLoop::SignalLoop(Market& market, const Landscape& landscape, std::span<const CampaignMoney> money,
                       const TrafficDay& day, const PacingLaw& law)
    : market_(market), landscape_(landscape), money_(money), law_(law), states_(landscape.campaigns.size()) {
  for (const SimCampaign& campaign : landscape.campaigns) {
    forecasts_.push_back(day.forecast(campaign.regions));
    forecast_share_.push_back(campaign.reach / share_of_regions(landscape, campaign.regions));
  }
}

void SignalLoop::saw(Cell cell) {
  for (const CampaignNumber c : landscape_.eligible[cell.number()]) {
    State& state = states_[c];
    if (state.traffic++ == state.traffic_before) touched_.push_back(c);
  }
}

void SignalLoop::tick(int second, Timestamp now) {
  const Accounts& accounts = market_.accounts();
  const Day today = market_.today(now);
  const auto ask = [&](CampaignNumber c) {
    if (states_[c].stepped == second) return;
    const CampaignAccount& account = accounts[CampaignIx{c}];
    const Micros used =
        account.today_regular.on(today) + Micros{account.held.load(std::memory_order_relaxed)};
    step(c, second, static_cast<double>(used.value));
  };
  for (const CampaignNumber c : touched_) ask(c);
  touched_.clear();
  const auto turn = static_cast<CampaignNumber>(second % kIdleSeconds);
  const CampaignNumber stride = second == 0 ? 1 : kIdleSeconds;
  for (CampaignNumber c = second == 0 ? 0 : turn; c < states_.size(); c += stride) ask(c);
}

void SignalLoop::step(CampaignNumber c, int second, double used) {
  State& state = states_[c];
  const auto budget = static_cast<double>(money_[c].budget.value);
  const double gone = forecasts_[c].at(second), total = forecasts_[c].total();
  const PacingSignals now{.budget = budget,
                          .used = used,
                          .target = budget * gone / total,
                          .charge = money_[c].charge,
                          .traffic_gone = static_cast<double>(state.traffic),
                          .traffic_left = (total - gone) * forecast_share_[c],
                          .traffic_step = static_cast<double>(state.traffic - state.traffic_before),
                          .used_step = used - state.used,
                          .step_s = static_cast<double>(state.stepped < 0 ? 1 : second - state.stepped),
                          .day_left_s = static_cast<double>(kDaySeconds - second)};
  const PacingControl control = law_.step(now, state.memory);
  PacingControls& controls = market_.accounts()[CampaignIx{c}].pacing;
  controls.participation.store(static_cast<std::int32_t>(control.participation * kProbabilityOne));
  controls.multiplier.store(static_cast<std::int32_t>(control.multiplier * kFactorOne));
  controls.share.store(kProbabilityOne);  // the auctions' own brake is no part of a yardstick
  state.used = used;
  state.traffic_before = state.traffic;
  state.stepped = second;
}

}  // namespace gavel::pacing_sim
