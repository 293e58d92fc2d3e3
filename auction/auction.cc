#include "auction/auction.h"

#include <algorithm>
#include <utility>

#include "auction/best_scores.h"
#include "auction/candidates.h"
#include "auction/evaluation.h"
#include "auction/explain.h"
#include "auction/group_loader.h"
#include "auction/holding.h"
#include "auction/pricing.h"
#include "auction/ranking.h"
#include "auction/score_bound.h"
#include "auction/waiting_groups.h"

namespace gavel {

struct AuctionScratch::Impl {
  // Of a request.
  RequestFacts facts;
  KeywordMatcher matcher;
  bool matched = false;  // the matcher knows the query
  ScratchMap shown_items;
  // Of one of its auctions.
  GroupCursor groups;
  WaitingGroups waiting;
  BestScores best;
  LoadedGroups batch;
  std::vector<AdIx> ads;
  std::vector<Candidate> candidates;
  Ranking ranking;
  std::vector<Micros> prices;
  ExplainScratch explain_scratch;
};

AuctionScratch::AuctionScratch() : impl_(std::make_unique<Impl>()) {}
AuctionScratch::~AuctionScratch() = default;

namespace {

using Scratch = AuctionScratch::Impl;

// The query is cut and matched once a request, at the first auction that needs it.
void match_query(const AuctionRequest& request, const Catalog& catalog, Scratch& scratch) {
  if (!scratch.matched) scratch.matcher.find(request.query, catalog);
  scratch.matched = true;
}

// Filters and scores ads, as many as it takes, and ranks them.
class Look {
 public:
  Look(const AuctionView& auction, const RankingOrder& before, const RankingRules& rules, Scratch& scratch,
       PlacementResult& placement)
      : auction_(auction),
        before_(before),
        rules_(rules),
        wanted_(std::size_t{rules.slots} + rules.max_ads_per_advertiser),
        lift_(lift_by(auction, auction.facts.festivals)),
        lift_without_festivals_(lift_by(auction, {})),
        scratch_(scratch),
        placement_(placement),
        gate_key_(gate_key(auction.facts, auction.placement)),
        evaluator_(auction, rules.whole) {
    scratch_.candidates.clear();
    scratch_.waiting.clear();
    scratch_.best.start(wanted_, rules.max_ads_per_advertiser);
    if (auction.request.limits_items) {
      scratch_.groups.clear();
      gather_ads_of_items(auction, scratch_.ads);
      for (const AdIx ad : scratch_.ads) evaluate(ad);
    } else {
      list_candidates(auction, rules.whole, scratch_.groups);
    }
    bound_of_lists_ = lift_(scratch_.groups.bound());
    go_on();
  }

  // Goes on until no ad that was not looked at can stand among those that slots and prices need, which are the
  // first of the ranking.
  void settle() {
    while (!is_settled()) {
      find_best_anew();
      stops_when_enough_ = !is_enough();
      go_on();
    }
  }

 private:
  static constexpr std::size_t kFirstStep = 8;
  // Groups fetched together: enough to wait for memory once for many, few enough that the first is still there for the last.
  static constexpr std::size_t kBatchMax = 32;
  // Where nearly every gate is shut, or all bounds are much less for this request, it is asked now and then whether there need be
  // more.
  static constexpr std::size_t kGatesForAGroup = 16;

  static ScoreLift lift_by(const AuctionView& auction, const RunningFestivals& festivals) {
    return {festivals, auction.rules, auction.context.outgrown, auction.context.catalog.score_ceiling()};
  }

  bool at_end() const { return scratch_.groups.at_end() && scratch_.waiting.empty(); }

  // No ad that is to come has a greater score; none where nothing is known.
  std::optional<Score> bound() const {
    if (rules_.whole) return std::nullopt;
    const float bound = scratch_.waiting.empty() ? bound_of_lists_ : std::max(bound_of_lists_, scratch_.waiting.first().bound);
    if (bound < kScoreMax) return static_cast<Score>(bound);
    return std::nullopt;
  }

