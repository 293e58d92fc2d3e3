#include "auction/bound_list.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <vector>

namespace gavel {

struct BoundList::Node {
  explicit Node(bool is_directory_) : is_directory(is_directory_) {}
  mutable std::atomic<std::uint32_t> references{0};
  const bool is_directory;
  std::uint32_t size = 0;  // postings
};

// Its postings lie behind it in one allocation.
struct BoundList::Leaf : Node {
  explicit Leaf(std::uint32_t capacity_) : Node(false), capacity(capacity_) {}
  static Leaf* make(std::uint32_t capacity) {
    return new (::operator new(sizeof(Leaf) + capacity * sizeof(Posting))) Leaf(capacity);
  }
  Posting* begin() { return std::launder(reinterpret_cast<Posting*>(this + 1)); }
  Posting* end() { return begin() + size; }
  const Posting* begin() const { return std::launder(reinterpret_cast<const Posting*>(this + 1)); }
  const Posting* end() const { return begin() + size; }

  const std::uint32_t capacity;
};

struct BoundList::Directory : Node {
  Directory() : Node(true) {}
  Directory(const Directory& other) : Node(true), leaves(fetched(other.leaves)), firsts(other.firsts) {
    size = other.size;
  }
  ~Directory() { fetched(leaves); }
  // Each leaf is counted at, and they lie anywhere.
  static const std::vector<NodePtr>& fetched(const std::vector<NodePtr>& leaves) {
    for (const NodePtr& leaf : leaves) __builtin_prefetch(leaf.get());
    return leaves;
  }
  // Of the leaf that holds `posting`, or would.
  std::size_t leaf_of(const Posting& posting) const {
    const auto after = std::upper_bound(firsts.begin() + 1, firsts.end(), posting, stands_before);
    return static_cast<std::size_t>(after - firsts.begin()) - 1;
  }

