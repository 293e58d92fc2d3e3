#include "auction/ranking.h"

#include <algorithm>

namespace gavel {

void Ranking::start(std::span<Candidate> candidates, const RankingOrder& before, const RankingRules& rules) {
  before_ = before;
  rules_ = rules;
  removed_any_ = false;
  ads_.clear();
  order_.clear();
  below_.clear();
  gates_.clear();
  open_.clear();
  item_gates_.clear();
  owner_gates_.clear();
  waiting_.start(candidates, before);
  for (Candidate& candidate : candidates) {
    if (!candidate.admitted) continue;
    candidate.reason = Reason::kOutranked;
    order_.push_back(&candidate);
  }
  fresh_ = BestFirst(order_, before, rules.whole);
  // The next ad of another advertiser after the last slot is at most this far down: the ads of one advertiser
  // that can stand side by side are max_ads_per_advertiser.
  rank_until(std::size_t{rules.slots} + rules.max_ads_per_advertiser);
}

void Ranking::remove(std::size_t place) {
  removed_any_ = true;
  const Candidate& removed = *ads_[place];
  for (std::size_t i = place; i < ads_.size(); ++i) {
    --gates_[owner_gate(*ads_[i])].passed;
    if (i < rules_.slots) --gates_[item_gate(*ads_[i])].passed;
  }
  below_.insert(below_.end(), ads_.rbegin(), ads_.rend() - static_cast<std::ptrdiff_t>(place + 1));
  ads_.resize(place);
  open_if_waited_for(item_gate(removed));
  open_if_waited_for(owner_gate(removed));
  rank_until(std::size_t{rules_.slots} + rules_.max_ads_per_advertiser);
}

void Ranking::finish() {
  if (rules_.whole) rank_until(order_.size());
  if (!removed_any_) return;
  std::erase_if(order_, [](const Candidate* ad) { return !ad->admitted; });
  correct_reasons();
}

std::uint32_t Ranking::gate(ScratchMap& gates, std::uint32_t key, std::uint32_t limit) {
  std::uint32_t& place = gates[key];
  if (place == 0) {
    gates_.push_back({.limit = limit});
    place = static_cast<std::uint32_t>(gates_.size());
  }
  return place - 1;
}

void Ranking::rank_until(std::size_t size) {
  while (ads_.size() < size) {
    Candidate* const ad = draw();
    if (ad == nullptr) return;
    let_through(*ad);
  }
}

// The best of those that stood in the ranking, wait at an open gate, or were never drawn.
Candidate* Ranking::draw() {
  Candidate* best = fresh_.first();
  Gate* from = nullptr;
  for (std::size_t i = 0; i < open_.size();) {
    Gate& gate = gates_[open_[i]];
    Candidate* const first = waiting_.first(gate.waiting);
    if (gate.closed() || first == nullptr) {
      gate.in_open = false;
      open_[i] = open_.back();
      open_.pop_back();
      continue;
    }
    if (best == nullptr || before_(first, best)) {
      best = first;
      from = &gate;
    }
    ++i;
  }
  if (!below_.empty() && (best == nullptr || before_(below_.back(), best))) {
    best = below_.back();
    below_.pop_back();
  } else if (from != nullptr) {
    waiting_.leave_first(from->waiting);
  } else if (best != nullptr) {
    fresh_.draw_first();
  }
  return best;
}

void Ranking::let_through(Candidate& ad) {
  const std::uint32_t item = item_gate(ad);
  const std::uint32_t owner = owner_gate(ad);
  if (gates_[item].closed()) {
    ad.reason = Reason::kDuplicateItem;
    waiting_.join(gates_[item].waiting, ad);
  } else if (gates_[owner].closed()) {
    ad.reason = Reason::kAdvertiserLimit;
    waiting_.join(gates_[owner].waiting, ad);
  } else {
    ad.reason = Reason::kOutranked;
    if (ads_.size() < rules_.slots) ++gates_[item].passed;
    ++gates_[owner].passed;
    ads_.push_back(&ad);
  }
  // It may have gone through them before one above it was taken out, and go through them no more.
  open_if_waited_for(item);
  open_if_waited_for(owner);
}

void Ranking::open_if_waited_for(std::uint32_t place) {
  Gate& gate = gates_[place];
  if (gate.in_open || gate.closed() || gate.waiting == WaitingAds::kNobody) return;
  gate.in_open = true;
  open_.push_back(place);
}

// Who waits at one gate is not looked at when the other one closes or when the ranking comes to end above it.
void Ranking::correct_reasons() {
  const bool ends = !rules_.whole && ads_.size() >= std::size_t{rules_.slots} + rules_.max_ads_per_advertiser;
  const auto shown = ads().first(std::min<std::size_t>(rules_.slots, ads_.size()));
  for (Candidate* const ad : order_) {
    if (ad->reason == Reason::kOutranked) continue;
    if (ends && before_(ads_.back(), ad)) {
      ad->reason = Reason::kOutranked;
    } else if (ad->reason == Reason::kAdvertiserLimit && gates_[item_gate(*ad)].closed()) {
      const auto same_item = [ad](const Candidate* other) { return other->item == ad->item; };
      const auto holder = std::find_if(shown.begin(), shown.end(), same_item);
      if (before_(*holder, ad)) ad->reason = Reason::kDuplicateItem;
    }
  }
}

}  // namespace gavel
