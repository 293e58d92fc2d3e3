// From an ad to a candidate: its bid, weight and score, and what keeps it out of the ranking.
#pragma once

#include <optional>

#include "auction/candidate.h"
#include "auction/eligibility.h"

namespace gavel {

// Evaluates ads for one auction. What ads of one group share is worked out once where they come side by side;
// the result does not depend on the order. Not thread-safe; lives no longer than what `auction` refers to.
class AdEvaluator {
 public:
  explicit AdEvaluator(const AuctionView& auction) : auction_(auction) {}

  // Everything about the ad in this auction, its reason the first that keeps it out, or kOutranked and
  // `admitted` where none does. False, and nothing is written, where the ad or something above it is not
  // live.
  bool evaluate(AdIx ad, Candidate& candidate);

 private:
  bool turn_to(AdGroupIx group);
  Probability pctr_of(AdIx ad, const AdRow& row) const;
  std::optional<Reason> why_out(const AdRow& row, const Candidate& candidate);
  bool over_frequency_cap();
  bool paced_out(const Candidate& candidate, Micros expected) const;
  Micros shaded(Micros bid, CampaignIx campaign) const;
  void count_eligible(CampaignIx campaign);

  const AuctionView& auction_;
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