  // Equal scores are decided by more than the score, so only a lesser bound settles it.
  bool is_settled() const {
    if (at_end()) return true;
    const std::span<Candidate* const> ads = scratch_.ranking.ads();
    if (ads.size() < wanted_) return false;
    const std::optional<Score> to_come = bound();
    return to_come && ads[wanted_ - 1]->score > *to_come;
  }

  // Whether so many stand above all that is to come that the ranking is settled, once it is made, but where it cuts ads of one item
  // or loses those whose holds fail.
  bool is_enough() const {
    const std::optional<Score> last = scratch_.best.last();
    const std::optional<Score> to_come = bound();
    return last && to_come && *last > *to_come;
  }

  // Without those whose holds failed.
  void find_best_anew() {
    scratch_.best.start(wanted_, rules_.max_ads_per_advertiser);
    for (const Candidate& ad : scratch_.candidates) {
      if (ad.admitted) scratch_.best.add(ad.advertiser, ad.score);
    }
  }

  void go_on() {
    while (!at_end()) {
      further();
      if (is_enough()) break;
    }
    scratch_.ranking.start(scratch_.candidates, before_, rules_);
  }

  // Steps grow with what was looked at, so that ranking anew after each costs a constant times the last one in all.
  void further() {
    for (std::size_t left = step_; left > 0 && !at_end() && !stops_here();) {
      const std::size_t batch = std::min(left, kBatchMax);
      evaluate_next(batch);
      left -= batch;
    }
    looked_at_ += step_;
    step_ = std::max(kFirstStep, looked_at_ / 4);
  }

  void evaluate_next(std::size_t groups) {
    LoadedGroups& batch = scratch_.batch;
    batch.clear();
    std::size_t gates = kGatesForAGroup * groups;
    while (batch.groups.size() < groups && bring_first(gates)) {
      batch.groups.emplace_back().group = scratch_.waiting.take_first();
    }
    if (!rules_.whole) std::erase_if(batch.groups, [this](const LoadedGroup& group) { return !can_pay(group.group); });
    load(batch, auction_, rules_.whole);
    for (const LoadedGroup& group : batch.groups) {
      if (!group.live) continue;
      if (group.reason && !rules_.whole) {
        pass_over(*group.reason, group.row->ads.span().size());
        continue;
      }
      evaluator_.turn_to(group, batch.likely_of(group));
      for (const AdIx ad : group.row->ads.span()) evaluate(ad);
    }
  }

  bool stops_here() const { return stops_when_enough_ && is_enough(); }

  // Whether the first that waits is the first of all that is to come, and is looked at; else that takes more than so many gates.
  bool bring_first(std::size_t& gates) {
    const WaitingGroups& waiting = scratch_.waiting;
    while (!scratch_.groups.at_end() && (waiting.empty() || waiting.first().bound < bound_of_lists_)) {
      if (gates == 0 || stops_here()) return false;
      --gates;
      ask_gate();
    }
    return !waiting.empty() && !stops_here();
  }

  void ask_gate() {
    const float bound = scratch_.groups.bound();
    const AdGroupIx group = *scratch_.groups.next();
    const float lifted = std::exchange(bound_of_lists_, lift_(scratch_.groups.bound()));
    if (rules_.whole) return scratch_.waiting.push({lifted, group});
    const GroupGate gate = auction_.context.catalog.gate(group);
    if (const std::optional<Reason> reason = why_gate_is_shut(gate, gate_key_)) return pass_over(*reason, gate.ads);
    auction_.context.accounts.prefetch_standing({gate.campaign});
    const ScoreLift& lift = gate.raised.no_festivals == 0 ? lift_ : lift_without_festivals_;
    scratch_.waiting.push({lift(narrowed(bound, gate.raised, gate_key_.raised)), group});
  }

