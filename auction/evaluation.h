// From an ad to a candidate: its bid, weight and score, and what keeps it out of the ranking.
#pragma once

#include <optional>

#include "auction/candidate.h"
#include "auction/eligibility.h"
#include "auction/group_loader.h"

namespace gavel {

// Evaluates ads for one auction. What ads of one group share is worked out once where they come side by side;
// the result does not depend on the order. Not thread-safe; lives no longer than what `auction` refers to.
class AdEvaluator {
 public:
  // `whole`: all of a candidate is wanted even where something keeps it out. Otherwise only its `reason` and
  // `admitted` count then.
  AdEvaluator(const AuctionView& auction, bool whole) : auction_(auction), whole_(whole) {}

  // Says that ads of this group, which is live, come next: optional, it saves looking the group up.
  void turn_to(const LoadedGroup& group, std::span<const GroupKeyword> likely);

  // Everything about the ad in this auction, its reason the first that keeps it out, or kOutranked and
  // `admitted` where none does. False, and nothing is written, where the ad or something above it is not
  // live.
  bool evaluate(AdIx ad, Candidate& candidate);

  // For the pacer: that the campaign might take part, was it not for its money.
  void count_eligible(CampaignIx campaign);

 private:
  bool turn_to(AdGroupIx group);
  void start(std::optional<Reason> reason, std::span<const GroupKeyword> keywords);
  void fill(AdIx ad, const AdRow& row, Candidate& candidate) const;
  Probability pctr_of(AdIx ad, const AdRow& row) const;
  std::optional<Reason> why_out(const AdRow& row);
  std::optional<Reason> why_not_payable(const AdRow& row, const Candidate& candidate);
  bool over_frequency_cap();
  bool paced_out(const Candidate& candidate) const;
  std::uint64_t response_to(const Candidate& candidate) const;
  Micros shaded(Micros bid, CampaignIx campaign) const;
  void tell_pacer(const Candidate& candidate, Micros expected) const;

  const AuctionView& auction_;
  const bool whole_;
  // Of the group whose ad came last.
  AdGroupIx group_;
  std::optional<GroupView> view_;
  std::optional<GroupMatch> match_;  // where a keyword is needed
  std::optional<Reason> group_reason_;
  Micros group_bid_;  // times everything but the festival's multiplier
  std::optional<bool> over_cap_;
  CampaignIx counted_;  // as eligible, last
};

}  // namespace gavel
