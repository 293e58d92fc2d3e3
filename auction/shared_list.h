// A list of numbers whose copies share memory.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace gavel {

// A list that snapshots share. Copying it copies one pointer. Appending is amortised constant time even where
// copies exist: they keep their own length and never look past it, so the list that first goes beyond the
// common part may use the rest of the block. Reading is thread-safe while another thread changes another
// copy.
template <class T>
class SharedList {
 public:
  // Valid until this list changes or ends.
  std::span<const T> span() const {
    if (size_ == 0) return {};
    if constexpr (kAloneFits) {
      if (!block_) return {&alone_, 1};
    }
    return {block_->values(), size_};
  }

  // Asks the processor to fetch the first 16 or so of small elements.
  void prefetch() const {
    constexpr std::size_t kLine = 64;
    const char* const block = reinterpret_cast<const char*>(block_.get());
    __builtin_prefetch(block);
    if (sizeof(Block) + size_ * sizeof(T) > kLine) __builtin_prefetch(block + kLine);
  }

  void append(T value) {
    if constexpr (kAloneFits) {
      if (size_ == 0) {
        alone_ = value;
        size_ = 1;
        return;
      }
    }
    if (!claim_next()) {
      reallocate(next_capacity());
      block_->used.store(size_ + 1, std::memory_order_relaxed);
    }
    block_->values()[size_++] = value;
  }

  // The last element takes its place; false where it is not there. Time linear in the list.
  bool erase(T value) {
    const std::span<const T> all = span();
    const auto found = std::ranges::find(all, value);
    if (found == all.end()) return false;
    if (size_ == 1) {
      block_.reset();
      size_ = 0;
      return true;
    }
    const auto place = static_cast<std::uint32_t>(found - all.begin());
    if (place != size_ - 1) {
      if (block_->use_count() != 1) reallocate(size_);
      block_->values()[place] = block_->values()[size_ - 1];
    }
    --size_;
    return true;
  }

 private:
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr std::uint32_t kFirstCapacity = 3;  // fills malloc's smallest block
  static constexpr std::uint32_t kShort = 16;
  // Most items have one ad: it stands in the room beside the size, and takes no block.
  static constexpr bool kAloneFits = sizeof(T) <= sizeof(std::uint32_t);
  struct Nothing {};

  // Values lie behind the header in one allocation. [0, used) are taken by some list, the rest is free.
  struct Block : boost::intrusive_ref_counter<Block, boost::thread_safe_counter> {
    std::atomic<std::uint32_t> used{0};
    std::uint32_t capacity = 0;

    static void* operator new(std::size_t header, std::uint32_t capacity) {
      return ::operator new(header + sizeof(T) * capacity);
    }
    static void operator delete(void* memory) { ::operator delete(memory); }
    T* values() { return std::launder(reinterpret_cast<T*>(this + 1)); }
    const T* values() const { return std::launder(reinterpret_cast<const T*>(this + 1)); }
  };
  static_assert(alignof(T) <= alignof(Block));

  // Most lists stay short, and there are very many of them: those grow by half.
  std::uint32_t next_capacity() const {
    if (size_ >= kShort) return size_ * 2;
    return std::max(kFirstCapacity, size_ + size_ / 2 + 1);
  }

  // Takes the element after this list's last in its block; false where there is none or another list has it.
  bool claim_next() {
    if (!block_ || size_ == block_->capacity) return false;
    if (block_->use_count() == 1) {
      block_->used.store(size_ + 1, std::memory_order_relaxed);
      return true;
    }
    std::uint32_t expected = size_;
    return block_->used.compare_exchange_strong(expected, size_ + 1, std::memory_order_relaxed);
  }

  void reallocate(std::uint32_t capacity) {
    const boost::intrusive_ptr<Block> next(new (capacity) Block);
    next->capacity = capacity;
    next->used.store(size_, std::memory_order_relaxed);
    const std::span<const T> old = span();
    std::uninitialized_copy(old.begin(), old.end(), next->values());
    block_ = next;
  }

  boost::intrusive_ptr<Block> block_;
  std::uint32_t size_ = 0;
  [[no_unique_address]] std::conditional_t<kAloneFits, T, Nothing> alone_{};  // counts where there is no block
};

}  // namespace gavel
