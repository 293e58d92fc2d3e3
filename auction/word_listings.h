// The texts that are listed under one word, with what rules most of them out.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "auction/query_words.h"
#include "budget/prefetch.h"

namespace gavel {

using TextIx = Index<struct TextTag>;

inline constexpr std::uint32_t kWordsMax = 1u << 30;  // distinct ones of all keywords

// How a text is put together of its distinct words, the rarest first, as far as four bits can say it.
struct TextShape {
  std::uint8_t size;      // the number of its words, where `words` says which they are; 0 where the text itself must be read
  std::uint8_t distinct;  // it has at least so many distinct ones
  std::array<std::uint8_t, 3> words;
};
inline constexpr std::array<TextShape, 16> kTextShapes{{{0, 1, {}},  // some word twice
                                                        {1, 1, {0}},
                                                        {2, 2, {0, 1}},
                                                        {2, 2, {1, 0}},
                                                        {3, 3, {0, 1, 2}},
                                                        {3, 3, {0, 2, 1}},
                                                        {3, 3, {1, 0, 2}},
                                                        {3, 3, {1, 2, 0}},
                                                        {3, 3, {2, 0, 1}},
                                                        {3, 3, {2, 1, 0}},
                                                        {0, 4, {}},
                                                        {0, 5, {}},
                                                        {0, 6, {}},
                                                        {0, 7, {}},
                                                        {0, 8, {}},
                                                        {0, 9, {}}}};

// Of a text whose distinct words, the rarest first, are `rarest` (at least one): its place in kTextShapes.
std::uint32_t shape_of(std::span<const WordId> text, std::span<const WordId> rarest);

// What a list says of one text beside the second rarest of its words, which is read first. Of a text with fewer
// distinct words the second or third is the one before. 30 bits are a word's, the two above them half of the shape's.
struct Listing {
  TextIx text;
  std::uint32_t third_and_shape = 0;
};

// Grow-only. append() is for one thread at a time; the rest never waits and may run on any. In blocks of doubling size that never
// move, the newest and largest first: while it is read the next one comes from memory. Second words lie side by side, since most texts
// are ruled out by theirs; what else is known of a text is read only where it is not.
class WordListings {
 public:
  WordListings() = default;
  ~WordListings();
  WordListings(const WordListings&) = delete;
  WordListings& operator=(const WordListings&) = delete;

  // A text with these words; 2^30 is greater than any of them.
  void append(TextIx text, WordId second, WordId third, std::uint32_t shape);
  void prefetch() const {
    if (const Block* const newest = newest_.load(std::memory_order_acquire); newest != nullptr) newest->prefetch(0, kFirstSeconds);
  }
  std::size_t memory_bytes() const;

  // Calls met(listing, second_and_shape) for those whose second word stands in `query`; `listing` has yet to come from
  // memory, and lives as long as this.
  template <class Met>
  void for_each_with_second(const QueryWords& query, const Met& met) const {
    const Block* block = newest_.load(std::memory_order_acquire);
    if (block != nullptr) block->prefetch(kFirstSeconds, block->capacity);
    for (; block != nullptr; block = block->older) {
      if (block->older != nullptr) block->older->prefetch(0, block->capacity / 2);
      const std::uint32_t count = block->count.load(std::memory_order_acquire);
      for (std::uint32_t first = 0; first < count; first += kAtOnce) {
        const std::span seconds(block->seconds() + first, std::min(kAtOnce, count - first));
        for (std::uint32_t likely = sift(seconds, query); likely != 0; likely &= likely - 1) {
          const auto i = static_cast<std::uint32_t>(std::countr_zero(likely));
          if (query.contains(word_in(seconds[i]))) met(block->listings() + first + i, seconds[i]);
        }
      }
    }
  }

  static WordId word_in(std::uint32_t word_and_shape) { return word_and_shape & (kWordsMax - 1); }
  static const TextShape& shape_in(std::uint32_t second_and_shape, std::uint32_t third_and_shape) {
    return kTextShapes[second_and_shape / kWordsMax + third_and_shape / kWordsMax * 4];
  }

 private:
  // Behind it, in one allocation, stand `capacity` second words and as many listings. Those below `count` are complete, and all
  // of an older block.
  struct Block {
    Block(Block* before, std::uint32_t size);
    static void* operator new(std::size_t header, std::uint32_t size);
    static void operator delete(void* memory) { ::operator delete(memory); }
    const std::uint32_t* seconds() const { return reinterpret_cast<const std::uint32_t*>(this + 1); }
    std::uint32_t* seconds() { return reinterpret_cast<std::uint32_t*>(this + 1); }
    const Listing* listings() const { return reinterpret_cast<const Listing*>(seconds() + capacity); }
    Listing* listings() { return reinterpret_cast<Listing*>(seconds() + capacity); }
    // Its second words from one up to another, as far as it pays.
    void prefetch(std::uint32_t from, std::uint32_t to) const {
      const auto* const bytes = reinterpret_cast<const char*>(this);
      const std::size_t end = sizeof(Block) + std::min(to, kSecondsAhead) * sizeof(std::uint32_t);
      for (std::size_t at = from * sizeof(std::uint32_t); at < end; at += kCacheLine) __builtin_prefetch(bytes + at);
    }

    Block* const older;
    const std::uint32_t capacity;
    std::atomic<std::uint32_t> count{0};
  };

  static constexpr std::uint32_t kFirstSeconds = 60;  // of a list whose length is not known
  static constexpr std::uint32_t kSecondsAhead = 1024;  // the processor itself goes on
  // So many are told without a branch for each.
  static constexpr std::uint32_t kAtOnce = 16;
  static std::uint32_t sift(std::span<const std::uint32_t> seconds, const QueryWords& query) {
    std::uint32_t likely = 0;
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      likely |= std::uint32_t{query.may_contain(word_in(seconds[i]))} << i;
    }
    return likely;
  }

  std::atomic<Block*> newest_{nullptr};
};

}  // namespace gavel
