#include "auction/best_first.h"

#include <algorithm>
#include <utility>

namespace gavel {
namespace {

// Of two the one that comes later: a heap's top is its greatest.
struct Worse {
  const RankingOrder& before;
  bool operator()(const Candidate* a, const Candidate* b) const { return before(b, a); }
};

}  // namespace

BestFirst::BestFirst(std::span<Candidate*> ads, const RankingOrder& before, bool sorted)
    : ads_(ads), before_(before), sorted_(sorted), left_(ads.size()) {
  if (sorted_) {
    std::sort(ads_.begin(), ads_.end(), before_);
  } else {
    std::make_heap(ads_.begin(), ads_.end(), Worse{before_});
  }
}

Candidate* BestFirst::first() const {
  if (left_ == 0) return nullptr;
  return sorted_ ? ads_[ads_.size() - left_] : ads_.front();
}

void BestFirst::draw_first() {
  if (!sorted_) {
    std::pop_heap(ads_.begin(), ads_.begin() + static_cast<std::ptrdiff_t>(left_), Worse{before_});
  }
  --left_;
}

void WaitingAds::start(std::span<Candidate> candidates, const RankingOrder& before) {
  candidates_ = candidates;
  before_ = before;
  if (nodes_.size() < candidates.size()) nodes_.resize(candidates.size());
}

std::uint32_t WaitingAds::meld(std::uint32_t a, std::uint32_t b) {
  if (a == kNobody) return b;
  if (b == kNobody) return a;
  if (before_(&candidates_[b], &candidates_[a])) std::swap(a, b);
  nodes_[b].sibling = nodes_[a].child;
  nodes_[a].child = b;
  return a;
}

void WaitingAds::join(Queue& queue, const Candidate& ad) {
  const auto number = static_cast<std::uint32_t>(&ad - candidates_.data());
  nodes_[number] = {};
  queue = meld(queue, number);
}

// The children are melded in pairs from the left, and the pairs from the right.
void WaitingAds::leave_first(Queue& queue) {
  std::uint32_t pairs = kNobody;
  for (std::uint32_t child = nodes_[queue].child; child != kNobody;) {
    const std::uint32_t a = child;
    const std::uint32_t b = std::exchange(nodes_[a].sibling, kNobody);
    child = b == kNobody ? kNobody : std::exchange(nodes_[b].sibling, kNobody);
    const std::uint32_t pair = meld(a, b);
    nodes_[pair].sibling = std::exchange(pairs, pair);
  }
  queue = kNobody;
  while (pairs != kNobody) {
    const std::uint32_t pair = std::exchange(pairs, nodes_[pairs].sibling);
    nodes_[pair].sibling = kNobody;
    queue = meld(queue, pair);
  }
}

}  // namespace gavel
