// The ad groups of several lists, merged: the greatest score bound first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "auction/bound_list.h"
#include "auction/scratch_map.h"

namespace gavel {

class Catalog;

// Fagin's threshold algorithm in its simplest shape (PODS 2001): every list is sorted by the same bound, so the
// first of the best list bounds all that is still to come. Reused from auction to auction: allocates only to grow.
// Not thread-safe.
class GroupCursor {
 public:
  void clear();
  // A group that comes before all lists, whatever its bound.
  void add(AdGroupIx group) { first_.push_back(group); }
  // Of a snapshot that is held until the last next().
  void add(BoundList list);
  // After the last add(). Of groups that come soon the catalog's gates are fetched ahead.
  void start(const Catalog& catalog);

  // The next group, each once; none at the end.
  std::optional<AdGroupIx> next();
  // No group to come has a greater bound: infinity while some come before all lists; 0 at the end.
  float bound() const { return at_end() ? 0 : ahead_[taken_ % kAhead].bound; }
  bool at_end() const { return taken_ == drawn_; }

 private:
  static constexpr std::size_t kAhead = 16;  // a power of two

  void look_ahead();
  std::optional<Posting> draw();
  void advance();

  std::vector<AdGroupIx> first_;
  // A list that is not at its end, with its first posting: a query of hundreds of words has so many lists that
  // whoever looked into them to compare them would wait for memory each time.
  struct Head {
    Posting first;
    std::uint32_t list;
  };
  static bool is_better(const Head& a, const Head& b) { return stands_before(a.first, b.first); }

  std::vector<BoundList::Cursor> lists_;
  std::vector<Head> heads_;  // a heap
  ScratchMap seen_;
  // Drawn from the lists and not taken yet: from taken_ up to drawn_, modulo kAhead.
  std::array<Posting, kAhead> ahead_;
  std::size_t taken_ = 0, drawn_ = 0;
  const Catalog* catalog_ = nullptr;
};

}  // namespace gavel
