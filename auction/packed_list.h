// Lists that lie in one piece of memory with what they belong to, so that who reads it meets few cache lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <new>
#include <ranges>
#include <span>
#include <type_traits>

namespace gavel {

// A list of a value that was packed: an offset from itself, so it can be neither copied nor moved. Immutable.
template <class T>
class PackedList {
 public:
  using value_type = T;
  using const_iterator = const T*;

  PackedList() = default;
  PackedList(const PackedList&) = delete;
  PackedList& operator=(const PackedList&) = delete;

  const T* data() const {
    if (size_ == 0) return nullptr;
    return std::launder(reinterpret_cast<const T*>(reinterpret_cast<const char*>(this) + offset_));
  }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return data()[i]; }

  template <std::ranges::range Other>
  bool operator==(const Other& other) const {
    return std::equal(begin(), end(), std::begin(other), std::end(other));
  }

 private:
  friend class Packer;
  std::uint32_t offset_ = 0;  // in bytes
  std::uint32_t size_ = 0;
};

// Lays lists one after the other into room behind the value that they belong to.
class Packer {
 public:
  explicit Packer(void* room) : next_(static_cast<char*>(room)) {}

  // What a list of so many elements takes at most.
  template <class T>
  static constexpr std::size_t room_for(std::size_t count) {
    return count * sizeof(T) + alignof(T) - 1;
  }

  template <class T>
  void put(PackedList<T>& list, std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::uninitialized_copy(values.begin(), values.end(), place(list, values.size()));
  }

  // New elements, which may have lists of their own to be put.
  template <class T>
  std::span<T> make(PackedList<T>& list, std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* const first = place(list, count);
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

 private:
  template <class T>
  T* place(PackedList<T>& list, std::size_t count) {
    next_ += -reinterpret_cast<std::uintptr_t>(next_) % alignof(T);
    T* const first = reinterpret_cast<T*>(next_);
    next_ += count * sizeof(T);
    list.offset_ = static_cast<std::uint32_t>(reinterpret_cast<char*>(first) - reinterpret_cast<char*>(&list));
    list.size_ = static_cast<std::uint32_t>(count);
    return first;
  }

  char* next_;
};

}  // namespace gavel
