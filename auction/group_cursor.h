// The ad groups of several lists, merged: the greatest score bound first.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "auction/bound_list.h"
#include "auction/scratch_map.h"

namespace gavel {

// Fagin's threshold algorithm in its simplest shape (PODS 2001): every list is sorted by the same bound, so the
// first of the best list bounds all that is still to come. Reused from auction to auction: allocates only to grow.
// Not thread-safe.
class GroupCursor {
 public:
  void clear();
  // A group that comes before all lists, whatever its bound.
  void add(AdGroupIx group) { first_.push_back(group); }
  // Lives until clear(), and so does what it shares.
  void add(const BoundList& list);
  void start();  // after the last add()

  // The next group, each once; none at the end.
  std::optional<AdGroupIx> next();
  // No group to come has a greater bound: infinity while some come before all lists; 0 at the end.
  float bound() const {
    if (!first_.empty()) return std::numeric_limits<float>::infinity();
    return lists_.empty() ? 0 : (*lists_.front()).bound;
  }
  bool at_end() const { return first_.empty() && lists_.empty(); }

 private:
  void advance();

  std::vector<AdGroupIx> first_;
  std::vector<BoundList::Cursor> lists_;  // a heap, none of them at its end
  ScratchMap seen_;
};

}  // namespace gavel
