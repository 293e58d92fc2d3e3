// The words of a query as numbers, and where each of them stands.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "auction/scratch_map.h"
#include "auction/sieve.h"
#include "budget/ids.h"

namespace gavel {

using WordId = std::uint32_t;
inline constexpr WordId kUnknownWord = 0xFFFFFFFF;  // a word that no keyword has

// Three bits of 32 (a Bloom filter: Bloom, CACM 13(7), 1970). Of a text all of whose words are among a query's, so are all bits. Of
// texts with one word more, one in 60 has that at three words, one in 17 at five, one in 4 at ten; from some twenty on they tell little.
inline std::uint32_t word_bits(WordId word) {
  const std::uint32_t hash = word * 0x9E3779B1u;
  return 1u << (hash >> 27) | 1u << (hash >> 22 & 31) | 1u << (hash >> 17 & 31);
}

// Reused from query to query: allocates only to grow. Not thread-safe.
class QueryWords {
 public:
  void clear() {
    words_.clear();
    distinct_.clear();
    previous_.clear();
    last_.clear();
    sieve_.clear();
    bits_ = 0;
  }
  void add(WordId word) {
    words_.push_back(word);
    previous_.push_back(0);
    if (word == kUnknownWord) return;
    std::uint32_t& last = last_[word];
    if (last == 0) {
      distinct_.push_back(word);
      sieve_.add(word);
      bits_ |= word_bits(word);
    }
    previous_.back() = last;
    last = static_cast<std::uint32_t>(words_.size());
  }

  std::size_t size() const { return words_.size(); }
  // The known ones, each once, in the order of their first appearance.
  std::span<const WordId> distinct() const { return distinct_; }
  // word_bits() of all of them.
  std::uint32_t bits() const { return bits_; }
  bool contains(WordId word) const { return sieve_.may_have(word) && last_.find(word) != nullptr; }

  // Whether `phrase` stands here, its words side by side in order. `anchor` is one of its words: only the
  // places where that one stands are looked at, so a long query costs no more than it has of it.
  bool has_phrase(std::span<const WordId> phrase, WordId anchor) const {
    const auto offset = static_cast<std::size_t>(std::ranges::find(phrase, anchor) - phrase.begin());
    const std::uint32_t* last = last_.find(anchor);
    for (std::uint32_t place = last == nullptr ? 0 : *last; place != 0; place = previous_[place - 1]) {
      if (place - 1 < offset || place - 1 - offset + phrase.size() > words_.size()) continue;
      if (std::equal(phrase.begin(), phrase.end(), words_.begin() + static_cast<std::ptrdiff_t>(place - 1 - offset))) return true;
    }
    return false;
  }

 private:
  std::vector<WordId> words_, distinct_;
  std::vector<std::uint32_t> previous_;  // by place: the place before it of the same word, and one; 0 = none
  ScratchMap last_;                      // word -> its last place, and one
  Sieve sieve_;                          // of distinct_
  std::uint32_t bits_ = 0;
};

}  // namespace gavel
