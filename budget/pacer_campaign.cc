// A campaign's turn: its budget and traffic of the day, the law's answer, and what of it auctions and owners see.
#include <algorithm>
#include <cmath>

#include "budget/pacer_state.h"
#include "budget/pacing.h"

namespace gavel {
namespace {

// Over how long the rate of spending is looked at for the forecast of the day's.
constexpr double kSpendRateSeconds = 1'800;
constexpr double kNotAsked = -1;
// What response a campaign usually meets is learned over about so many auctions, and known after so few.
constexpr double kResponses = 256, kResponsesMin = 16;
// The least charge expected is of so long a while, or twice.
constexpr Duration kLeastChargeWindow = std::chrono::minutes{10};

std::int32_t fixed(double value, std::int32_t one) {
  return static_cast<std::int32_t>(std::lround(std::clamp(value, 0.0, 1.0) * one));
}

}  // namespace

void Pacer::step_campaign(std::uint32_t ix, Timestamp now) {
  State& state = states_[ix];
  CampaignAccount& account = accounts_[CampaignIx{ix}];
  if (account.advertiser.load(std::memory_order_acquire) == AdvertiserIx::kNone || !state.plan.scope.exists()) return;
  const gavel::Day today = traffic_.today();
  // The ledger is in the next day already, and nobody has told the traffic yet: its spend is not this day's.
  if (account.today.is_after(today)) return;
  const double gone = traffic_.gone(state.plan.scope);
  const double used = static_cast<double>(account.today.on(today).value) + money(account.held);
  const bool first = !state.day;
  const bool new_day = first || *state.day != today;
  if (first || (new_day && state.resumes)) state.resumes = false;
  if (new_day) {
    state.elapsed_s = state.in_budget_s = 0;
    state.eligible_day = account.pacing.eligible.load(std::memory_order_relaxed);
    state.shown_day = account.pacing.shown.load(std::memory_order_relaxed);
    state.used = used;
    state.gone = 0;
    state.day = today;
  }
  if (first || state.resumes) {
    state.used = used;
    state.gone = gone;
    state.stepped_at = now;
  }

  const std::int64_t daily = account.daily_budget.load(std::memory_order_relaxed);
  const std::int64_t lifetime = account.lifetime_budget.load(std::memory_order_relaxed);
  const bool serves = can_serve(account, state, now);
  const bool changed = daily != state.daily || lifetime != state.lifetime;
  if (state.resumes && !changed && state.served) {
    // The target goes on from where it stood.
    const auto target = static_cast<double>(state.target.load(std::memory_order_relaxed));
    anchor(account, state, now, std::max(target, 0.0), gone);
  } else if (new_day && !first && state.served && !changed) {
    anchor(account, state, traffic_.day_begin(), 0, 0);
  } else if (first || changed || (serves && !state.served)) {
    anchor(account, state, now, used, gone);
  }
  state.resumes = false;
  state.daily = daily;
  state.lifetime = lifetime;
  state.served = serves;

  const std::optional<double> budget = state.plan.paced ? budget_of_day(account, state, now) : std::nullopt;
  if (!budget || !serves) {
    state.own = {};
    const bool shares = state.plan.paced && shares_budget(account);
    state.left = shares ? traffic_.left(state.plan.scope, end_of_day(state)) : kNotAsked;
    if (!budget) state.target.store(kNoLimit, std::memory_order_relaxed);
  } else {
    const PacingSignals signals = signals_of(account, state, *budget, now);
    const PacingLaw& law = state.plan.method == PacingMethod::kThrottle ? throttle_ : shading_;
    state.own = law.step(signals, state.memory);
    state.left = signals.traffic_left;
    publish(account, state, signals, daily == kNoLimit ? *budget : -1);
  }
  set_controls(account, state);
  learn_response(account.pacing, state);
  turn_least_charge(account.pacing, state, now);
  count_day(account, state, std::max(to_seconds(now - state.stepped_at), 0.0));
  state.used = used;
  state.gone = gone;
  state.stepped_at = now;
}

Timestamp Pacer::end_of_day(const State& state) const {
  return state.plan.end ? std::min(*state.plan.end, traffic_.day_end()) : traffic_.day_end();
}

bool Pacer::shares_budget(const CampaignAccount& account) const {
  const AdvertiserIx advertiser{account.advertiser.load(std::memory_order_relaxed)};
  return accounts_[advertiser].daily_budget.load(std::memory_order_relaxed) != kNoLimit;
}

// Whether it could be shown now if it had money: not what holds for a while within the day, as its schedule does.
bool Pacer::can_serve(const CampaignAccount& account, const State& state, Timestamp now) const {
  const PacingPlan& plan = state.plan;
  if (!plan.serving || (plan.start && now < *plan.start) || (plan.end && now >= *plan.end)) return false;
  const AdvertiserAccount& advertiser =
      accounts_[AdvertiserIx{account.advertiser.load(std::memory_order_relaxed)}];
  const std::int64_t opening = advertiser.opening_balance.load(std::memory_order_relaxed);
  return opening == kNoLimit ||
         opening + advertiser.deposited.load(std::memory_order_relaxed) >
             advertiser.charged.load(std::memory_order_relaxed);
}

// The day's budget without festivals': the daily one, or what of the lifetime's is left for this day of the flight.
std::optional<double> Pacer::budget_of_day(const CampaignAccount& account, const State& state, Timestamp now) {
  std::optional<double> budget;
  if (state.daily != kNoLimit) budget = static_cast<double>(state.daily);
  if (state.lifetime == kNoLimit) return budget;
  const auto today = static_cast<double>(account.today.on(traffic_.today()).value);
  const double left = std::max(static_cast<double>(state.lifetime) - money(account.charged) + today, 0.0);
  if (!state.plan.end || *state.plan.end <= now) return budget ? std::optional(std::min(*budget, left)) : budget;

  const ScopeIx scope = state.plan.scope;
  const double whole_day = traffic_.share(scope, traffic_.day_begin(), traffic_.day_end());
  const double here = traffic_.share(scope, std::max(state.anchored_at, traffic_.day_begin()), *state.plan.end);
  double later = 0;
  for (gavel::Day day = traffic_.today() + std::chrono::days{1}; calendar_.day_begin(day) < *state.plan.end;
       day += std::chrono::days{1}) {
    const Timestamp begin = calendar_.day_begin(day), end = calendar_.day_end(day);
    const double part = to_seconds(std::min(end, *state.plan.end) - begin) / to_seconds(end - begin);
    later += whole_day * traffic_.day_ratio(day) * part;
    if (day - traffic_.today() > std::chrono::days{366}) break;  // the rest changes today's part by little
  }
  const double flight = here + later > 0 ? left * here / (here + later) : left;
  return budget ? std::min(*budget, flight) : flight;
}

void Pacer::anchor(const CampaignAccount& account, State& state, Timestamp now, double used, double gone) {
  state.anchored_at = now;
  state.anchor_used = used;
  state.anchor_gone = gone;
  state.anchor_extra = 0;
  if (used == 0) return;
  state.anchor_extra = static_cast<double>(account.today.on(traffic_.today()).value -
                                           account.today_regular.on(traffic_.today()).value);
}

PacingSignals Pacer::signals_of(const CampaignAccount& account, State& state, double budget, Timestamp now) {
  const Timestamp end = end_of_day(state);
  PacingSignals s;
  const double gone = traffic_.gone(state.plan.scope);
  s.used = static_cast<double>(account.today.on(traffic_.today()).value) + money(account.held);
  s.traffic_gone = gone - state.anchor_gone;
  s.traffic_left = traffic_.left(state.plan.scope, end);
  s.traffic_step = std::max(gone - state.gone, 0.0);
  s.used_step = s.used - state.used;
  s.step_s = std::max(to_seconds(now - state.stepped_at), 1e-3);
  s.day_left_s = std::max(to_seconds(end - now), 0.0);
  s.charge = static_cast<double>(std::max<std::int64_t>(state.plan.charge.value, 1));

  const double rest = std::max(budget - (state.anchor_used - state.anchor_extra), 0.0);
  const double traffic = s.traffic_gone + s.traffic_left;
  const double share = traffic > 0 ? s.traffic_gone / traffic : 1;
  s.budget = state.anchor_used + rest;
  s.target = state.anchor_used + rest * share;
  s.pace = traffic > 0 ? rest / traffic : 0;
  add_extra(state, now, s);
  s.budget = std::max(s.budget, 1.0);
  return s;
}

// Festivals' money: to be spent over the times that are left to it. What it did not spend in time is lost.
void Pacer::add_extra(const State& state, Timestamp now, PacingSignals& s) {
  const ScopeIx scope = state.plan.scope;
  for (const ExtraBudget& extra : state.plan.extra) {
    const FestivalAccount& account = accounts_[extra.account];
    const double budget = std::max(money(account.daily_budget), 0.0);
    const auto spent = static_cast<double>(account.today.on(traffic_.today()).value);
    double gone = 0, left = 0, running = 0;
    for (const auto& [from, to] : extra.times) {
      const Timestamp begin = std::max({from, state.anchored_at, traffic_.day_begin()});
      const Timestamp end = std::min(to, traffic_.day_end());
      if (begin >= end) continue;
      gone += traffic_.share(scope, begin, std::clamp(now, begin, end));
      left += traffic_.share(scope, std::clamp(now, begin, end), end);
      if (begin <= now && now < end) running = traffic_.left(scope, end);
    }
    const double counted = state.anchor_used == 0 ? 0 : std::min(spent, state.anchor_extra);
    const double rest = left > 0 ? std::max(budget - counted, 0.0) : std::max(spent - counted, 0.0);
    s.budget += rest;
    s.target += left > 0 ? rest * gone / (gone + left) : rest;
    if (running > 0) s.pace += rest * left / (gone + left) / running;
  }
}

void Pacer::publish(CampaignAccount& account, State& state, const PacingSignals& now, double flight_budget) {
  // A bound only: it does not hold back who is within what the clock alone allows.
  const double by_clock = static_cast<double>(
      day_gone(state.plan.start, state.plan.end, calendar_, *now_).nano) / kProbabilityOne;
  account.pacing.share.store(fixed(std::max(by_clock, now.target / now.budget), kProbabilityOne),
                             std::memory_order_relaxed);
  account.pacing.flight_budget.store(
      flight_budget < 0 ? kNoLimit : static_cast<std::int64_t>(flight_budget), std::memory_order_relaxed);

  const double fade = std::exp(-now.step_s / kSpendRateSeconds);
  state.recent_used = state.recent_used * fade + now.used_step;
  state.recent_gone = state.recent_gone * fade + now.traffic_step;
  const double rate = state.recent_gone > 0 ? std::max(state.recent_used, 0.0) / state.recent_gone : 0;
  const double spend = std::min(now.used + rate * now.traffic_left, std::max(now.budget, now.used));
  state.target.store(static_cast<std::int64_t>(now.target), std::memory_order_relaxed);
  state.forecast.store(static_cast<std::int64_t>(spend), std::memory_order_relaxed);
  state.in_budget_s += now.used < now.budget ? now.step_s : 0;
}

// The narrower of what its own budget allows and what its advertiser's does.
void Pacer::set_controls(CampaignAccount& account, State& state) const {
  std::int32_t participation = fixed(state.own.participation, kProbabilityOne);
  std::int32_t multiplier = std::max(fixed(state.own.multiplier, kFactorOne), 1);
  bool by_advertiser = false;
  if (state.plan.paced && state.served) {
    const AdvertiserPacing& shared =
        accounts_[AdvertiserIx{account.advertiser.load(std::memory_order_relaxed)}].pacing;
    const bool throttles = state.plan.method == PacingMethod::kThrottle;
    const std::int32_t allowed = (throttles ? shared.participation : shared.multiplier).load(std::memory_order_relaxed);
    std::int32_t& controlled = throttles ? participation : multiplier;
    by_advertiser = allowed < controlled;
    controlled = std::min(controlled, allowed);
    if (multiplier == 0) {
      participation = 0;
      multiplier = 1;
    }
  }
  account.pacing.participation.store(participation, std::memory_order_relaxed);
  account.pacing.multiplier.store(multiplier, std::memory_order_relaxed);
  state.by_advertiser.store(by_advertiser, std::memory_order_relaxed);
}

void Pacer::learn_response(PacingControls& controls, State& state) {
  const std::uint32_t count = controls.responses.load(std::memory_order_relaxed);
  if (count == state.responses_met) return;
  const std::uint64_t sum = controls.response_sum.load(std::memory_order_relaxed);
  state.responses += count - std::exchange(state.responses_met, count);
  state.response_sum += static_cast<double>(sum - std::exchange(state.response_sum_met, sum));
  if (state.responses < kResponsesMin) return;
  controls.usual_response.store(static_cast<float>(state.response_sum / state.responses), std::memory_order_relaxed);
  const double fade = std::min(kResponses / state.responses, 1.0);
  state.response_sum *= fade;
  state.responses *= fade;
}

// What is known stays known as long as no auction looks at its ads.
void Pacer::turn_least_charge(PacingControls& controls, State& state, Timestamp now) {
  if (now - state.least_charge_since < kLeastChargeWindow) return;
  const std::int64_t least = controls.least_charge.load(std::memory_order_relaxed);
  if (least == 0) return;
  state.least_charge_since = now;
  controls.least_charge_before.store(least, std::memory_order_relaxed);
  controls.least_charge.store(0, std::memory_order_relaxed);
}

void Pacer::count_day(const CampaignAccount& account, State& state, double elapsed_s) {
  const bool paced = state.target.load(std::memory_order_relaxed) != kNoLimit;
  state.elapsed_s += elapsed_s;
  if (!paced) state.in_budget_s += elapsed_s;
  const double share = state.elapsed_s > 0 ? state.in_budget_s / state.elapsed_s : 1;
  state.time_in_budget.store(fixed(share, kProbabilityOne), std::memory_order_relaxed);
  state.eligible.store(account.pacing.eligible.load(std::memory_order_relaxed) - state.eligible_day,
                       std::memory_order_relaxed);
  state.shown.store(account.pacing.shown.load(std::memory_order_relaxed) - state.shown_day, std::memory_order_relaxed);
}

}  // namespace gavel
