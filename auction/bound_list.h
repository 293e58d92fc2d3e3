// Ad groups under one heading, the one of the greatest score bound first.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>

#include "budget/ids.h"

namespace gavel {

struct Posting {
  float bound = 0;  // score_bound.h
  AdGroupIx group;
  bool operator==(const Posting&) const = default;
};

// The greater bound first, of equals the lesser group.
inline bool stands_before(const Posting& a, const Posting& b) {
  return a.bound != b.bound ? a.bound > b.bound : a.group < b.group;
}

// A sorted list whose copies share memory: copying it copies one pointer, and a change copies at most one leaf of
// kLeafMax postings and, in a long list, the directory of its leaves. The same posting may stand there more than
// once. Reading is thread-safe while another thread changes another copy.
class BoundList {
 public:
  static constexpr std::uint32_t kLeafMax = 512;

  BoundList() = default;

  void insert(Posting posting);
  bool erase(Posting posting);  // one of it; false where it is not there
  std::size_t size() const;
  // Asks the processor to fetch where a cursor will begin.
  void prefetch() const;

 private:
  struct Node;
  struct Leaf;
  struct Directory;
  friend void intrusive_ptr_add_ref(const Node* node);
  friend void intrusive_ptr_release(const Node* node);
  using NodePtr = boost::intrusive_ptr<Node>;

 public:
  // Walks a list from its best posting down. Lives no longer than the list.
  class Cursor {
   public:
    explicit Cursor(const BoundList& list);
    bool at_end() const { return next_ == end_; }
    const Posting& operator*() const { return *next_; }  // not at the end
    void advance() {
      if (++next_ == end_ && directory_ != nullptr) enter(leaf_ + 1);
    }

   private:
    void enter(std::uint32_t leaf);
    const Posting* next_ = nullptr;
    const Posting* end_ = nullptr;
    const Directory* directory_ = nullptr;
    std::uint32_t leaf_ = 0;
  };

 private:
  static Leaf& own_leaf(NodePtr& place, std::uint32_t capacity);
  Directory& own_directory();
  void insert_in_directory(Posting posting);
  bool erase_in_directory(Posting posting);

  NodePtr root_;  // null where empty, a leaf, or a directory of at least two leaves
};

}  // namespace gavel
