#include "auction/bound_list.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <vector>

#include "budget/prefetch.h"

namespace gavel {

// Those of an older version than the one that is being made are never changed. Of a root that is being made,
// readers of older versions look at made_in and previous.
struct BoundList::Node {
  Node(std::uint64_t made_in_, std::uint16_t capacity_, bool is_directory_)
      : made_in(made_in_), capacity(capacity_), is_directory(is_directory_) {}
  const std::uint64_t made_in;
  const Node* previous = nullptr;  // of a root: what the list was before that version
  std::uint32_t size = 0;          // postings
  const std::uint16_t capacity;    // of a leaf
  const bool is_directory;
};

// Its postings lie behind it in one allocation.
struct BoundList::Leaf : Node {
  Leaf(std::uint64_t made_in_, std::uint16_t capacity_) : Node(made_in_, capacity_, false) {}
  static Leaf* make(std::uint64_t made_in, std::uint32_t capacity) {
    const auto room = static_cast<std::uint16_t>(capacity);
    return new (room) Leaf(made_in, room);
  }
  static void* operator new(std::size_t header, std::uint16_t capacity) {
    return ::operator new(header + capacity * sizeof(Posting));
  }
  static void operator delete(void* memory) { ::operator delete(memory); }

  Posting* begin() { return std::launder(reinterpret_cast<Posting*>(this + 1)); }
  Posting* end() { return begin() + size; }
  const Posting* begin() const { return std::launder(reinterpret_cast<const Posting*>(this + 1)); }
  const Posting* end() const { return begin() + size; }

  // Of the first posting that does not stand before this one.
  std::size_t place_of(const Posting& posting) const {
    return static_cast<std::size_t>(std::lower_bound(begin(), end(), posting, stands_before) - begin());
  }
  bool has(const Posting& posting, std::size_t place) const {
    return place < size && begin()[place] == posting;
  }

  // Has the room.
  void put(const Posting& posting) {
    Posting* const place = begin() + place_of(posting);
    std::copy_backward(place, end(), end() + 1);
    *place = posting;
    ++size;
  }
  void take_out(std::size_t place) {
    std::copy(begin() + place + 1, end(), begin() + place);
    --size;
  }
  void append(const Posting* first, std::size_t count) {
    std::uninitialized_copy_n(first, count, end());
    size += static_cast<std::uint32_t>(count);
  }
};

struct BoundList::Directory : Node {
  explicit Directory(std::uint64_t made_in_) : Node(made_in_, 0, true) {}
  Directory(std::uint64_t made_in_, const Directory& other)
      : Node(made_in_, 0, true), leaves(other.leaves), firsts(other.firsts) {
    size = other.size;
  }
  // Of the leaf that holds `posting`, or would.
  std::size_t leaf_of(const Posting& posting) const {
    const auto after = std::upper_bound(firsts.begin() + 1, firsts.end(), posting, stands_before);
    return static_cast<std::size_t>(after - firsts.begin()) - 1;
  }
  void put_leaf(std::size_t place, Leaf* leaf) {
    leaves.insert(leaves.begin() + static_cast<std::ptrdiff_t>(place), leaf);
    firsts.insert(firsts.begin() + static_cast<std::ptrdiff_t>(place), *leaf->begin());
  }
  void take_leaf_out(std::size_t place) {
    leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(place));
    firsts.erase(firsts.begin() + static_cast<std::ptrdiff_t>(place));
  }

  std::vector<Leaf*> leaves;    // none is empty; each is this list's alone, and older versions'
  std::vector<Posting> firsts;  // of each leaf, so that a search reads no leaf
};

std::size_t BoundList::size() const {
  return root_ == nullptr ? 0 : root_->size;
}

