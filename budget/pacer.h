// The pacer: once a second it looks at every campaign's money and traffic, and sets how much each takes part.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budget/accounts.h"
#include "budget/advertiser_pacer.h"
#include "budget/calendar.h"
#include "budget/give_way.h"
#include "budget/pacing_law.h"
#include "budget/scoped_traffic.h"
#include "budget/stable_vector.h"

namespace gavel {

// A festival's extra budget of a campaign, and when it is in force: in order, not overlapping.
struct ExtraBudget {
  FestivalAccountIx account;
  std::vector<std::pair<Timestamp, Timestamp>> times;
  bool operator==(const ExtraBudget&) const = default;
};

// What the pacer must know of a campaign beside its money.
struct PacingPlan {
  bool paced = false;    // `even`
  bool serving = false;  // enabled, and its advertiser active
  PacingMethod method = PacingMethod::kThrottle;
  ScopeIx scope;
  Micros charge{1};      // a typical one: a bid per click, a thousandth of a CPM bid
  std::optional<Timestamp> start, end;
  std::vector<ExtraBudget> extra;
  bool operator==(const PacingPlan&) const = default;
};

// What a campaign's owner may see of its pacing.
struct PacingView {
  std::optional<Micros> target;           // to be spent by now; none where nothing is paced
  std::optional<Micros> forecast_spend;   // of the whole day; none before the first step
  double time_in_budget = 1;              // the share of today's time so far in which money was left
  bool by_advertiser = false;             // whether it is its advertiser's budget that holds it back, not its own
  std::uint32_t eligible = 0, shown = 0;  // today, up to the last step
};

// A campaign's minute, for a plot.
struct PacingMinute {
  Micros target, spent;              // at its end
  Probability participation;         // at its end: of auctions, or with shading of the bid
  std::uint32_t eligible = 0, shown = 0;
  bool operator==(const PacingMinute&) const = default;
};

// Whose turn it is of so many: all once a second, evenly.
class PacingTurns {
 public:
  // Calls `step` with each index whose turn has come in these seconds, at most once.
  template <class Step>
  void take(std::uint32_t count, double elapsed_s, Step&& step) {
    due_ = std::min(due_ + count * elapsed_s, static_cast<double>(count));
    for (; due_ >= 1; due_ -= 1) {
      next_ = next_ + 1 < count ? next_ + 1 : 0;
      step(next_);
    }
  }

 private:
  std::uint32_t next_ = 0;
  double due_ = 0;
};

// plan(), step(), restore() and the like: one thread at a time. view(): any thread.
class Pacer {
 public:
  // All outlive it. `traffic` is stepped by its owner before step().
  Pacer(Accounts& accounts, const Calendar& calendar, ScopedTraffic& traffic, const PacingLaw& throttle,
        const PacingLaw& shading);
  ~Pacer();

  // Replaces what is known of a campaign.
  void plan(CampaignIx campaign, PacingPlan plan);
  // By what it is paced; only of one that was planned.
  const PacingPlan& plan(CampaignIx campaign) const;

  // Business time goes on to `now`. Campaigns take turns so that each is met once a second and they do not move
  // together; a second or more at once (a jump of a manual clock, a machine that slept) is one step of all.
  //
  // A campaign's target rises with its traffic from its anchor: from nothing at the day's begin, or from what is used
  // when it begins to serve, is let go on, is paid for again or has its budget changed. So a paused campaign does not
  // wind up, and one whose budget was cut does not stop. Advertisers' daily budgets are met as often, and what they ask
  // for holds at the campaign's next turn (see AdvertiserPacer).
  void step(Timestamp now);
  // The same for all campaigns at once, however little time has gone by: what a jump of a manual clock brings about.
  void step_all(Timestamp now);
  // Nobody watched for a while: as after a restart, every target goes on from where it stood.
  void resume();

  PacingView view(CampaignIx campaign) const;

  // What must outlive the process, in blocks of kPacingBlock campaigns; empty where there is nothing to keep.
  static constexpr std::uint32_t kPacingBlock = 64;
  std::uint32_t block_count() const;
  std::string encode_block(std::uint32_t block) const;
  void restore_block(std::uint32_t block, std::string_view bytes);
  // The figures since the last call of those campaigns of a block that had any traffic or spend.
  std::vector<std::pair<CampaignIx, PacingMinute>> take_minute(std::uint32_t block);
  // The same for advertisers' budgets, one by one.
  AdvertiserPacer& advertisers() { return advertisers_; }

 private:
  struct State;
  std::uint32_t campaign_count() const;
  std::uint32_t advertiser_count() const;
  void link(CampaignIx campaign);
  void prefetch_own(std::uint32_t campaign) const;
  void prefetch(std::uint32_t campaign) const;
  void prefetch(AdvertiserIx advertiser) const;
  std::optional<AdvertiserTraffic> traffic_of(AdvertiserIx advertiser, GiveWay& give_way) const;
  void step_advertiser(AdvertiserIx advertiser, Timestamp now, GiveWay& give_way);
  void step_campaign(std::uint32_t ix, Timestamp now);
  static void learn_response(PacingControls& controls, State& state);
  static void turn_least_charge(PacingControls& controls, State& state, Timestamp now);
  void count_day(const CampaignAccount& account, State& state, double elapsed_s);
  bool can_serve(const CampaignAccount& account, const State& state, Timestamp now) const;
  std::optional<double> budget_of_day(const CampaignAccount& account, const State& state, Timestamp now);
  void anchor(const CampaignAccount& account, State& state, Timestamp now, double used, double gone);
  PacingSignals signals_of(const CampaignAccount& account, State& state, double budget, Timestamp now);
  void add_extra(const State& state, Timestamp now, PacingSignals& signals);
  void publish(CampaignAccount& account, State& state, const PacingSignals& now, double flight_budget);
  void set_controls(CampaignAccount& account, State& state) const;
  Timestamp end_of_day(const State& state) const;
  bool shares_budget(const CampaignAccount& account) const;

  Accounts& accounts_;
  const Calendar& calendar_;
  ScopedTraffic& traffic_;
  const PacingLaw& throttle_;
  const PacingLaw& shading_;
  StableVector<State> states_;
  AdvertiserPacer advertisers_;
  std::vector<std::uint32_t> first_campaign_;  // by advertiser; State::next_of_advertiser leads on
  std::optional<Timestamp> now_;               // of the last step
  PacingTurns campaign_turns_, advertiser_turns_;
};

}  // namespace gavel
