#include "auction/group_cursor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "auction/catalog.h"

namespace gavel {
namespace {

bool is_better(const BoundList::Cursor& a, const BoundList::Cursor& b) {
  return stands_before(*a, *b);
}

}  // namespace

void GroupCursor::clear() {
  first_.clear();
  lists_.clear();
  seen_.clear();
  taken_ = drawn_ = 0;
}

void GroupCursor::add(BoundList list) {
  const BoundList::Cursor cursor(list);
  if (!cursor.at_end()) lists_.push_back(cursor);
}

void GroupCursor::start(const Catalog& catalog) {
  catalog_ = &catalog;
  const auto worse = [](const auto& a, const auto& b) { return is_better(b, a); };
  std::make_heap(lists_.begin(), lists_.end(), worse);
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
  while (!lists_.empty()) {
    const Posting best = *lists_.front();
    advance();
    if (seen_.insert(best.group.value)) return best;
  }
  return std::nullopt;
}

// The best list goes on by one and sinks to its place.
void GroupCursor::advance() {
  lists_.front().advance();
  if (lists_.front().at_end()) {
    lists_.front() = lists_.back();
    lists_.pop_back();
  }
  for (std::size_t place = 0;;) {
    std::size_t child = 2 * place + 1;
    if (child >= lists_.size()) return;
    if (child + 1 < lists_.size() && is_better(lists_[child + 1], lists_[child])) ++child;
    if (!is_better(lists_[child], lists_[place])) return;
    std::swap(lists_[child], lists_[place]);
    place = child;
  }
}

}  // namespace gavel
