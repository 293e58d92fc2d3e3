// The words of recent queries, so that a query that comes again is not cut again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "auction/word_list.h"

namespace gavel {

// Exact: it gives the words that were remembered for these very bytes, or none. It remembers words and not
// their numbers, since a word without one may get one later. Fixed size, two ways a set, the one that was
// used longer ago goes: 2.7 MB, allocated when it is made, of which only what is used becomes resident. Not
// thread-safe: one a worker.
class QueryCache {
 public:
  static constexpr std::size_t kSets = 2'048;
  static constexpr std::size_t kBytesMax =
      256;  // of a query, and of its words: longer ones are not remembered
  static constexpr std::size_t kWordsMax = 64;

  QueryCache();

  // True where the query is remembered; then its words replace `words`.
  bool find(std::string_view query, WordList& words);
  void remember(std::string_view query, const WordList& words);

 private:
  static constexpr std::size_t kWays = 2;

  struct Entry {
    std::uint16_t query_bytes, words_bytes, word_count;
    std::array<std::uint16_t, kWordsMax> ends;
    std::array<char, kBytesMax> query, words;
  };
  struct Set {
    std::array<std::uint64_t, kWays> hashes{};  // 0 = nothing remembered
    std::uint32_t next = 0;                     // the way that is given up next
  };

  std::vector<Set> sets_;
  std::unique_ptr<Entry[]> entries_;  // kWays a set
};

}  // namespace gavel
