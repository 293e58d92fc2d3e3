#include "auction/auction.h"

#include <algorithm>

#include "auction/candidates.h"
#include "auction/evaluation.h"
#include "auction/explain.h"
#include "auction/holding.h"
#include "auction/pricing.h"
#include "auction/ranking.h"

namespace gavel {

struct AuctionScratch::Impl {
  // Of a request.
  RequestFacts facts;
  KeywordMatcher matcher;
  std::span<const GroupMatch> matches;  // the matcher's, valid until the next request
  bool matched = false;
  ScratchMap shown_items;
  // Of one of its auctions.
  ScratchMap seen_groups;
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
std::span<const GroupMatch> keyword_matches(const AuctionRequest& request, const Catalog& catalog,
                                            Scratch& scratch) {
  if (!scratch.matched) scratch.matches = scratch.matcher.match(request.query, catalog);
  scratch.matched = true;
  return scratch.matches;
}

// Filter and score. Those that are out are kept only where somebody wants to know why.
void evaluate_all(const AuctionView& auction, Scratch& scratch, PlacementResult& placement) {
  AdEvaluator evaluator(auction);
  scratch.candidates.clear();
  for (const AdIx ad : scratch.ads) {
    if (!evaluator.evaluate(ad, scratch.candidates.emplace_back())) {
      scratch.candidates.pop_back();
      continue;
    }
    ++placement.candidates;
    const Candidate& candidate = scratch.candidates.back();
    if (candidate.admitted) {
      ++placement.eligible;
    } else if (!auction.request.explain) {
      ++placement.filtered[static_cast<std::size_t>(candidate.reason)];
      scratch.candidates.pop_back();
    }
  }
}

// Ranks, prices and holds, again without the ad whose hold fails, until all holds stand. The number of ads
// shown.
std::size_t decide(const AuctionView& auction, const RankingOrder& before, const RankingRules& rules,
                   Scratch& scratch) {
  scratch.ranking.start(scratch.candidates, before, rules);
  for (;;) {
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
  gather_candidates(auction, scratch.seen_groups, scratch.ads);
  evaluate_all(auction, scratch, placement);

  const RankingOrder before(auction.request.request_id,
                            auction.context.catalog.symbols().of(ResourceType::kAd));
  const RankingRules rules{.slots = auction.slots,
                           .max_ads_per_advertiser = auction.rules.max_ads_per_advertiser,
                           .whole = auction.request.explain};
  const std::size_t shown = decide(auction, before, rules, scratch);
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
  context.traffic.count(ix, scratch.facts.regions.empty() ? kNoRegion : scratch.facts.regions.front());
  const auto positions = static_cast<std::uint32_t>(rules.position_ctr.size());
  const bool needs_keyword = rules.kind == PlacementKind::kSearch && !request.query.empty();
  const AuctionView auction{.request = request,
                            .context = context,
                            .facts = scratch.facts,
                            .placement = ix,
                            .rules = rules,
                            .slots = wanted.slots == 0 ? positions : std::min(wanted.slots, positions),
                            .needs_keyword = needs_keyword,
                            .matches = needs_keyword ? keyword_matches(request, context.catalog, scratch)
                                                     : std::span<const GroupMatch>{},
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
