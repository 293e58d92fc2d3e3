#include "budget/advertiser_pacer.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "budget/big_endian.h"
#include "budget/pacing_laws.h"

namespace gavel {
namespace {

constexpr std::uint8_t kVersion = 1;

// A target that has moved by such a share of the budget is kept, even where nothing was spent.
constexpr double kSavedShare = 1e-3;

}  // namespace

bool AdvertiserPacer::concerns(AdvertiserIx advertiser) const {
  return accounts_[advertiser].daily_budget.load(std::memory_order_relaxed) != kNoLimit ||
         (!states_.empty() && states_.contains(advertiser.value));
}

void AdvertiserPacer::move_anchor(State& state, const AdvertiserTraffic& traffic, bool same_limit, Day today,
                                  double used) {
  const bool serves = traffic.campaigns > 0;
  const bool first = !state.begun, new_day = !first && state.day != today;
  const bool went_on = same_limit && state.served && !first;
  const auto rise_from = [&](double target) {
    state.anchor_used = target;
    state.anchor_gone = state.gone = traffic.gone;
    state.used = used;
  };
  if (went_on && new_day) {
    state.anchor_used = state.anchor_gone = state.used = state.gone = 0;
  } else if (went_on && state.resumes) {
    rise_from(state.target);
  } else if (went_on && state.members != traffic.members) {
    rise_from(state.target + used - state.used);  // what counts as used may be another sum now
  } else if (first || new_day || !same_limit || (serves && !state.served)) {
    rise_from(used);
  }
}

// The law that takes over begins where the other one stood.
void AdvertiserPacer::change_law(State& state, const PacingSignals& now, const AdvertiserPacing& pacing) {
  state.shaded = !state.shaded;
  const double participation =
      std::max(static_cast<double>(pacing.participation.load(std::memory_order_relaxed)) / kProbabilityOne, 1e-3);
  if (state.shaded) {
    state.shading = ShadingLaw::begin_at(std::pow(participation, 1 / kBidElasticity));
  } else {
    state.throttle = ThrottleLaw::begin_at(participation, now);
  }
}

void AdvertiserPacer::step(AdvertiserIx advertiser, const AdvertiserTraffic& traffic, const ScopedTraffic& day,
                           Timestamp now) {
  AdvertiserAccount& account = accounts_[advertiser];
  const std::int64_t limit = account.daily_budget.load(std::memory_order_relaxed);
  if (limit == kNoLimit) {
    if (states_.erase(advertiser.value) > 0) gone_.push_back(advertiser);
    return publish(account.pacing, 1, 1, kNoLimit);
  }
  // The shading law begins at half of the bids where it remembers nothing; an advertiser's budget may well be wider than what
  // its campaigns have, so nothing is taken from their bids before it shows that it is not.
  State& state =
      states_.try_emplace(advertiser.value, State{.throttle = {}, .shading = ShadingLaw::begin_at(1)}).first->second;
  const double budget = std::max(static_cast<double>(limit) - traffic.unpaced_used, 1.0);
  const double used =
      static_cast<double>(account.today.on(day.today()).value + account.held.load(std::memory_order_relaxed)) -
      traffic.unpaced_used;
  move_anchor(state, traffic, state.limit == limit, day.today(), used);

  PacingSignals s;
  s.budget = budget;
  s.used = used;
  s.charge = std::max(traffic.charge, 1.0);
  s.traffic_gone = std::max(traffic.gone - state.anchor_gone, 0.0);
  s.traffic_left = traffic.left;
  s.traffic_step = std::max(traffic.gone - state.gone, 0.0);
  s.used_step = used - state.used;
  s.step_s = state.begun ? std::max(to_seconds(now - state.stepped_at), 1e-3) : 1;
  s.day_left_s = std::max(to_seconds(day.day_end() - now), 0.0);
  const double rest = std::max(budget - state.anchor_used, 0.0);
  const double all = s.traffic_gone + s.traffic_left;
  s.target = state.anchor_used + (all > 0 ? rest * s.traffic_gone / all : rest);
  s.pace = all > 0 ? rest / all : 0;

  state.moved |= !state.begun || state.limit != limit || s.used_step != 0 ||
                 std::abs(s.target - state.saved_target) > budget * kSavedShare;
  state.begun = true;
  state.resumes = false;
  state.day = day.today();
  state.limit = limit;
  state.served = traffic.campaigns > 0;
  state.members = traffic.members;
  state.stepped_at = now;
  state.used = used;
  state.gone = traffic.gone;
  if (!state.served) return publish(account.pacing, 1, 1, kNoLimit);
  state.target = s.target;
  if (state.shaded != traffic.shades) change_law(state, s, account.pacing);
  double participation = 1, multiplier = 1;
  if (traffic.shades) {
    const PacingControl control = shading_.step(s, state.shading);
    multiplier = control.participation > 0 ? control.multiplier : 0;
    participation = std::pow(multiplier, kBidElasticity);
  } else {
    participation = throttle_.step(s, state.throttle).participation;
  }
  publish(account.pacing, participation, multiplier, static_cast<std::int64_t>(s.target + traffic.unpaced_used));
}

void AdvertiserPacer::publish(AdvertiserPacing& pacing, double participation, double multiplier, std::int64_t target) {
  const auto fixed = [](double value, std::int32_t one) {
    return static_cast<std::int32_t>(std::lround(std::clamp(value, 0.0, 1.0) * one));
  };
  pacing.participation.store(fixed(participation, kProbabilityOne), std::memory_order_relaxed);
  pacing.multiplier.store(fixed(multiplier, kFactorOne), std::memory_order_relaxed);
  pacing.target.store(target, std::memory_order_relaxed);
}

void AdvertiserPacer::resume() {
  for (auto& [advertiser, state] : states_) state.resumes = true;
}

std::vector<std::pair<AdvertiserIx, std::string>> AdvertiserPacer::take_moved() {
  std::vector<std::pair<AdvertiserIx, std::string>> taken;
  for (const AdvertiserIx advertiser : std::exchange(gone_, {})) taken.emplace_back(advertiser, std::string());
  for (auto& [advertiser, state] : states_) {
    if (!std::exchange(state.moved, false)) continue;
    std::string out(1, static_cast<char>(kVersion));
    append_ordered(out, static_cast<std::int32_t>(state.day.time_since_epoch().count()));
    append_big_endian(out, static_cast<std::uint8_t>(state.served));
    append_big_endian(out, state.limit);
    append_big_endian(out, static_cast<std::int64_t>(state.target));
    append_big_endian(out, static_cast<std::uint8_t>(state.shaded));
    const AdvertiserPacing& pacing = accounts_[AdvertiserIx{advertiser}].pacing;
    append_big_endian(out, pacing.participation.load(std::memory_order_relaxed));
    append_big_endian(out, pacing.multiplier.load(std::memory_order_relaxed));
    state.saved_target = state.target;
    for (const PacingMemory* memory : {&state.throttle, &state.shading}) {
      for (const float value : memory->value) append_big_endian(out, std::bit_cast<std::uint32_t>(value));
    }
    taken.emplace_back(AdvertiserIx{advertiser}, std::move(out));
  }
  return taken;
}

void AdvertiserPacer::restore(AdvertiserIx advertiser, std::string_view bytes) {
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != kVersion || !accounts_.contains(advertiser)) return;
  BigEndianReader in(bytes.substr(1));
  State state;
  state.day = Day{std::chrono::days{in.read_ordered32()}};
  state.served = in.read<std::uint8_t>() != 0;
  state.limit = in.read<std::int64_t>();
  state.target = state.saved_target = static_cast<double>(in.read<std::int64_t>());
  state.shaded = in.read<std::uint8_t>() != 0;
  const auto participation = in.read<std::int32_t>(), multiplier = in.read<std::int32_t>();
  for (PacingMemory* memory : {&state.throttle, &state.shading}) {
    for (float& value : memory->value) value = std::bit_cast<float>(in.read<std::uint32_t>());
  }
  if (!in.complete()) return;
  state.begun = state.resumes = true;
  accounts_[advertiser].pacing.participation.store(participation, std::memory_order_relaxed);
  accounts_[advertiser].pacing.multiplier.store(multiplier, std::memory_order_relaxed);
  states_[advertiser.value] = state;
}

}  // namespace gavel
