// A persistent array: copies share their pages, and a change copies only the pages on its way.
#pragma once

#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>

#include "auction/shared_list.h"

namespace gavel {

// A radix tree of fixed fan-out over dense numbers. Copying the table copies one pointer. Reading is
// thread-safe while another thread changes another copy. A page that only this table refers to is changed in
// place.
//
// A page that is copied or freed counts at each of the things it shares, which lie anywhere: these are fetched together
// first, as one after the other, each count would wait for memory alone. Rows that share something have prefetch_shares().
//
// Invariants: levels_ is 0 where nothing was ever set, else the root stands levels_ - 1 levels above the
// leaves and covers numbers below kFanOut^levels_. A page whose use count is 1, on a path of such pages from
// this root, is seen by nobody else.
template <class T>
class PagedTable {
 public:
  // A value-initialised T for numbers never set. The reference lives until this table changes or ends.
  const T& at(std::uint32_t number) const {
    static const T kNever{};
    if (number >= size_) return kNever;
    const Node* node = root_.get();
    for (std::uint32_t level = levels_ - 1; level > 0 && node != nullptr; --level) {
      node = static_cast<const Inner*>(node)->children[index_in(level, number)].get();
    }
    if (node == nullptr) return kNever;
    return static_cast<const Leaf*>(node)->values[index_in(0, number)];
  }

  // Asks the processor to fetch the element for an at() that comes soon. The pages above the leaves are few, and
  // taken to be near.
  void prefetch(std::uint32_t number) const {
    if (number < size_) __builtin_prefetch(&at(number));
  }

  // Asks for the place that says in which leaf the element is.
  void prefetch_path(std::uint32_t number) const {
    if (number >= size_ || levels_ < 2) return;
    const Node* node = root_.get();
    for (std::uint32_t level = levels_ - 1; level > 1 && node != nullptr; --level) {
      node = static_cast<const Inner*>(node)->children[index_in(level, number)].get();
    }
    if (node != nullptr) __builtin_prefetch(&static_cast<const Inner*>(node)->children[index_in(1, number)]);
  }

  // The element to change, made where it is new; pages that other tables share are copied first. The
  // reference lives until the table is next copied or changed.
  T& mutate(std::uint32_t number) {
    cover(number);
    boost::intrusive_ptr<Node>* place = &root_;
    for (std::uint32_t level = levels_ - 1; level > 0; --level) {
      place = &own<Inner>(*place).children[index_in(level, number)];
    }
    if (number >= size_) size_ = number + 1;
    return own<Leaf>(*place).values[index_in(0, number)];
  }

  std::uint32_t size() const { return size_; }  // one more than the greatest number ever set

  // Calls `visit` with the numbers of all elements that may differ from those of `before`, an older copy: those on pages
  // that the two do not share. Costs what has changed, not what there is.
  template <class Visit>
  void visit_changes(const PagedTable& before, const Visit& visit) const {
    if (levels_ > 0) visit_changes({root_.get(), levels_ - 1}, {before.root_.get(), before.levels_ - 1}, 0, visit);
  }

 private:
  static constexpr std::uint32_t kBits = 5;
  static constexpr std::uint32_t kFanOut = 1u << kBits;

  struct Node : boost::intrusive_ref_counter<Node, boost::thread_safe_counter> {
    Node() = default;
    Node(const Node&) = default;
    Node& operator=(const Node&) = delete;
    virtual ~Node() = default;
  };
  struct Inner final : Node {
    using Children = std::array<boost::intrusive_ptr<Node>, kFanOut>;
    Inner() = default;
    Inner(const Inner& other) : Node(other), children(fetched(other.children)) {}
    ~Inner() override { fetched(children); }

    static const Children& fetched(const Children& children) {
      for (const auto& child : children) __builtin_prefetch(child.get());
      return children;
    }
    Children children;
  };
  struct Leaf final : Node {
    using Values = std::array<T, kFanOut>;
    Leaf() = default;
    Leaf(const Leaf& other) : Node(other), values(fetched(other.values)) {}
    ~Leaf() override { fetched(values); }

    static const Values& fetched(const Values& values) {
      if constexpr (requires(const T& value) { value.prefetch_shares(); }) {
        for (const T& value : values) value.prefetch_shares();
      }
      return values;
    }
    Values values{};
  };

  // A page and how far it stands above the leaves.
  struct Place {
    const Node* node;
    std::uint32_t level;
  };
  // `theirs` begins at the same number as `mine` and stands at its level or, where their table is lower, below; null where they
  // have no such page.
  template <class Visit>
  void visit_changes(Place mine, Place theirs, std::uint32_t first, const Visit& visit) const {
    if (mine.node == nullptr || mine.node == theirs.node) return;
    for (std::uint32_t i = 0; i < kFanOut; ++i) {
      const std::uint64_t number = first + (std::uint64_t{i} << (kBits * mine.level));
      if (number >= size_) return;
      if (mine.level == 0) {
        visit(static_cast<std::uint32_t>(number));
        continue;
      }
      Place below{nullptr, mine.level - 1};
      if (theirs.node != nullptr && theirs.level == mine.level) {
        below.node = static_cast<const Inner*>(theirs.node)->children[i].get();
      } else if (i == 0) {
        below = theirs;
      }
      visit_changes({static_cast<const Inner*>(mine.node)->children[i].get(), mine.level - 1}, below,
                    static_cast<std::uint32_t>(number), visit);
    }
  }

  static std::uint32_t index_in(std::uint32_t level, std::uint32_t number) {
    return (number >> (kBits * level)) & (kFanOut - 1);
  }

  // Raises the root until it covers `number`.
  void cover(std::uint32_t number) {
    if (levels_ == 0) levels_ = 1;
    while ((static_cast<std::uint64_t>(number) >> (kBits * levels_)) != 0) {
      if (root_) {
        auto* above = new Inner;
        above->children[0] = std::move(root_);
        root_ = above;
      }
      ++levels_;
    }
  }

  // The page at `place`, which the caller may change: a new one where there was none, a copy where it is
  // shared.
  template <class Page>
  static Page& own(boost::intrusive_ptr<Node>& place) {
    if (!place) {
      place = new Page;
    } else if (place->use_count() != 1) {
      // use_count() loads with acquire: where it shows 1, what the last other holder read happened before.
      place = new Page(static_cast<const Page&>(*place));
    }
    return static_cast<Page&>(*place);
  }

  boost::intrusive_ptr<Node> root_;
  std::uint32_t levels_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace gavel
