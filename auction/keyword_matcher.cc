#include "auction/keyword_matcher.h"

#include <algorithm>
#include <tuple>

namespace gavel {

namespace {

bool satisfies(const TextMatch& match, MatchType wanted) {
  switch (wanted) {
    case MatchType::kExact:
      return match.exact;
    case MatchType::kPhrase:
      return match.phrase;
    case MatchType::kBroad:
      return true;
  }
  return false;
}

}  // namespace

std::span<const GroupMatch> KeywordMatcher::match(std::string_view query, const Catalog& catalog) {
  hits_.clear();
  groups_.clear();
  if (!cut(query)) return {};
  find_texts(catalog);
  for (const TextMatch& text : texts_) add_hits(text, catalog);
  best_of_groups(catalog);
  return groups_;
}

bool KeywordMatcher::cut(std::string_view query) {
  const bool plain = Segmenter::is_plain(query);
  if (!plain && recent_.find(query, words_)) return true;
  if (!segmenter_.cut(query, kAllWords, words_)) return false;
  if (!plain) recent_.remember(query, words_);
  return true;
}

void KeywordMatcher::find_texts(const Catalog& catalog) {
  const TextIndex& index = catalog.symbols().texts;
  query_.clear();
  texts_.clear();
  for (std::size_t i = 0; i < words_.size(); ++i) query_.add(index.find_word(words_[i]));
  index.match(query_, texts_);
}

void KeywordMatcher::add_hits(const TextMatch& text, const Catalog& catalog) {
  for (const KeywordIx ix : catalog.keywords_of(text.text)) {
    const KeywordRow& keyword = catalog[ix];
    if (!keyword.enabled || !satisfies(text, keyword.match)) continue;
    hits_.push_back({keyword.ad_group, keyword.negative, keyword.match, {keyword.bid_micros}, ix});
    if (keyword.bid_micros == 0) hits_.back().bid = catalog[keyword.ad_group].serving->bid;
  }
}

// Sorts the hits so that those of one group stand together, its best first and negative ones last, and gives
// each group one entry.
void KeywordMatcher::best_of_groups(const Catalog& catalog) {
  const Interner& ids = catalog.symbols().of(ResourceType::kKeyword);
  std::ranges::sort(hits_, [&ids](const Hit& a, const Hit& b) {
    const auto a_key = std::tuple(a.group, a.negative, a.match, Micros{-a.bid.value});
    const auto b_key = std::tuple(b.group, b.negative, b.match, Micros{-b.bid.value});
    if (a_key != b_key) return a_key < b_key;
    return a.keyword != b.keyword && ids.at(a.keyword.value) < ids.at(b.keyword.value);
  });
  for (const Hit& hit : hits_) {
    if (groups_.empty() || groups_.back().group != hit.group) {
      const bool negative = hit.negative;
      groups_.push_back({hit.group, negative ? KeywordIx{} : hit.keyword,
                         negative ? catalog[hit.group].serving->bid : hit.bid, negative});
    }
    groups_.back().negative |= hit.negative;
  }
}

}  // namespace gavel
