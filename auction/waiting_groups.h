// Ad groups whose gates let them in, and that wait to be looked at: the greatest bound first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "auction/bound_list.h"

namespace gavel {

// The second of the two steps of an optimal multi-step search (Seidl and Kriegel, SIGMOD 1998): lists come in the order of
// bounds that hold for all requests; a group waits here with the lesser bound of this one until no list can bring a
// greater, so that no group is looked at whose own bound would have told that it does not matter. A binary heap; reuses its memory.
class WaitingGroups {
 public:
  void clear() { heap_.clear(); }
  bool empty() const { return heap_.empty(); }
  // The greatest; where there is one.
  const Posting& first() const { return heap_.front(); }
  void push(const Posting& posting) {
    heap_.push_back(posting);
    std::push_heap(heap_.begin(), heap_.end(), after);
  }
  AdGroupIx take_first() {
    std::pop_heap(heap_.begin(), heap_.end(), after);
    const AdGroupIx group = heap_.back().group;
    heap_.pop_back();
    return group;
  }

 private:
  static bool after(const Posting& a, const Posting& b) { return stands_before(b, a); }

  std::vector<Posting> heap_;
};

}  // namespace gavel
