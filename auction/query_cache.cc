#include "auction/query_cache.h"

#include <algorithm>
#include <functional>

namespace gavel {
namespace {

std::uint64_t hash_of(std::string_view query) {
  return std::hash<std::string_view>{}(query) | 1;  // never 0
}

}  // namespace

QueryCache::QueryCache() : sets_(kSets), entries_(std::make_unique_for_overwrite<Entry[]>(kSets * kWays)) {}

bool QueryCache::find(std::string_view query, WordList& words) {
  const std::uint64_t hash = hash_of(query);
  const std::size_t place = (hash >> 1) % kSets;
  Set& set = sets_[place];
  for (std::uint32_t way = 0; way < kWays; ++way) {
    if (set.hashes[way] != hash) continue;
    const Entry& entry = entries_[place * kWays + way];
    if (std::string_view(entry.query.data(), entry.query_bytes) != query) continue;
    set.next = 1 - way;
    words.assign({entry.words.data(), entry.words_bytes}, {entry.ends.data(), entry.word_count});
    return true;
  }
  return false;
}

void QueryCache::remember(std::string_view query, const WordList& words) {
  if (query.size() > kBytesMax || words.bytes().size() > kBytesMax || words.size() > kWordsMax) return;
  const std::uint64_t hash = hash_of(query);
  const std::size_t place = (hash >> 1) % kSets;
  Set& set = sets_[place];
  const std::uint32_t way = set.next;
  set.next = 1 - way;
  set.hashes[way] = hash;
  Entry& entry = entries_[place * kWays + way];
  entry.query_bytes = static_cast<std::uint16_t>(query.size());
  entry.words_bytes = static_cast<std::uint16_t>(words.bytes().size());
  entry.word_count = static_cast<std::uint16_t>(words.size());
  std::ranges::copy(query, entry.query.begin());
  std::ranges::copy(words.bytes(), entry.words.begin());
  std::ranges::transform(words.ends(), entry.ends.begin(),
                         [](std::uint32_t end) { return static_cast<std::uint16_t>(end); });
}

}  // namespace gavel
