// A small hash table that is filled and emptied for every request without giving its memory back.
#pragma once

#include <cstdint>
#include <vector>

namespace gavel {

// Numbers to numbers, open addressing with linear probing. clear() costs nothing: each slot remembers the
// generation that wrote it. Allocates only to grow. Not thread-safe.
class ScratchMap {
 public:
  ScratchMap() : slots_(64) {}

  // The value of `key`, made 0 where there is none. The reference lives until the next call.
  std::uint32_t& operator[](std::uint32_t key) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(key)];
    if (slot.generation != generation_) {
      slot = {key, 0, generation_};
      ++size_;
    }
    return slot.value;
  }

  // nullptr where there is none; lives until the next change.
  const std::uint32_t* find(std::uint32_t key) const {
    const Slot& slot = slots_[place(key)];
    return slot.generation == generation_ ? &slot.value : nullptr;
  }

  // True the first time that `key` is seen since clear().
  bool insert(std::uint32_t key) {
    std::uint32_t& seen = (*this)[key];
    const bool is_new = seen == 0;
    seen = 1;
    return is_new;
  }

  std::uint32_t size() const { return size_; }

  void clear() {
    size_ = 0;
    if (++generation_ != 0) return;
    slots_.assign(slots_.size(),
                  Slot{});  // once in four thousand million requests: old marks would come back
    generation_ = 1;
  }

 private:
  struct Slot {
    std::uint32_t key = 0, value = 0, generation = 0;
  };

  // Where `key` is or would be put. Multiplicative hashing (Knuth, The Art of Computer Programming 3,
  // section 6.4).
  std::size_t place(std::uint32_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = ((key * 0x9E3779B97F4A7C15u) >> 32) & mask;
    while (slots_[i].generation == generation_ && slots_[i].key != key) i = (i + 1) & mask;
    return i;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.generation == generation_) slots_[place(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them
  std::uint32_t size_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace gavel
