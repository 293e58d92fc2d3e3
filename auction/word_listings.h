// The texts that are listed under one word, with what rules most of them out.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

#include "auction/query_words.h"
#include "budget/ids.h"
#include "budget/prefetch.h"

namespace gavel {

using TextIx = Index<struct TextTag>;

struct Listing {
  TextIx text;
  WordId second;  // the second rarest of its words; of a text with one distinct word that word
};

// Grow-only. append() is for one thread at a time; the rest never waits and may run on any. In blocks of doubling size that never
// move, the newest and largest first: while it is read the next one comes from memory. Signatures of texts lie side by side, since most
// texts are ruled out by theirs; what else is known of a text is read only where it is not.
class WordListings {
 public:
  WordListings() = default;
  ~WordListings();
  WordListings(const WordListings&) = delete;
  WordListings& operator=(const WordListings&) = delete;

  // `words`: word_bits() of all of its words.
  void append(const Listing& listing, std::uint32_t words);
  void prefetch() const {
    if (const Block* const newest = newest_.load(std::memory_order_acquire); newest != nullptr) newest->prefetch(0, kFirstTexts);
  }
  std::size_t memory_bytes() const;

  // Calls met(const Listing&) for every text all of whose words are among `words` (word_bits() of a query's), and for few
  // others. The listing has yet to come from memory, and lives as long as this.
  template <class Met>
  void for_each_likely(std::uint32_t words, const Met& met) const {
    const Block* block = newest_.load(std::memory_order_acquire);
    if (block != nullptr) block->prefetch(kFirstTexts, block->count.load(std::memory_order_relaxed));
    for (; block != nullptr; block = block->older) {
      if (block->older != nullptr) block->older->prefetch(0, block->capacity / 2);
      const std::uint32_t count = block->count.load(std::memory_order_acquire);
      for (std::uint32_t first = 0; first < count; first += kAtOnce) {
        const std::uint32_t end = std::min(first + kAtOnce, count);
        if (!any_within(std::span(block->signatures() + first, end - first), words)) continue;
        for (std::uint32_t i = first; i < end; ++i) {
          if ((block->signatures()[i] & ~words) == 0) met(block->listings()[i]);
        }
      }
    }
  }

 private:
  static constexpr std::uint32_t kAtOnce = 16;        // signatures are looked at side by side (SIMD)
  static constexpr std::uint32_t kFirstTexts = 60;    // of a list whose length is not known
  static constexpr std::uint32_t kTextsAhead = 1024;  // from there on the processor itself fetches ahead

  // Behind it, in one allocation, stand `capacity` signatures and as many listings. Those below `count` are complete, and all
  // of an older block.
  struct Block {
    Block(Block* before, std::uint32_t size);
    static void* operator new(std::size_t header, std::uint32_t size);
    static void operator delete(void* memory) { ::operator delete(memory); }
    std::uint32_t* signatures() { return std::launder(reinterpret_cast<std::uint32_t*>(this + 1)); }
    const std::uint32_t* signatures() const { return std::launder(reinterpret_cast<const std::uint32_t*>(this + 1)); }
    Listing* listings() { return std::launder(reinterpret_cast<Listing*>(signatures() + capacity)); }
    const Listing* listings() const { return std::launder(reinterpret_cast<const Listing*>(signatures() + capacity)); }
    // The signatures from one up to another, as far as it pays, and what lies before them.
    void prefetch(std::uint32_t from, std::uint32_t to) const {
      const auto* const bytes = reinterpret_cast<const char*>(this);
      const std::size_t end = sizeof(Block) + std::min(to, kTextsAhead) * sizeof(std::uint32_t);
      for (std::size_t at = from * sizeof(std::uint32_t); at < end; at += kCacheLine) __builtin_prefetch(bytes + at);
    }

    Block* const older;
    const std::uint32_t capacity;
    std::atomic<std::uint32_t> count{0};
  };
  static_assert(sizeof(Block) % alignof(std::uint32_t) == 0 && alignof(Listing) <= alignof(std::uint32_t));

  static bool any_within(std::span<const std::uint32_t> signatures, std::uint32_t words) {
    std::uint32_t within = 0;
    for (const std::uint32_t signature : signatures) within |= (signature & ~words) == 0 ? 1 : 0;
    return within != 0;
  }

  std::atomic<Block*> newest_{nullptr};
};

}  // namespace gavel
