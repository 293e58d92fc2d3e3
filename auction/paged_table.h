// A persistent array: copies share their pages, and a change copies only the pages on its way.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace gavel {

// A radix tree of fixed fan-out over dense numbers. Copying the table copies one pointer. Reading is thread-safe while
// another thread changes another copy. A page that only this table refers to is changed in place.
template <class T>
class PagedTable {
 public:
  // A value-initialised T for numbers never set. The reference lives until this table changes or ends.
  const T& at(std::uint32_t number) const;
  // The element to change, made where it is new; pages that other tables share are copied first. The reference lives
  // until the table is next copied or changed.
  T& mutate(std::uint32_t number);
  std::uint32_t size() const { return size_; }  // one more than the greatest number ever set

 private:
  static constexpr std::uint32_t kBits = 5;
  static constexpr std::uint32_t kFanOut = 1u << kBits;
  struct Node;
  struct Leaf;
  boost::intrusive_ptr<Node> root_;
  std::uint32_t levels_ = 0;
  std::uint32_t size_ = 0;
};

// A list of numbers that snapshots share; append and erase copy it only where somebody else holds it too.
template <class T>
class SharedList {
 public:
  std::span<const T> span() const;
  void append(T value);
  bool erase(T value);  // the last element takes its place; false where it is not there

 private:
  struct Block : boost::intrusive_ref_counter<Block, boost::thread_safe_counter> { std::vector<T> values; };
  boost::intrusive_ptr<Block> block_;
};

}  // namespace gavel
