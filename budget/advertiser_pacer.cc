#include "budget/advertiser_pacer.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

#include "budget/big_endian.h"

namespace gavel {
namespace {

constexpr std::uint8_t kVersion = 1;

double seconds(Duration d) {
  return static_cast<double>(d.count()) / 1e6;
}

double amount(const std::atomic<std::int64_t>& value) {
  return static_cast<double>(value.load(std::memory_order_relaxed));
}

// The shading law begins at half of the bids where it remembers nothing; an advertiser's budget may well be wider than what
// its campaigns have, so nothing is taken from their bids before it shows that it is not.
constexpr PacingMemory kFullBids{{0, 1}};

}  // namespace

bool AdvertiserPacer::concerns(AdvertiserIx advertiser) const {
  return accounts_[advertiser].daily_budget.load(std::memory_order_relaxed) != kNoLimit ||
         (!states_.empty() && states_.contains(advertiser.value));
}

void AdvertiserPacer::anchor(State& state, double used, double gone) {
  state.anchor_used = used;
  state.anchor_gone = gone;
}

void AdvertiserPacer::move_anchor(State& state, const AdvertiserTraffic& traffic, bool same_limit, Day today,
                                  double used) {
  const bool serves = traffic.campaigns != 0;
  const bool first = !state.begun, new_day = !first && state.day != today;
  const bool went_on = same_limit && state.served && !first;
  if (went_on && new_day) {
    anchor(state, 0, 0);
    state.used = state.gone = 0;
  } else if (went_on && (state.resumes || state.campaigns != traffic.campaigns)) {
    anchor(state, state.target, traffic.gone);
    state.gone = traffic.gone;
    if (state.resumes) state.used = used;
  } else if (first || new_day || !same_limit || (serves && !state.served)) {
    anchor(state, used, traffic.gone);
    state.used = used;
    state.gone = traffic.gone;
  }
}

void AdvertiserPacer::step(AdvertiserIx advertiser, const AdvertiserTraffic& traffic, const ScopedTraffic& day,
                           Timestamp now) {
  AdvertiserAccount& account = accounts_[advertiser];
  const std::int64_t limit = account.daily_budget.load(std::memory_order_relaxed);
  if (limit == kNoLimit) {
    states_.erase(advertiser.value);
    return publish(account.pacing, 1, 1, kNoLimit);
  }
  State& state = states_.try_emplace(advertiser.value, State{.throttle = {}, .shading = kFullBids}).first->second;
  const double budget = std::max(static_cast<double>(limit) - traffic.unpaced_used, 1.0);
  const double used =
      static_cast<double>(account.today.on(day.today()).value) + amount(account.held) - traffic.unpaced_used;
  move_anchor(state, traffic, state.limit == limit, day.today(), used);

  PacingSignals s;
  s.budget = budget;
  s.used = used;
  s.charge = std::max(traffic.charge, 1.0);
  s.traffic_gone = std::max(traffic.gone - state.anchor_gone, 0.0);
  s.traffic_left = traffic.left;
  s.traffic_step = std::max(traffic.gone - state.gone, 0.0);
  s.used_step = used - state.used;
  s.step_s = state.begun ? std::max(seconds(now - state.stepped_at), 1e-3) : 1;
  s.day_left_s = std::max(seconds(day.day_end() - now), 0.0);
  const double rest = std::max(budget - state.anchor_used, 0.0);
  const double all = s.traffic_gone + s.traffic_left;
  s.target = state.anchor_used + (all > 0 ? rest * s.traffic_gone / all : rest);
  s.pace = all > 0 ? rest / all : 0;

  state.moved |= s.used_step != 0 || !state.begun || state.limit != limit;
  state.begun = true;
  state.resumes = false;
  state.day = day.today();
  state.limit = limit;
  state.served = traffic.campaigns != 0;
  state.campaigns = traffic.campaigns;
  state.stepped_at = now;
  state.used = used;
  state.gone = traffic.gone;
  if (!state.served) return publish(account.pacing, 1, 1, kNoLimit);
  state.target = s.target;
  double participation = 1, multiplier = 1;
  if (traffic.shades) {
    const PacingControl control = shading_.step(s, state.shading);
    multiplier = control.participation > 0 ? control.multiplier : 0;
    participation = multiplier * multiplier;  // spend follows the bid about so (kElasticity of pacing_laws.cc)
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
  for (auto& [advertiser, state] : states_) {
    if (!std::exchange(state.moved, false)) continue;
    std::string out(1, static_cast<char>(kVersion));
    append_ordered(out, static_cast<std::int32_t>(state.day.time_since_epoch().count()));
    append_big_endian(out, static_cast<std::uint8_t>(state.served));
    append_big_endian(out, state.limit);
    append_big_endian(out, static_cast<std::int64_t>(state.target));
    for (const PacingMemory* memory : {&state.throttle, &state.shading}) {
      for (const float value : memory->value) append_big_endian(out, std::bit_cast<std::uint32_t>(value));
    }
    taken.emplace_back(AdvertiserIx{advertiser}, std::move(out));
  }
  return taken;
}

void AdvertiserPacer::restore(AdvertiserIx advertiser, std::string_view bytes) {
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != kVersion) return;
  BigEndianReader in(bytes.substr(1));
  State state;
  state.day = Day{std::chrono::days{in.read_ordered32()}};
  state.served = in.read<std::uint8_t>() != 0;
  state.limit = in.read<std::int64_t>();
  state.target = static_cast<double>(in.read<std::int64_t>());
  for (PacingMemory* memory : {&state.throttle, &state.shading}) {
    for (float& value : memory->value) value = std::bit_cast<float>(in.read<std::uint32_t>());
  }
  if (!in.complete()) return;
  state.begun = state.resumes = true;
  states_[advertiser.value] = state;
}

}  // namespace gavel
