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

// Reused from query to query: allocates only to grow. Not thread-safe.
class QueryWords {
 public:
  void clear() {
    words_.clear();
    distinct_.clear();
    previous_.clear();
    last_.clear();
    sieve_.clear();
  }
  void add(WordId word) {
    words_.push_back(word);
    previous_.push_back(0);
    if (word == kUnknownWord) return;
    std::uint32_t& last = last_[word];
    if (last == 0) {
      distinct_.push_back(word);
      sieve_.add(word);
    }
    previous_.back() = last;
    last = static_cast<std::uint32_t>(words_.size());
  }

  std::size_t size() const { return words_.size(); }
  // The known ones, each once, in the order of their first appearance.
  std::span<const WordId> distinct() const { return distinct_; }
  // True of each that contains() is true of, and of few others.
  bool may_contain(WordId word) const { return sieve_.may_have(word); }
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
};

}  // namespace gavel
