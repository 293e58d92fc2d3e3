// The distinct texts of keywords as sequences of words, and which texts a query's words can match.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auction/query_words.h"
#include "auction/word_listings.h"

namespace gavel {

inline constexpr std::size_t kKeywordWordsMax = 16;
inline constexpr std::uint32_t kWordsMax = 1u << 30;  // distinct ones of all keywords

// How a text stands in a query: every match is broad; a phrase is also broad; an exact one is also a phrase.
struct TextMatch {
  TextIx text;
  WordId listed_under = kUnknownWord;
  bool phrase = false;
  bool exact = false;
};

// Grow-only, shared by all snapshots: a text whose keywords are all gone costs a look-up and matches nothing. Each text
// is listed under one of its words, the one that the fewest texts had when it came (Koenig et al., ICDE 2009).
// find_word() and match() never wait and may run on any thread; intern() is for one thread at a time.
class TextIndex {
 public:
  TextIndex();
  ~TextIndex();

  // The text with these words (1 .. kKeywordWordsMax, already cut, folded), made where it is new.
  TextIx intern(std::span<const std::string> words);
  WordId find_word(std::string_view word) const;  // kUnknownWord where no text has it
  // find_word() of each; as many as `found` has room for. Faster than one by one.
  void find_words(std::span<const std::string_view> words, std::span<WordId> found) const;
  std::span<const WordId> words_of(TextIx text) const;

  // Appends to `out` every text all of whose words stand in `query`, once each, with how it stands there. `out` is not
  // cleared. Allocates only to grow `out`. Looks at every text listed under a word of the query, once, and in a text that
  // matches at every place where the word that it is listed under stands.
  void match(const QueryWords& query, std::vector<TextMatch>& out) const;

  std::uint32_t text_count() const;
  std::uint32_t word_count() const;
  std::size_t memory_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
