// Paces advertisers' own daily budgets: whatever its campaigns may spend each, an advertiser's money lasts through its day.
//
// A budget that several campaigns share is not divided among them, since nobody knows which of them will find the clicks:
// all are held back alike, by the laws that pace a campaign's own budget, and the narrower of both holds. Where some are
// throttled and some shade their bids, the shading law alone decides, and those that are throttled take part in the share
// of their auctions that costs as much less: two laws that follow one spend would each take the other's for their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "budget/accounts.h"
#include "budget/pacing_law.h"
#include "budget/scoped_traffic.h"

namespace gavel {

// What an advertiser's campaigns say together. Traffic is summed over those that are paced and could be shown now.
struct AdvertiserTraffic {
  double gone = 0, left = 0;    // auctions of today
  double charge = 1;            // a typical one, micros
  double unpaced_used = 0;      // micros of today that campaigns took which nobody holds back: the others have the rest
  std::uint64_t campaigns = 0;  // how many were summed
  std::uint64_t members = 0;    // a mix of which campaigns these are, in what traffic, and which others took money
  bool shades = false;          // whether any of them shades its bids
};

// step(), restore() and the like: one thread at a time. What it sets, AdvertiserAccount::pacing, any thread may read.
class AdvertiserPacer {
 public:
  // All outlive it.
  AdvertiserPacer(Accounts& accounts, const PacingLaw& throttle, const PacingLaw& shading)
      : accounts_(accounts), throttle_(throttle), shading_(shading) {}

  // Whether there is anything to step: a daily budget, or one that went since the last step.
  bool concerns(AdvertiserIx advertiser) const;

  // Sets what this advertiser's campaigns may do until the next step. The target rises with `traffic` from an anchor, as
  // that of a campaign does (see Pacer::step). Where other campaigns join in, leave or are for other traffic, it goes on from
  // where it stood, as far from what is spent as before.
  void step(AdvertiserIx advertiser, const AdvertiserTraffic& traffic, const ScopedTraffic& day, Timestamp now);

  // Nobody watched for a while: every target goes on from where it stood.
  void resume();

  // What must outlive the process of those that have moved since the last call; empty bytes of one that went.
  std::vector<std::pair<AdvertiserIx, std::string>> take_moved();
  void restore(AdvertiserIx advertiser, std::string_view bytes);

 private:
  struct State {
    PacingMemory throttle, shading;
    Day day{};
    bool begun = false, served = false, shaded = false, resumes = false, moved = false;
    std::int64_t limit = kNoLimit;  // at the last step
    std::uint64_t members = 0;      // at the last step
    Timestamp stepped_at{};
    double used = 0, gone = 0, target = 0;  // at the last step
    double anchor_used = 0, anchor_gone = 0;
    double saved_target = 0;
  };
  static void move_anchor(State& state, const AdvertiserTraffic& traffic, bool same_limit, Day today, double used);
  static void change_law(State& state, const PacingSignals& now, const AdvertiserPacing& pacing);
  static void publish(AdvertiserPacing& pacing, double participation, double multiplier, std::int64_t target);

  Accounts& accounts_;
  const PacingLaw& throttle_;
  const PacingLaw& shading_;
  std::unordered_map<std::uint32_t, State> states_;  // of those with a daily budget
  std::vector<AdvertiserIx> gone_;                   // whose daily budget went since take_moved()
};

}  // namespace gavel
