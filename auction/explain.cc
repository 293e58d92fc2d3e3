#include "auction/explain.h"

#include <algorithm>

namespace gavel {
namespace {

class Explainer {
 public:
  Explainer(const AuctionView& auction, const DecidedAuction& decided, ExplainScratch& scratch,
            PlacementResult& placement, AuctionResult& result)
      : auction_(auction),
        decided_(decided),
        scratch_(scratch),
        evaluator_(auction, /*whole=*/true),
        placement_(placement),
        result_(result) {
    scratch_.done.clear();
    scratch_.by_ad.clear();
    for (std::uint32_t i = 0; i < decided.candidates.size(); ++i) {
      scratch_.by_ad.emplace_back(decided.candidates[i].ad, i);
    }
    std::sort(scratch_.by_ad.begin(), scratch_.by_ad.end());
    placement_.first_explain = static_cast<std::uint32_t>(result_.explanations.size());
  }

  void add_asked_for() {
    const Interner& ids = auction_.context.catalog.symbols().of(ResourceType::kAd);
    for (const std::string_view id : auction_.request.explain_ad_ids) {
      const std::uint32_t ad = ids.find(id);
      if (ad != Interner::kAbsent && !add_ad(AdIx{ad})) return;
    }
  }

  void add_ranking() {
    for (const Candidate* candidate : decided_.ranking.ads()) {
      if (!add(*candidate)) return;
    }
  }

  void add_filtered() {
    const bool narrowed = auction_.needs_keyword || auction_.request.limits_items;
    if (narrowed) {
      for (const auto& [ad, place] : scratch_.by_ad) {
        if (!add(decided_.candidates[place])) return;
      }
      return;
    }
    const std::uint32_t limit = auction_.context.catalog.ad_limit();
    for (std::uint32_t ad = 0; ad < limit; ++ad) {
      if (!add_ad(AdIx{ad})) return;
    }
  }

 private:
  // The three below: false when no more entries are wanted. An ad that has its entry gets no second one.
  bool add_ad(AdIx ad) {
    const auto before = [](const std::pair<AdIx, std::uint32_t>& entry, AdIx wanted) {
      return entry.first < wanted;
    };
    const auto place = std::lower_bound(scratch_.by_ad.begin(), scratch_.by_ad.end(), ad, before);
    if (place != scratch_.by_ad.end() && place->first == ad) return add(decided_.candidates[place->second]);
    if (scratch_.done.find(ad.value) != nullptr) return true;
    Candidate passed_over;
    return !evaluator_.evaluate(ad, passed_over) || add(passed_over);
  }

  bool add(const Candidate& candidate) {
    if (scratch_.done.find(candidate.ad.value) != nullptr) return true;
    if (placement_.explain_count == kExplainMax) {
      placement_.explain_truncated = true;
      return false;
    }
    scratch_.done.insert(candidate.ad.value);
    ++placement_.explain_count;
    result_.explanations.push_back({.ad = candidate.ad,
                                    .reason = candidate.reason,
                                    .score = candidate.score,
                                    .effective_bid = candidate.effective_bid,
                                    .price_to_win = price_to_win_of(candidate)});
    return true;
  }

  // An ad under its reserve whose item is shown already would only be out for that.
  std::optional<Micros> price_to_win_of(const Candidate& candidate) {
    const bool ranked = candidate.reason == Reason::kWon || candidate.reason == Reason::kOutranked;
    const bool too_low =
        candidate.reason == Reason::kBelowReserve && auction_.shown_items.find(candidate.item) == nullptr;
    if (!ranked && !too_low) return std::nullopt;
    const Ranking& ranking = decided_.ranking;
    const auto others =
        candidate.reason == Reason::kWon ? ranking.order() : ranking.ads().first(decided_.shown);
    return price_to_win(candidate, {others.data(), others.size()}, decided_.before, decided_.rules,
                        scratch_.price_to_win);
  }

  const AuctionView& auction_;
  const DecidedAuction& decided_;
  ExplainScratch& scratch_;
  AdEvaluator evaluator_;
  PlacementResult& placement_;
  AuctionResult& result_;
};

}  // namespace

void explain(const AuctionView& auction, const DecidedAuction& decided, ExplainScratch& scratch,
             PlacementResult& placement, AuctionResult& result) {
  Explainer explainer(auction, decided, scratch, placement, result);
  explainer.add_asked_for();
  explainer.add_ranking();
  explainer.add_filtered();
}

}  // namespace gavel