  bool can_pay(AdGroupIx group) {
    const GroupGate gate = auction_.context.catalog.gate(group);
    const std::optional<Reason> reason = why_campaign_cannot_pay(gate, auction_);
    if (!reason) return true;
    if (auction_.context.can_charge) evaluator_.count_eligible({gate.campaign});
    pass_over(*reason, gate.ads);
    return false;
  }

  // The ads of a group that is out are not looked at one by one.
  void pass_over(Reason reason, std::size_t ads) {
    if (!auction_.context.can_charge) reason = Reason::kLedgerUnavailable;
    placement_.candidates += static_cast<std::uint32_t>(ads);
    placement_.filtered[static_cast<std::size_t>(reason)] += static_cast<std::uint32_t>(ads);
  }

  // Those that are out are kept only where somebody wants to know why.
  void evaluate(AdIx ad) {
    if (!evaluator_.evaluate(ad, scratch_.candidates.emplace_back())) return scratch_.candidates.pop_back();
    ++placement_.candidates;
    const Candidate& candidate = scratch_.candidates.back();
    if (candidate.admitted) {
      ++placement_.eligible;
      scratch_.best.add(candidate.advertiser, candidate.score);
    } else if (!rules_.whole) {
      ++placement_.filtered[static_cast<std::size_t>(candidate.reason)];
      scratch_.candidates.pop_back();
    }
  }

  static constexpr float kScoreMax = 1e30F;  // any more than 1e28 would do