BoundList::Cursor::Cursor(BoundList list) {
  if (list.root_ == nullptr) return;
  if (list.root_->is_directory) {
    directory_ = static_cast<const Directory*>(list.root_);
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
  const Leaf& entered = *directory_->leaves[leaf];
  next_ = entered.begin();
  end_ = entered.end();
}

// The writer's side: a list that is about to be changed.
class BoundLists::Change {
 public:
  Change(BoundLists& lists, std::uint32_t number, VersionWriter& writer)
      : place_(lists.place(number)), writer_(writer) {}

  void insert(const Posting& posting) {
    if (root() == nullptr) set_root(Leaf::make(writer_.number(), 1));
    if (!root()->is_directory && root()->size == kLeafMax) divide_root();
    if (root()->is_directory) return insert_in_directory(posting);
    own_root_leaf(root()->size + 1).put(posting);
  }

  bool erase(const Posting& posting) {
    if (root() == nullptr) return false;
    if (root()->is_directory) return erase_in_directory(posting);
    const auto& seen = static_cast<const Leaf&>(*root());
    const std::size_t place = seen.place_of(posting);
    if (!seen.has(posting, place)) return false;
    if (seen.size == 1) {
      empty_root();
    } else {
      own_root_leaf(seen.size).take_out(place);
    }
    return true;
  }

 private:
  Node* root() const { return place_.load(std::memory_order_relaxed); }

  // Instead of the one that is there, which the caller retires unless it is part of the new one.
  void set_root(Node* next) {
    const Node* const now = root();
    if (now != nullptr) next->previous = is_mine(*now) ? now->previous : now;
    place_.store(next, std::memory_order_release);
  }

  bool is_mine(const Node& node) const { return node.made_in == writer_.number(); }

  Leaf* copy(const Leaf& leaf, std::uint32_t capacity) const {
    // A list that grows is likely to grow on.
    const std::uint32_t wanted =
        leaf.capacity >= capacity ? leaf.capacity : std::min(kLeafMax, std::max(capacity, leaf.size * 2));
    Leaf* const made = Leaf::make(writer_.number(), wanted);
    made->append(leaf.begin(), leaf.size);
    return made;
  }

  // With room for `capacity`, and of this version.
  Leaf& own_root_leaf(std::uint32_t capacity) {
    auto* const leaf = static_cast<Leaf*>(root());
    if (is_mine(*leaf) && leaf->capacity >= capacity) return *leaf;
    Leaf* const made = copy(*leaf, capacity);
    set_root(made);
    writer_.retire(leaf);
    return *made;
  }

  // Older versions have it still, so that the list does not go back to nothing, but it keeps no room.
  void empty_root() {
    auto* const leaf = static_cast<Leaf*>(root());
    set_root(Leaf::make(writer_.number(), 0));
    writer_.retire(leaf);
  }

  Leaf& own_leaf(Leaf*& place, std::uint32_t capacity) {
    if (is_mine(*place) && place->capacity >= capacity) return *place;
    Leaf* const before = place;
    place = copy(*before, capacity);
    writer_.retire(before);
    return *place;
  }

  Directory& own_directory() {
    auto* const directory = static_cast<Directory*>(root());
    if (is_mine(*directory)) return *directory;
    auto* const made = new Directory(writer_.number(), *directory);
    set_root(made);
    writer_.retire(directory);
    return *made;
  }

  // A full leaf becomes the first of a directory; in older versions it stays a root.
  void divide_root() {
    auto* const leaf = static_cast<Leaf*>(root());
    auto* const directory = new Directory(writer_.number());
    directory->put_leaf(0, leaf);
    directory->size = leaf->size;
    set_root(directory);
  }

  void insert_in_directory(const Posting& posting) {
    Directory& directory = own_directory();
    std::size_t i = directory.leaf_of(posting);
    if (directory.leaves[i]->size == kLeafMax) {  // in two halves
      Leaf& lower = own_leaf(directory.leaves[i], kLeafMax);
      Leaf* const upper = Leaf::make(writer_.number(), kLeafMax);
      lower.size /= 2;
      upper->append(lower.end(), kLeafMax - lower.size);
      directory.put_leaf(i + 1, upper);
      i = directory.leaf_of(posting);
    }
    Leaf& leaf = own_leaf(directory.leaves[i], directory.leaves[i]->size + 1);
    leaf.put(posting);
    ++directory.size;
    directory.firsts[i] = *leaf.begin();
  }

  bool erase_in_directory(const Posting& posting) {
    const auto& seen = static_cast<const Directory&>(*root());
    const std::size_t i = seen.leaf_of(posting);
    const std::size_t place = seen.leaves[i]->place_of(posting);
    if (!seen.leaves[i]->has(posting, place)) return false;

    Directory& directory = own_directory();
    Leaf& leaf = own_leaf(directory.leaves[i], directory.leaves[i]->size);
    leaf.take_out(place);
    --directory.size;
    // Leaves that have become small are put together, so that a list that shrank is read in few pieces.
    if (i + 1 < directory.leaves.size() && leaf.size + directory.leaves[i + 1]->size <= kLeafMax / 2) {
      Leaf* const next = directory.leaves[i + 1];
      own_leaf(directory.leaves[i], leaf.size + next->size).append(next->begin(), next->size);
      directory.take_leaf_out(i + 1);
      writer_.retire(next);
    }
    if (directory.leaves[i]->size == 0) {
      writer_.retire(directory.leaves[i]);
      directory.take_leaf_out(i);
    } else {
      directory.firsts[i] = *directory.leaves[i]->begin();
    }
    if (directory.leaves.size() == 1) end_directory(directory);
    return true;
  }

  // The last leaf may be part of older versions, so that it cannot become a root itself.
  void end_directory(Directory& directory) {
    Leaf* const last = directory.leaves.front();
    set_root(copy(*last, last->size));
    writer_.retire(last);
    writer_.retire(&directory);
  }

  const std::atomic_ref<Node*> place_;
  VersionWriter& writer_;
};

BoundLists::~BoundLists() {
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    Node* const root = roots_[i];
    if (root == nullptr) continue;
    if (!root->is_directory) {
      delete static_cast<Leaf*>(root);
      continue;
    }
    auto* const directory = static_cast<Directory*>(root);
    for (Leaf* const leaf : directory->leaves) delete leaf;
    delete directory;
  }
}

BoundList BoundLists::at(std::uint32_t number, std::uint64_t version) const {
  if (version == 0 || number >= roots_.size()) return {};
  const Node* node = std::atomic_ref(roots_[number]).load(std::memory_order_acquire);
  while (node != nullptr && node->made_in > version) node = node->previous;
  return BoundList(node);
}

void BoundLists::prefetch(std::uint32_t number) const {
  if (number < roots_.size()) __builtin_prefetch(&roots_[number]);
}

void BoundLists::prefetch_list(std::uint32_t number) const {
  if (number >= roots_.size()) return;
  prefetch_bytes(std::atomic_ref(roots_[number]).load(std::memory_order_relaxed), sizeof(BoundList::Leaf) + sizeof(Posting));
}

std::atomic_ref<BoundList::Node*> BoundLists::place(std::uint32_t number) {
  roots_.grow_to(std::size_t{number} + 1);
  return std::atomic_ref(roots_[number]);
}

void BoundLists::insert(std::uint32_t number, Posting posting, VersionWriter& writer) {
  Change(*this, number, writer).insert(posting);
}

bool BoundLists::erase(std::uint32_t number, Posting posting, VersionWriter& writer) {
  return Change(*this, number, writer).erase(posting);
}

}  // namespace gavel
