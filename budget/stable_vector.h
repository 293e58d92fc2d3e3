// An array that grows without moving what it holds: readers keep references while a writer appends.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace gavel {

// Elements live in blocks of doubling size (64, 64, 128, 256, ...), so that a reference stays valid for the
// life of the vector. One thread grows it at a time; any thread reads an element that it learned of after
// grow_to() returned (the caller's own publication orders the two). Elements are value-initialised and never
// destroyed before the vector.
template <class T>
class StableVector {
 public:
  StableVector() = default;
  StableVector(const StableVector&) = delete;
  StableVector& operator=(const StableVector&) = delete;
  ~StableVector() {
    for (auto& block : blocks_) free_block(block.load(std::memory_order_relaxed));
  }

  std::size_t size() const { return size_.load(std::memory_order_acquire); }

  // Makes every element below `size` exist.
  void grow_to(std::size_t size) {
    if (size <= size_.load(std::memory_order_relaxed)) return;
    for (std::size_t b = 0; b <= place(size - 1).block; ++b) {
      if (blocks_[b].load(std::memory_order_relaxed) == nullptr) {
        blocks_[b].store(make_block(block_size(b)), std::memory_order_release);
      }
    }
    size_.store(size, std::memory_order_release);
  }

  T& operator[](std::size_t i) { return at(i); }
  const T& operator[](std::size_t i) const { return at(i); }

 private:
  static constexpr std::size_t kFirst = 64;
  static constexpr std::size_t kBlocks = 40;
  struct Place {
    std::size_t block, offset;
  };

  static constexpr std::size_t block_size(std::size_t b) { return b == 0 ? kFirst : kFirst << (b - 1); }
  static constexpr Place place(std::size_t i) {
    const auto b = static_cast<std::size_t>(std::bit_width(i / kFirst));
    return {b, b == 0 ? i : i - (kFirst << (b - 1))};
  }

  // The last block is half empty on average: what calloc gives takes no room before it is written to.
  static constexpr bool kZeroed =
      std::is_trivially_default_constructible_v<T> && std::is_trivially_destructible_v<T>;
  // It knows no alignment: elements that ask for more begin a little later, behind a pointer to where the block does.
  static constexpr std::size_t kAheadBytes = alignof(T) > alignof(std::max_align_t) ? alignof(T) : 0;
  static T* make_block(std::size_t size) {
    if constexpr (kZeroed) {
      auto* const all = static_cast<std::byte*>(std::calloc(size * sizeof(T) + kAheadBytes, 1));
      if (all == nullptr) throw std::bad_alloc();
      if constexpr (kAheadBytes == 0) return reinterpret_cast<T*>(all);
      std::byte* const first = all + kAheadBytes - reinterpret_cast<std::uintptr_t>(all) % kAheadBytes;
      reinterpret_cast<std::byte**>(first)[-1] = all;
      return reinterpret_cast<T*>(first);
    } else {
      return new T[size]();
    }
  }
  static void free_block(T* block) {
    if constexpr (kZeroed && kAheadBytes > 0) {
      if (block != nullptr) std::free(reinterpret_cast<std::byte**>(block)[-1]);
    } else if constexpr (kZeroed) {
      std::free(block);
    } else {
      delete[] block;
    }
  }

  T& at(std::size_t i) const {
    const Place p = place(i);
    return blocks_[p.block].load(std::memory_order_acquire)[p.offset];
  }

  std::atomic<std::size_t> size_{0};
  std::array<std::atomic<T*>, kBlocks> blocks_{};
};

}  // namespace gavel
