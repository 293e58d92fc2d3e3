// What stands in the ranking of an auction, kept true while ads whose holds fail are taken out of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "auction/best_first.h"
#include "auction/candidate.h"
#include "auction/ranking_order.h"
#include "auction/scratch_map.h"

namespace gavel {

struct RankingRules {
  std::uint32_t slots = 0;
  std::uint32_t max_ads_per_advertiser = 1;
  bool whole =
      false;  // finish() ranks everything, for explain; else only what slots and prices need is ranked
};

// The ranking is made from the best ad down. On its way each ad comes to two gates: its item's, which lets
// one shown ad through, and its advertiser's, which lets max_ads_per_advertiser through. An ad at a closed
// gate is cut and waits there. The first `slots` ads of the ranking are shown; what stands below them sets
// prices and closes no item's gate, as its item is not shown.
//
// An ad that is taken out leaves both gates. What stood below it goes through the gates again, and with it,
// in order, what waits at gates that are open now: so it costs what the ads cost that it lets in, and those
// that it does not concern are not looked at. Invariant: nobody waits at an open gate but those in `open_`,
// and those who come after an ad of `below_` that goes through the same gate.
//
// Reused from auction to auction; allocates only to grow. Not thread-safe.
class Ranking {
 public:
  // Ranks the admitted candidates as far as slots and prices need. The candidates outlive the use of the
  // ranking and stay where they are, and so does what `before` refers to.
  void start(std::span<Candidate> candidates, const RankingOrder& before, const RankingRules& rules);

  // Takes out the ad at this place of ads(), whose `admitted` and `reason` are the caller's business.
  void remove(std::size_t place);

  // To be called when no more are taken out. Where `whole`: ranks the rest, and sorts order(). The
  // reason of every admitted candidate is that of a ranking made at once of those still there: kDuplicateItem
  // or kAdvertiserLimit where it is cut, as far down as was ranked, else kOutranked.
  void finish();

  // Best first. Valid until the next call of the three above.
  std::span<Candidate* const> ads() const { return ads_; }
  // After finish() and where `whole`: the admitted candidates, cut or not, best first.
  std::span<Candidate* const> order() const { return order_; }

 private:
  struct Gate {
    std::uint32_t limit = 0;
    std::uint32_t passed = 0;  // ads in the ranking that count
    WaitingAds::Queue waiting = WaitingAds::kNobody;
    bool in_open = false;
    bool closed() const { return passed >= limit; }
  };

  std::uint32_t gate(ScratchMap& gates, std::uint32_t key, std::uint32_t limit);
  std::uint32_t item_gate(const Candidate& ad) { return gate(item_gates_, ad.item, 1); }
  std::uint32_t owner_gate(const Candidate& ad) {
    return gate(owner_gates_, ad.advertiser.value, rules_.max_ads_per_advertiser);
  }
  void rank_until(std::size_t size);
  Candidate* draw();
  void let_through(Candidate& ad);
  void open_if_waited_for(std::uint32_t gate);
  void correct_reasons();

  RankingOrder before_;
  RankingRules rules_;
  std::vector<Candidate*> ads_;
  std::vector<Candidate*> order_;
  BestFirst fresh_;  // of order_: never drawn so far
  std::vector<Candidate*>
      below_;  // stood below one that was taken out: to be let through again, the best last
  WaitingAds waiting_;
  std::vector<Gate> gates_;
  ScratchMap item_gates_, owner_gates_;  // item or advertiser -> place in gates_, and one
  std::vector<std::uint32_t> open_;      // gates with ads waiting that may be open
  bool removed_any_ = false;
};

}  // namespace gavel
