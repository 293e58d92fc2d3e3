// Ad groups under one heading, the one of the greatest score bound first.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "auction/versions.h"
#include "budget/ids.h"
#include "budget/stable_vector.h"

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

// A sorted list as one version shows it; the same posting may stand there more than once. A pointer: lives as
// long as the version is held. Thread-safe.
class BoundList {
 public:
  BoundList() = default;

  std::size_t size() const;

 private:
  friend class BoundLists;
  struct Node;
  struct Leaf;
  struct Directory;
  explicit BoundList(const Node* root) : root_(root) {}

 public:
  // Walks a list from its best posting down. Lives no longer than the list.
  class Cursor {
   public:
    explicit Cursor(BoundList list);
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
  // Null where it was never anything, a leaf, or a directory of at least two leaves.
  const Node* root_ = nullptr;
};

// All versions of lists with dense numbers. A change copies at most one leaf of kLeafMax postings and, in a
// long list, the directory of its leaves. One thread changes lists while any thread reads them as of versions
// that it holds.
class BoundLists {
 public:
  static constexpr std::uint32_t kLeafMax = 512;

  BoundLists() = default;
  ~BoundLists();
  BoundLists(const BoundLists&) = delete;
  BoundLists& operator=(const BoundLists&) = delete;

  // Empty where nothing was ever put.
  BoundList at(std::uint32_t number, std::uint64_t version) const;
  // Ask the processor for what at() reads: first where it says where the list is, then where a cursor will
  // begin.
  void prefetch(std::uint32_t number) const;
  void prefetch_list(std::uint32_t number) const;

  void insert(std::uint32_t number, Posting posting, VersionWriter& writer);
  // One of it; false where it is not there.
  bool erase(std::uint32_t number, Posting posting, VersionWriter& writer);

 private:
  using Node = BoundList::Node;
  using Leaf = BoundList::Leaf;
  using Directory = BoundList::Directory;

  class Change;
  std::atomic_ref<Node*> place(std::uint32_t number);

  mutable StableVector<Node*> roots_;  // the newest
};

}  // namespace gavel
