// What stands below what, where parents never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gavel {

// Of each parent a list through the numbers of its children, the one added last first: four bytes a child and a parent.
// Grow-only. Not thread-safe.
template <class Parent, class Child>
class Children {
 public:
  // Once a child.
  void add(Parent parent, Child child) {
    if (parent.value >= first_.size()) first_.resize(std::size_t{parent.value} + 1);
    if (child.value >= next_.size()) next_.resize(std::size_t{child.value} + 1);
    next_[child.value] = std::exchange(first_[parent.value], child);
  }

  template <class Visit>
  void visit(Parent parent, const Visit& visit) const {
    if (parent.value >= first_.size()) return;
    for (Child child = first_[parent.value]; child.exists(); child = next_[child.value]) visit(child);
  }

 private:
  std::vector<Child> first_;  // by parent; none where it has no child
  std::vector<Child> next_;   // by child
};

}  // namespace gavel
