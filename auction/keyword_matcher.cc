#include "auction/keyword_matcher.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gavel {

namespace {

// The lists of so many texts are fetched together: of more, the first might be gone before they are read.
constexpr std::size_t kTextsAtOnce = 64;
constexpr std::array kMatches{MatchType::kExact, MatchType::kPhrase, MatchType::kBroad};

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

void KeywordMatcher::find(std::string_view query, const Catalog& catalog) {
  texts_.clear();
  found_.clear();
  sieve_.clear();
  if (!cut(query)) return;
  const TextIndex& index = catalog.symbols().texts;
  query_.clear();
  word_views_.clear();
  for (std::size_t i = 0; i < words_.size(); ++i) word_views_.push_back(words_[i]);
  word_ids_.resize(words_.size());
  index.find_words(word_views_, word_ids_);
  for (const WordId word : word_ids_) query_.add(word);
  index.match(query_, texts_);
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    const TextIx text = texts_[i].text;
    found_[text.value] = i;
    sieve_.add(text.value);
  }
}

bool KeywordMatcher::cut(std::string_view query) {
  const bool plain = Segmenter::is_plain(query);
  if (!plain && recent_.find(query, words_)) return true;
  if (!segmenter_.cut(query, kAllWords, words_)) return false;
  if (!plain) recent_.remember(query, words_);
  return true;
}

void KeywordMatcher::list(const Catalog& catalog, GroupCursor& groups) const {
  for (std::size_t from = 0; from < texts_.size(); from += kTextsAtOnce) {
    const auto some = std::span(texts_).subspan(from, std::min(kTextsAtOnce, texts_.size() - from));
    for (const TextMatch& text : some) catalog.prefetch(text.text);
    for (const TextMatch& text : some) {
      for (const MatchType wanted : kMatches) {
        if (satisfies(text, wanted)) catalog.prefetch_groups(text.text, wanted);
      }
    }
    for (const TextMatch& text : some) {
      for (const MatchType wanted : kMatches) {
        if (satisfies(text, wanted)) groups.add(catalog.groups_with(text.text, wanted));
      }
    }
  }
}

std::optional<GroupMatch> KeywordMatcher::match(AdGroupIx group, const Catalog& catalog) const {
  return match(group, catalog.keywords_of(group), catalog[group].serving->bid, catalog);
}

void KeywordMatcher::sift(std::span<const GroupKeyword> keywords, std::vector<GroupKeyword>& likely) const {
  for (const GroupKeyword& entry : keywords) {
    // A query of thousands of words fills the sieve; what it lets through is looked up before anything is fetched for it.
    if (sieve_.may_have(entry.text.value) && found_.find(entry.text.value) != nullptr) likely.push_back(entry);
  }
}

std::optional<GroupMatch> KeywordMatcher::match(AdGroupIx group, std::span<const GroupKeyword> keywords,
                                                Micros group_bid, const Catalog& catalog) const {
  std::optional<GroupMatch> found;
  std::pair<MatchType, std::int64_t> best;  // the lesser the better
  for (const GroupKeyword& entry : keywords) {
    if (!sieve_.may_have(entry.text.value)) continue;
    const KeywordRow* const keyword = matching(entry, catalog);
    if (keyword == nullptr) continue;
    if (!found) found = GroupMatch{.group = group, .keyword = {}, .bid = group_bid};
    if (keyword->negative) {
      found->negative = true;
      continue;
    }
    const Micros bid = keyword->bid() == Micros{} ? group_bid : keyword->bid();
    const std::pair rank(keyword->match, -bid.value);
    if (found->keyword.exists() && rank >= best) continue;
    best = rank;
    found->keyword = entry.keyword;
    found->bid = bid;
  }
  return found;
}

KeywordIx KeywordMatcher::keyword_to_name(AdGroupIx group, const Catalog& catalog) const {
  const Interner& ids = catalog.symbols().of(ResourceType::kKeyword);
  const Micros group_bid = catalog[group].serving->bid;
  const auto rank_of = [&](const KeywordRow& keyword) {
    return std::pair(keyword.match, keyword.bid() == Micros{} ? -group_bid.value : -keyword.bid().value);
  };
  KeywordIx best;
  for (const GroupKeyword& entry : catalog.keywords_of(group)) {
    if (!sieve_.may_have(entry.text.value)) continue;
    const KeywordRow* const keyword = matching(entry, catalog);
    if (keyword == nullptr || keyword->negative) continue;
    if (best.exists()) {
      const auto rank = rank_of(*keyword);
      const auto best_rank = rank_of(catalog[best]);
      if (rank > best_rank) continue;
      if (rank == best_rank && ids.at(entry.keyword.value) > ids.at(best.value)) continue;
    }
    best = entry.keyword;
  }
  return best;
}

// The keyword, where it is enabled and matches the query.
const KeywordRow* KeywordMatcher::matching(const GroupKeyword& entry, const Catalog& catalog) const {
  const std::uint32_t* const place = found_.find(entry.text.value);
  if (place == nullptr) return nullptr;
  const KeywordRow& keyword = catalog[entry.keyword];
  return keyword.enabled && satisfies(texts_[*place], keyword.match) ? &keyword : nullptr;
}

}  // namespace gavel
