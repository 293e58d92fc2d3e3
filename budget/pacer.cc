#include "budget/pacer.h"

#include <algorithm>

#include "budget/mix.h"
#include "budget/pacer_state.h"
#include "budget/prefetch.h"

namespace gavel {
namespace {

// So many turns before its own a campaign is fetched: they are met in order, but auctions empty the caches meanwhile.
constexpr std::uint32_t kAhead = 8;

}  // namespace

Pacer::Pacer(Accounts& accounts, const Calendar& calendar, ScopedTraffic& traffic, const PacingLaw& throttle,
             const PacingLaw& shading)
    : accounts_(accounts),
      calendar_(calendar),
      traffic_(traffic),
      throttle_(throttle),
      shading_(shading),
      advertisers_(accounts, throttle, shading) {}
Pacer::~Pacer() = default;

void Pacer::plan(CampaignIx campaign, PacingPlan plan) {
  states_.grow_to(std::size_t{campaign.value} + 1);
  State& state = states_[campaign.value];
  if (state.day && plan.scope != state.plan.scope) state.resumes = true;
  state.plan = std::move(plan);
  if (!state.linked) link(campaign);
  if (!accounts_.contains(campaign)) return;
  // Its bids may be others now.
  accounts_[campaign].pacing.least_charge.store(0, std::memory_order_relaxed);
  accounts_[campaign].pacing.least_charge_before.store(0, std::memory_order_relaxed);
}

const PacingPlan& Pacer::plan(CampaignIx campaign) const {
  return states_[campaign.value].plan;
}

// A campaign never changes its advertiser, so a list through the campaigns' own states does.
void Pacer::link(CampaignIx campaign) {
  if (!accounts_.contains(campaign)) return;
  const std::uint32_t advertiser = accounts_[campaign].advertiser.load(std::memory_order_acquire);
  if (advertiser >= first_campaign_.size()) first_campaign_.resize(std::size_t{advertiser} + 1, CampaignIx::kNone);
  State& state = states_[campaign.value];
  state.next_of_advertiser = std::exchange(first_campaign_[advertiser], campaign.value);
  state.linked = true;
}

std::uint32_t Pacer::campaign_count() const {
  return static_cast<std::uint32_t>(std::min(states_.size(), accounts_.campaign_count()));
}

std::uint32_t Pacer::advertiser_count() const {
  return static_cast<std::uint32_t>(std::min(first_campaign_.size(), accounts_.advertiser_count()));
}

void Pacer::step_all(Timestamp now) {
  if (now_ && now < *now_) return;
  now_ = now;
  for (std::uint32_t ix = 0; ix < campaign_count(); ++ix) step_campaign(ix, now);
  GiveWay give_way;
  for (std::uint32_t ix = 0; ix < advertiser_count(); ++ix) step_advertiser({ix}, now, give_way);
  // What advertisers ask for now, not at the next step: that may be a jump away.
  for (std::uint32_t shop = 0; shop < advertiser_count(); ++shop) {
    if (!advertisers_.concerns({shop})) continue;
    for (std::uint32_t ix = first_campaign_[shop]; ix != CampaignIx::kNone; ix = states_[ix].next_of_advertiser) {
      if (states_[ix].day) set_controls(accounts_[CampaignIx{ix}], states_[ix]);
    }
  }
}

void Pacer::resume() {
  for (std::uint32_t ix = 0; ix < campaign_count(); ++ix) {
    if (states_[ix].day) states_[ix].resumes = true;
  }
  advertisers_.resume();
}

void Pacer::step(Timestamp now) {
  const double elapsed = now_ ? to_seconds(now - *now_) : 1;
  if (elapsed < 0) return;
  now_ = now;
  const std::uint32_t campaigns = campaign_count(), advertisers = advertiser_count();
  GiveWay give_way;
  campaign_turns_.take(campaigns, elapsed, [&](std::uint32_t ix) {
    if (ix + 2 * kAhead < campaigns) prefetch_own(ix + 2 * kAhead);
    if (ix + kAhead < campaigns) prefetch(ix + kAhead);
    step_campaign(ix, now);
    give_way.after_tiny_step();
  });
  advertiser_turns_.take(advertisers, elapsed, [&](std::uint32_t ix) {
    if (ix + kAhead < advertisers) prefetch(AdvertiserIx{ix + kAhead});
    step_advertiser({ix}, now, give_way);
  });
}

void Pacer::prefetch_own(std::uint32_t ix) const {
  prefetch_object(&states_[ix]);
  prefetch_object(&accounts_[CampaignIx{ix}]);
}

// What it points to.
void Pacer::prefetch(std::uint32_t ix) const {
  const State& state = states_[ix];
  if (state.plan.scope.exists()) traffic_.prefetch(state.plan.scope);
  const AdvertiserIx advertiser{accounts_[CampaignIx{ix}].advertiser.load(std::memory_order_relaxed)};
  if (advertiser.exists()) accounts_.prefetch(advertiser);
}

void Pacer::prefetch(AdvertiserIx advertiser) const {
  const std::uint32_t first = first_campaign_[advertiser.value];
  if (first != CampaignIx::kNone) __builtin_prefetch(&states_[first]);
}

// From the figures of its campaigns' own last turns, so that it costs little; none where one of them had its last turn
// yesterday, none yet, or none since the advertiser has a daily budget.
std::optional<AdvertiserTraffic> Pacer::traffic_of(AdvertiserIx advertiser, GiveWay& give_way) const {
  AdvertiserTraffic all;
  double charges = 0;
  for (std::uint32_t ix = first_campaign_[advertiser.value]; ix != CampaignIx::kNone;
       ix = states_[ix].next_of_advertiser) {
    const State& state = states_[ix];
    if (state.next_of_advertiser != CampaignIx::kNone) __builtin_prefetch(&states_[state.next_of_advertiser]);
    give_way.after_tiny_step();
    if (!state.plan.scope.exists()) continue;  // deleted
    if (!state.plan.paced) {
      const CampaignAccount& account = accounts_[CampaignIx{ix}];
      all.members += mix(ix + 1);
      all.unpaced_used += static_cast<double>(account.today.on(traffic_.today()).value) + money(account.held);
    } else if (state.served) {
      if (state.day != traffic_.today() || state.resumes || state.left < 0) return std::nullopt;
      all.gone += state.gone;
      all.left += state.left;
      charges += static_cast<double>(state.plan.charge.value);
      all.shades |= state.plan.method == PacingMethod::kBidShading;
      all.members += mix(mix(ix + 1) + state.plan.scope.value);  // a sum: the order of the list does not matter
      ++all.campaigns;
    }
  }
  if (all.campaigns > 0) all.charge = charges / static_cast<double>(all.campaigns);
  return all;
}

void Pacer::step_advertiser(AdvertiserIx advertiser, Timestamp now, GiveWay& give_way) {
  const AdvertiserAccount& account = accounts_[advertiser];
  if (!advertisers_.concerns(advertiser) || account.today.is_after(traffic_.today())) return;
  const bool lets_go = account.daily_budget.load(std::memory_order_relaxed) == kNoLimit;
  const auto traffic = lets_go ? AdvertiserTraffic{} : traffic_of(advertiser, give_way);
  // The walk over its campaigns gives way, to the ledger of the next day, too.
  if (traffic && !account.today.is_after(traffic_.today())) advertisers_.step(advertiser, *traffic, traffic_, now);
}

PacingView Pacer::view(CampaignIx campaign) const {
  PacingView view;
  if (campaign.value >= states_.size()) return view;
  const State& state = states_[campaign.value];
  const std::int64_t target = state.target.load(std::memory_order_relaxed);
  const std::int64_t forecast = state.forecast.load(std::memory_order_relaxed);
  if (target != kNoLimit) view.target = Micros{target};
  if (forecast != kNoLimit) view.forecast_spend = Micros{forecast};
  view.time_in_budget =
      static_cast<double>(state.time_in_budget.load(std::memory_order_relaxed)) / kProbabilityOne;
  view.by_advertiser = state.by_advertiser.load(std::memory_order_relaxed);
  view.eligible = state.eligible.load(std::memory_order_relaxed);
  view.shown = state.shown.load(std::memory_order_relaxed);
  return view;
}

}  // namespace gavel