  std::vector<NodePtr> leaves;  // none is empty
  std::vector<Posting> firsts;  // of each leaf, so that a search reads no leaf
};

void intrusive_ptr_add_ref(const BoundList::Node* node) {
  node->references.fetch_add(1, std::memory_order_relaxed);
}

void intrusive_ptr_release(const BoundList::Node* node) {
  if (node->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (node->is_directory) {
    delete static_cast<const BoundList::Directory*>(node);
  } else {
    const auto* leaf = static_cast<const BoundList::Leaf*>(node);
    std::destroy_at(leaf);
    ::operator delete(const_cast<BoundList::Leaf*>(leaf));
  }
}

std::size_t BoundList::size() const {
  return root_ ? root_->size : 0;
}

void BoundList::prefetch() const {
  __builtin_prefetch(root_.get());
}

// The leaf at `place`, with room for `capacity` and seen by nobody else: itself, or a copy.
BoundList::Leaf& BoundList::own_leaf(NodePtr& place, std::uint32_t capacity) {
  auto& leaf = static_cast<Leaf&>(*place);
  // Who reads 1 with acquire comes after the last other holder's reading.
  const bool shared = leaf.references.load(std::memory_order_acquire) != 1;
  if (!shared && leaf.capacity >= capacity) return leaf;
  // A list that grows is likely to grow on.
  const std::uint32_t wanted =
      leaf.capacity >= capacity ? leaf.capacity : std::min(kLeafMax, std::max(capacity, leaf.size * 2));
  Leaf* const copy = Leaf::make(wanted);
  std::uninitialized_copy(leaf.begin(), leaf.end(), copy->begin());
  copy->size = leaf.size;
  place = NodePtr(copy);
  return *copy;
}

BoundList::Directory& BoundList::own_directory() {
  if (root_->references.load(std::memory_order_acquire) != 1) {
    root_ = NodePtr(new Directory(static_cast<const Directory&>(*root_)));
  }
  return static_cast<Directory&>(*root_);
}

void BoundList::insert(Posting posting) {
  if (!root_) {
    root_ = NodePtr(Leaf::make(1));
  } else if (root_->is_directory) {
    return insert_in_directory(posting);
  } else if (root_->size == kLeafMax) {
    auto directory = std::make_unique<Directory>();
    directory->firsts.push_back(*static_cast<const Leaf&>(*root_).begin());
    directory->leaves.push_back(root_);
    directory->size = root_->size;
    root_ = NodePtr(directory.release());
    return insert_in_directory(posting);
  }
  Leaf& leaf = own_leaf(root_, root_->size + 1);
  Posting* const place = std::upper_bound(leaf.begin(), leaf.end(), posting, stands_before);
  std::copy_backward(place, leaf.end(), leaf.end() + 1);
  *place = posting;
  ++leaf.size;
}

void BoundList::insert_in_directory(Posting posting) {
  Directory& directory = own_directory();
  std::size_t i = directory.leaf_of(posting);
  if (directory.leaves[i]->size == kLeafMax) {  // in two halves
    Leaf& lower = own_leaf(directory.leaves[i], kLeafMax);
    Leaf* const upper = Leaf::make(kLeafMax);
    upper->size = kLeafMax / 2;
    lower.size -= upper->size;
    std::uninitialized_copy(lower.end(), lower.end() + upper->size, upper->begin());
    const auto after = static_cast<std::ptrdiff_t>(i) + 1;
    directory.leaves.insert(directory.leaves.begin() + after, NodePtr(upper));
    directory.firsts.insert(directory.firsts.begin() + after, *upper->begin());
    i = directory.leaf_of(posting);
  }
  Leaf& leaf = own_leaf(directory.leaves[i], directory.leaves[i]->size + 1);
  Posting* const place = std::upper_bound(leaf.begin(), leaf.end(), posting, stands_before);
  std::copy_backward(place, leaf.end(), leaf.end() + 1);
  *place = posting;
  ++leaf.size;
  ++directory.size;
  directory.firsts[i] = *leaf.begin();
}

bool BoundList::erase(Posting posting) {
  if (!root_) return false;
  if (root_->is_directory) return erase_in_directory(posting);
  const auto& seen = static_cast<const Leaf&>(*root_);
  const auto offset = std::lower_bound(seen.begin(), seen.end(), posting, stands_before) - seen.begin();
  if (seen.begin() + offset == seen.end() || seen.begin()[offset] != posting) return false;
  if (seen.size == 1) {
    root_.reset();
    return true;
  }
  Leaf& leaf = own_leaf(root_, root_->size);
  std::copy(leaf.begin() + offset + 1, leaf.end(), leaf.begin() + offset);
  --leaf.size;
  return true;
}

bool BoundList::erase_in_directory(Posting posting) {
  const auto& seen = static_cast<const Directory&>(*root_);
  const std::size_t i = seen.leaf_of(posting);
  const auto& seen_leaf = static_cast<const Leaf&>(*seen.leaves[i]);
  const auto offset =
      std::lower_bound(seen_leaf.begin(), seen_leaf.end(), posting, stands_before) - seen_leaf.begin();
  if (seen_leaf.begin() + offset == seen_leaf.end() || seen_leaf.begin()[offset] != posting) return false;

  Directory& directory = own_directory();
  Leaf& leaf = own_leaf(directory.leaves[i], directory.leaves[i]->size);
  std::copy(leaf.begin() + offset + 1, leaf.end(), leaf.begin() + offset);
  --leaf.size;
  --directory.size;
  const auto at = static_cast<std::ptrdiff_t>(i);
  // Leaves that have become small are put together, so that a list that shrank is read in few pieces.
  if (i + 1 < directory.leaves.size() && leaf.size + directory.leaves[i + 1]->size <= kLeafMax / 2) {
    const auto& next = static_cast<const Leaf&>(*directory.leaves[i + 1]);
    Leaf& both = own_leaf(directory.leaves[i], leaf.size + next.size);
    std::copy(next.begin(), next.end(), both.end());
    both.size += next.size;
    directory.leaves.erase(directory.leaves.begin() + at + 1);
    directory.firsts.erase(directory.firsts.begin() + at + 1);
  }
  if (directory.leaves[i]->size == 0) {
    directory.leaves.erase(directory.leaves.begin() + at);
    directory.firsts.erase(directory.firsts.begin() + at);
  } else {
    directory.firsts[i] = *static_cast<const Leaf&>(*directory.leaves[i]).begin();
  }
  if (directory.leaves.size() == 1) {
    const NodePtr last = directory.leaves.front();
    root_ = last;
  }
  return true;
}

BoundList::Cursor::Cursor(const BoundList& list) {
  if (!list.root_) return;
  if (list.root_->is_directory) {
    directory_ = static_cast<const Directory*>(list.root_.get());
    enter(0);
  } else {
    const auto& leaf = static_cast<const Leaf&>(*list.root_);
    next_ = leaf.begin();
    end_ = leaf.end();
  }
}

void BoundList::Cursor::enter(std::uint32_t leaf) {
  if (leaf == directory_->leaves.size()) return;
  leaf_ = leaf;
  const auto& entered = static_cast<const Leaf&>(*directory_->leaves[leaf]);
  next_ = entered.begin();
  end_ = entered.end();
}

}  // namespace gavel