  const AuctionView& auction_;
  const RankingOrder& before_;
  const RankingRules& rules_;
  const std::size_t wanted_;  // of the ranking: Ranking::start()
  const ScoreLift lift_, lift_without_festivals_;
  std::size_t step_ = kFirstStep;
  std::size_t looked_at_ = 0;
  float bound_of_lists_ = 0;        // lifted: no ad of a group that they have yet to bring scores more
  bool stops_when_enough_ = true;   // not where the ranking has cut some of the best
  Scratch& scratch_;
  PlacementResult& placement_;
  const GroupGate gate_key_;
  AdEvaluator evaluator_;
};

// Ranks, prices and holds, again without the ad whose hold fails, until all holds stand. The number of ads
// shown.
std::size_t decide(const AuctionView& auction, const RankingRules& rules, Look& look, Scratch& scratch) {
  for (;;) {
    look.settle();
    const std::span<Candidate* const> ranking = scratch.ranking.ads();
    const std::size_t shown = std::min<std::size_t>(rules.slots, ranking.size());
    price({ranking.data(), ranking.size()}, shown, rules.slots, auction.rules, scratch.prices);
    const std::optional<std::size_t> failed =
        hold_all(ranking.first(shown), scratch.prices, auction.facts.local.day, auction.context);
    if (!failed) break;
    scratch.ranking.remove(*failed);
  }
  scratch.ranking.finish();
  return scratch.prices.size();
}

void announce(const AuctionView& auction, std::size_t position, Candidate& ad, Micros price,
              AuctionResult& result) {
  ad.reason = Reason::kWon;
  if (ad.keyword.exists())
    ad.keyword = auction.matcher.keyword_to_name(ad.ad_group, auction.context.catalog);
  auction.context.accounts[ad.campaign].pacing.shown.fetch_add(1, std::memory_order_relaxed);
  result.winners.push_back({.item = ad.item,
                            .effective_bid = ad.effective_bid,
                            .pctr = ad.pctr,
                            .claims = {.id = place_hold(ad, price, auction.context),
                                       .issued_at = auction.context.now,
                                       .ad = ad.ad,
                                       .ad_group = ad.ad_group,
                                       .campaign = ad.campaign,
                                       .advertiser = ad.advertiser,
                                       .keyword = ad.keyword,
                                       .placement = auction.placement,
                                       .festival = ad.festival.festival,
                                       .pricing = ad.pricing,
                                       .price = price,
                                       .position = static_cast<std::uint8_t>(position + 1),
                                       .examination = auction.rules.position_ctr[position],
                                       .user_hash = auction.request.user_hash,
                                       .landing_revision = ad.landing_revision}});
}

void count_filtered(std::span<const Candidate> candidates, PlacementResult& placement) {
  for (const Candidate& candidate : candidates) {
    if (candidate.reason == Reason::kWon || candidate.reason == Reason::kOutranked) continue;
    ++placement.filtered[static_cast<std::size_t>(candidate.reason)];
  }
}

void run_one(const AuctionView& auction, Scratch& scratch, PlacementResult& placement,
             AuctionResult& result) {
  const RankingOrder before(auction.request.request_id,
                            auction.context.catalog.symbols().of(ResourceType::kAd));
  const RankingRules rules{.slots = auction.slots,
                           .max_ads_per_advertiser = auction.rules.max_ads_per_advertiser,
                           .whole = auction.request.explain};
  Look look(auction, before, rules, scratch, placement);
  const std::size_t shown = decide(auction, rules, look, scratch);
  for (std::size_t i = 0; i < shown; ++i)
    announce(auction, i, *scratch.ranking.ads()[i], scratch.prices[i], result);
  placement.winner_count = static_cast<std::uint32_t>(shown);
  count_filtered(scratch.candidates, placement);

  if (auction.request.explain) {
    explain(auction,
            {.candidates = scratch.candidates,
             .ranking = scratch.ranking,
             .shown = shown,
             .before = before,
             .rules = rules},
            scratch.explain_scratch, placement, result);
  }
  for (std::size_t i = 0; i < shown; ++i) scratch.shown_items.insert(scratch.ranking.ads()[i]->item);
}

void run_placement(const AuctionRequest& request, const PlacementRequest& wanted,
                   const AuctionContext& context, Scratch& scratch, AuctionResult& result) {
  PlacementResult placement{.placement_id = wanted.placement_id,
                            .first_winner = static_cast<std::uint32_t>(result.winners.size()),
                            .first_explain = static_cast<std::uint32_t>(result.explanations.size())};
  const PlacementIx ix{context.catalog.symbols().of(ResourceType::kPlacement).find(wanted.placement_id)};
  if (!ix.exists() || !context.catalog[ix].live) {
    placement.unknown_placement = true;
    result.placements.push_back(placement);
    return;
  }
  const PlacementDoc& rules = *context.catalog[ix].doc;
  const RequestFacts& facts = scratch.facts;
  context.traffic.count({.placement = ix,
                         .region = facts.regions.empty() ? kNoRegion : facts.regions.front(),
                         .device = facts.device == kNoSymbol ? kNoDevice : facts.device});
  const auto positions = static_cast<std::uint32_t>(rules.position_ctr.size());
  const bool needs_keyword = rules.kind == PlacementKind::kSearch && !request.query.empty();
  if (needs_keyword) match_query(request, context.catalog, scratch);
  const AuctionView auction{.request = request,
                            .context = context,
                            .facts = scratch.facts,
                            .placement = ix,
                            .rules = rules,
                            .slots = wanted.slots == 0 ? positions : std::min(wanted.slots, positions),
                            .needs_keyword = needs_keyword,
                            .matcher = scratch.matcher,
                            .shown_items = scratch.shown_items};
  run_one(auction, scratch, placement, result);
  result.placements.push_back(placement);
}

}  // namespace

void run_auction(const AuctionRequest& request, const AuctionContext& context, AuctionScratch& scratch_holder,
                 AuctionResult& result) {
  Scratch& scratch = scratch_holder.impl();
  result.clear();
  resolve(request, context, scratch.facts);
  scratch.matched = false;
  scratch.shown_items.clear();
  for (const PlacementRequest& wanted : request.auctions)
    run_placement(request, wanted, context, scratch, result);
}

}  // namespace gavel
