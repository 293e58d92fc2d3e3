#include "auction/ranking.h"

#include <algorithm>

namespace gavel {
namespace {

std::uint64_t fnv1a(std::uint64_t hash, std::string_view bytes) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
  return hash;
}

// The next one in order: of a sorted list the next element, of a heap its top.
class BestFirst {
 public:
  BestFirst(std::vector<Candidate*>& order, const RankingOrder& before, bool sorted)
      : order_(order), before_(before), sorted_(sorted), left_(order.size()) {
    if (sorted_) {
      std::sort(order_.begin(), order_.end(), before_);
    } else {
      std::make_heap(order_.begin(), order_.end(), worse());
    }
  }

  Candidate* next() {
    if (left_ == 0) return nullptr;
    if (sorted_) return order_[order_.size() - left_--];
    std::pop_heap(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(left_), worse());
    return order_[--left_];
  }

 private:
  struct Worse {  // of two the one that comes later: a heap's top is its greatest
    const RankingOrder& before;
    bool operator()(const Candidate* a, const Candidate* b) const { return before(b, a); }
  };
  Worse worse() const { return {before_}; }

  std::vector<Candidate*>& order_;
  const RankingOrder& before_;
  bool sorted_;
  std::size_t left_;
};

}  // namespace

std::uint64_t tie_hash(std::string_view request_id, std::string_view ad_id) {
  std::uint64_t hash = fnv1a(0xCBF29CE484222325u, request_id);
  hash = fnv1a(hash, std::string_view("\0", 1));
  hash = fnv1a(hash, ad_id);
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

bool RankingOrder::wins_tie(const Candidate& a, const Candidate& b) const {
  if (a.pctr != b.pctr) return a.pctr > b.pctr;
  const std::string_view a_id = ad_ids_->at(a.ad.value);
  const std::string_view b_id = ad_ids_->at(b.ad.value);
  const std::uint64_t a_hash = tie_hash(request_id_, a_id);
  const std::uint64_t b_hash = tie_hash(request_id_, b_id);
  return a_hash != b_hash ? a_hash < b_hash : a_id < b_id;
}

void rank(std::span<Candidate> candidates, const RankingOrder& before, const RankingRules& rules,
          RankingScratch& scratch, std::vector<Candidate*>& order, std::vector<Candidate*>& ranking) {
  order.clear();
  ranking.clear();
  scratch.items.clear();
  scratch.ads_of_advertiser.clear();
  for (Candidate& candidate : candidates) {
    if (!candidate.admitted) continue;
    candidate.reason = Reason::kOutranked;
    order.push_back(&candidate);
  }
  // The next ad of another advertiser after the last slot is at most this far down: the ads of one advertiser
  // that can stand side by side are max_ads_per_advertiser.
  const std::size_t needed =
      rules.whole ? order.size() : std::size_t{rules.slots} + std::size_t{rules.max_ads_per_advertiser};
  BestFirst best(order, before, rules.whole);
  while (ranking.size() < needed) {
    Candidate* candidate = best.next();
    if (candidate == nullptr) break;
    if (scratch.items.find(candidate->item) != nullptr) {
      candidate->reason = Reason::kDuplicateItem;
      continue;
    }
    std::uint32_t& ads = scratch.ads_of_advertiser[candidate->advertiser.value];
    if (ads >= rules.max_ads_per_advertiser) {
      candidate->reason = Reason::kAdvertiserLimit;
      continue;
    }
    ++ads;
    scratch.items.insert(candidate->item);
    ranking.push_back(candidate);
  }
}

}  // namespace gavel
