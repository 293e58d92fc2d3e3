// Two ways to draw the best of many ads first, for Ranking.
#pragma once

#include <span>
#include <vector>

#include "auction/ranking_order.h"

namespace gavel {

// All of a list, from the best down, as far as anybody draws: sorted at once, or a heap that is popped.
// Permutes the list, which outlives it, and nobody else changes meanwhile.
class BestFirst {
 public:
  BestFirst() = default;
  BestFirst(std::span<Candidate*> ads, const RankingOrder& before, bool sorted);

  Candidate* first() const;  // nullptr where all are drawn
  void draw_first();         // where there is one

 private:
  std::span<Candidate*> ads_;
  RankingOrder before_;
  bool sorted_ = false;
  std::size_t left_ = 0;
};

// Any number of queues of one auction's candidates, each a pairing heap (Fredman, Sedgewick, Sleator and
// Tarjan, Algorithmica 1986): joining is O(1), leaving O(log n) amortised. An ad waits in one queue at most.
// A queue is its first ad's number among the candidates, or kNobody. Reuses its memory.
class WaitingAds {
 public:
  using Queue = std::uint32_t;
  static constexpr Queue kNobody = 0xFFFFFFFF;

  // All queues are empty again. `candidates` outlive the queues.
  void start(std::span<Candidate> candidates, const RankingOrder& before);
  Candidate* first(Queue queue) const { return queue == kNobody ? nullptr : &candidates_[queue]; }
  void join(Queue& queue, const Candidate& ad);
  void leave_first(Queue& queue);

 private:
  struct Node {
    std::uint32_t child = kNobody, sibling = kNobody;
  };
  std::uint32_t meld(std::uint32_t a, std::uint32_t b);

  std::span<Candidate> candidates_;
  RankingOrder before_;
  std::vector<Node> nodes_;  // by candidate; of those that wait
};

}  // namespace gavel
