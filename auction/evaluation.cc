#include "auction/evaluation.h"

#include "auction/bid.h"
#include "auction/weight.h"
#include "budget/pacing.h"

namespace gavel {

bool AdEvaluator::turn_to(AdGroupIx group) {
  if (group == group_) return view_.has_value();
  group_ = group;
  view_ = view_of(auction_.context.catalog, group);
  if (!view_) return false;
  start(why_group_is_out(auction_, *view_), auction_.context.catalog.keywords_of(group));
  return true;
}

void AdEvaluator::turn_to(const LoadedGroup& group, std::span<const GroupKeyword> likely) {
  group_ = group.group;
  view_ = group.view;
  start(group.reason, likely);
}

// Its keywords, which take longest, are matched only where all else holds.
void AdEvaluator::start(std::optional<Reason> reason, std::span<const GroupKeyword> keywords) {
  over_cap_.reset();
  match_.reset();
  group_reason_ = reason;
  if (group_reason_ && !whole_) return;
  if (auction_.needs_keyword) {
    match_ = auction_.matcher.match(group_, keywords, view_->group->bid, auction_.context.catalog);
    if (!group_reason_) group_reason_ = why_keywords_fail(match_);
  }
  const bool by_keyword = match_ && match_->keyword.exists();
  group_bid_ = targeted_bid(by_keyword ? match_->bid : view_->group->bid, *view_->campaign, auction_.facts);
}

bool AdEvaluator::evaluate(AdIx ad, Candidate& candidate) {
  const Catalog& catalog = auction_.context.catalog;
  const AdRow& row = catalog[ad];
  if (!row.live || !turn_to(row.ad_group)) return false;
  std::optional<Reason> reason = why_out(row);
  if (!reason || whole_) {
    fill(ad, row, candidate);
    if (!reason) reason = why_not_payable(row, candidate);
  }
  candidate.admitted = !reason;
  candidate.reason = reason.value_or(Reason::kOutranked);
  return true;
}

void AdEvaluator::fill(AdIx ad, const AdRow& row, Candidate& candidate) const {
  const CampaignServing& campaign = *view_->campaign;
  const PlacementDoc& rules = auction_.rules;
  candidate.ad = ad;
  candidate.ad_group = row.ad_group;
  candidate.campaign = view_->campaign_ix;
  candidate.advertiser = view_->advertiser_ix;
  candidate.keyword = match_ ? match_->keyword : KeywordIx{};
  candidate.item = row.item;
  candidate.pricing = campaign.pricing;
  candidate.landing_revision = row.landing_revision;
  candidate.reserve = campaign.pricing == Pricing::kCpc ? rules.reserve_cpc : rules.reserve_cpm;
  if (auction_.facts.festivals.any) {
    candidate.festival =
        festival_in_force(auction_.context.catalog, campaign, row.category, auction_.context.now);
  }
  candidate.pctr = pctr_of(ad, row);
  candidate.effective_bid = shaded(scale_bid(group_bid_, candidate.festival.bid_multiplier), candidate.campaign);
  candidate.weight = rank_weight({.pricing = campaign.pricing,
                                  .pctr = candidate.pctr,
                                  .squash = rules.squash,
                                  .quality = row.quality,
                                  .shop_score = view_->advertiser->shop_score,
                                  .boost = candidate.festival.boost});
  candidate.score = score_of(candidate.effective_bid, candidate.weight);
}

// The request's prediction, else the ad's, else the engine's own estimate, else the placement's default.
Probability AdEvaluator::pctr_of(AdIx ad, const AdRow& row) const {
  if (const std::optional<Probability> predicted = auction_.facts.prediction(ad); predicted)
    return *predicted;
  if (row.pctr_nano >= 0) return {row.pctr_nano};
  const ClickCounts seen = auction_.context.click_stats.get(ad, auction_.placement);
  if (seen.examined_nano == 0 && seen.clicks == 0) return auction_.rules.default_pctr;
  return smoothed_pctr(seen, auction_.rules.default_pctr);
}

// The bid of a campaign that paces itself by bidding lower.
Micros AdEvaluator::shaded(Micros bid, CampaignIx campaign) const {
  if (view_->campaign->pacing_method != PacingMethod::kBidShading) return bid;
  const PacingControls& pacing = auction_.context.accounts[campaign].pacing;
  return scale_bid(bid, {pacing.multiplier.load(std::memory_order_relaxed)});
}

// In the contract's order: what can be told before the ad's bid is known.
std::optional<Reason> AdEvaluator::why_out(const AdRow& row) {
  if (!auction_.context.can_charge) return Reason::kLedgerUnavailable;
  if (group_reason_ == Reason::kSuspended) return group_reason_;
  if (!row.enabled) return Reason::kPaused;
  if (group_reason_) return group_reason_;
  if (auction_.request.limits_items && !auction_.facts.has_item(row.item)) return Reason::kItem;
  if (over_frequency_cap()) return Reason::kFrequencyCap;
  return std::nullopt;
}

// And what cannot.
std::optional<Reason> AdEvaluator::why_not_payable(const AdRow& row, const Candidate& candidate) {
  const Micros expected = expected_charge(candidate.pricing, candidate.pctr, candidate.effective_bid);
  count_eligible(candidate.campaign);
  tell_pacer(candidate, expected);
  const Payer payer{candidate.advertiser, candidate.campaign, candidate.festival.account};
  const Funds funds = auction_.context.accounts.check(payer, auction_.facts.local.day, expected);
  if (funds == Funds::kBalanceExhausted) return Reason::kBalanceExhausted;
  if (funds == Funds::kBudgetExhausted) return Reason::kBudgetExhausted;
  if (paced_out(candidate)) return Reason::kPaced;
  if (candidate.effective_bid < candidate.reserve || candidate.score == 0) return Reason::kBelowReserve;
  if (auction_.shown_items.find(row.item) != nullptr) return Reason::kDuplicateItem;
  return std::nullopt;
}

// A campaign with a cap is not shown to a user whom nobody can count.
bool AdEvaluator::over_frequency_cap() {
  if (over_cap_) return *over_cap_;
  const std::optional<FrequencyCap>& cap = view_->campaign->frequency_cap;
  over_cap_ = false;
  if (cap) {
    const std::uint64_t user = auction_.request.user_hash;
    over_cap_ = user == 0 ||
                auction_.context.frequency.count(view_->campaign_ix, user, auction_.context.now,
                                                 std::chrono::seconds{cap->window_s}) >= cap->impressions;
  }
  return *over_cap_;
}

// Once an auction for the ads of a campaign that come one after the other, as they do where its ad groups were
// made together.
void AdEvaluator::count_eligible(CampaignIx campaign) {
  if (campaign == counted_) return;
  counted_ = campaign;
  auction_.context.accounts[campaign].pacing.eligible.fetch_add(1, std::memory_order_relaxed);
}

void AdEvaluator::tell_pacer(const Candidate& candidate, Micros expected) const {
  PacingControls& pacing = auction_.context.accounts[candidate.campaign].pacing;
  const std::int64_t least = pacing.least_charge.load(std::memory_order_relaxed);
  if (expected.value > 0 && (least == 0 || expected.value < least))
    pacing.least_charge.store(expected.value, std::memory_order_relaxed);
  const CampaignServing& campaign = *view_->campaign;
  if (campaign.pacing == PacingMode::kAsap || campaign.pacing_method != PacingMethod::kThrottle) return;
  pacing.response_sum.fetch_add(response_to(candidate), std::memory_order_relaxed);
  pacing.responses.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t AdEvaluator::response_to(const Candidate& candidate) const {
  return response_of(candidate.pctr, auction_.rules.default_pctr);
}

// A festival's extra money is paced together with the campaign's own, and only while the festival is in
// force: what it has paid for earlier in the day does not count against the regular budget afterwards.
bool AdEvaluator::paced_out(const Candidate& candidate) const {
  const CampaignServing& campaign = *view_->campaign;
  if (campaign.pacing == PacingMode::kAsap) return false;
  const Accounts& accounts = auction_.context.accounts;
  const CampaignAccount& account = accounts[candidate.campaign];
  // Its own budget's or its advertiser's: a campaign without any of its own may be held back.
  Probability participation{account.pacing.participation.load(std::memory_order_relaxed)};
  if (participation.nano > 0 && participation.nano < kProbabilityOne) {
    const float usual = account.pacing.usual_response.load(std::memory_order_relaxed);
    participation = participation_at(response_to(candidate), usual, participation);
  }
  if (!takes_part(participation, auction_.facts.draws.of(candidate.campaign))) return true;
  const Day today = auction_.facts.local.day;
  std::optional<PacedMoney> money = paced_money(account, today);
  if (!money) return false;
  money->start = campaign.start;
  money->end = campaign.end;
  if (candidate.festival.account.exists()) {
    const FestivalAccount& extra = accounts[candidate.festival.account];
    money->budget += Micros{extra.daily_budget.load(std::memory_order_relaxed)};
    money->used += extra.today.on(today);
  }
  return is_ahead(account.pacing, *money, auction_.context.calendar, auction_.context.now);
}

}  // namespace gavel
