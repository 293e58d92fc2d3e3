#include "auction/group_cursor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "auction/catalog.h"

namespace gavel {

void GroupCursor::clear() {
  first_.clear();
  lists_.clear();
  heads_.clear();
  seen_.clear();
  taken_ = drawn_ = 0;
}

void GroupCursor::add(BoundList list) {
  const BoundList::Cursor cursor(list);
  if (cursor.at_end()) return;
  heads_.push_back({*cursor, static_cast<std::uint32_t>(lists_.size())});
  lists_.push_back(cursor);
}

void GroupCursor::start(const Catalog& catalog) {
  catalog_ = &catalog;
  const auto worse = [](const auto& a, const auto& b) { return is_better(b, a); };
  std::make_heap(heads_.begin(), heads_.end(), worse);
  look_ahead();
}

std::optional<AdGroupIx> GroupCursor::next() {
  if (at_end()) return std::nullopt;
  const AdGroupIx group = ahead_[taken_++ % kAhead].group;
  look_ahead();
  return group;
}

void GroupCursor::look_ahead() {
  while (drawn_ - taken_ < kAhead) {
    const std::optional<Posting> next = draw();
    if (!next) return;
    catalog_->prefetch_gate(next->group);
    ahead_[drawn_++ % kAhead] = *next;
  }
}

// The next one of all lists that was not drawn before.
std::optional<Posting> GroupCursor::draw() {
  while (!first_.empty()) {
    const Posting first{std::numeric_limits<float>::infinity(), first_.back()};
    first_.pop_back();
    if (seen_.insert(first.group.value)) return first;
  }
  while (!heads_.empty()) {
    const Posting best = heads_.front().first;
    advance();
    if (seen_.insert(best.group.value)) return best;
  }
  return std::nullopt;
}

// The best list goes on by one and sinks to its place.
void GroupCursor::advance() {
  BoundList::Cursor& list = lists_[heads_.front().list];
  list.advance();
  if (list.at_end()) {
    heads_.front() = heads_.back();
    heads_.pop_back();
  } else {
    heads_.front().first = *list;
  }
  for (std::size_t place = 0;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heads_.size()) return;
    if (child + 1 < heads_.size() && is_better(heads_[child + 1], heads_[child])) ++child;
    if (!is_better(heads_[child], heads_[place])) return;
    std::swap(heads_[child], heads_[place]);
    place = child;
  }
}

}  // namespace gavel
