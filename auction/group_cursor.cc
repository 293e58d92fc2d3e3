#include "auction/group_cursor.h"

#include <algorithm>
#include <utility>

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
}

void GroupCursor::add(const BoundList& list) {
  const BoundList::Cursor cursor(list);
  if (!cursor.at_end()) lists_.push_back(cursor);
}

void GroupCursor::start() {
  const auto worse = [](const auto& a, const auto& b) { return is_better(b, a); };
  std::make_heap(lists_.begin(), lists_.end(), worse);
}

std::optional<AdGroupIx> GroupCursor::next() {
  while (!first_.empty()) {
    const AdGroupIx group = first_.back();
    first_.pop_back();
    if (seen_.insert(group.value)) return group;
  }
  while (!lists_.empty()) {
    const AdGroupIx group = (*lists_.front()).group;
    advance();
    if (seen_.insert(group.value)) return group;
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
