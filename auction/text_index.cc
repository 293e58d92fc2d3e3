#include "auction/text_index.h"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "auction/interner.h"
#include "budget/stable_vector.h"

namespace gavel {

namespace {

// A text as the name by which it is interned: its words' ids, byte for byte.
std::string_view bytes_of(std::span<const WordId> words) {
  return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

struct Word {
  WordListings listings;
  std::uint32_t text_count = 0;  // the writer's: distinct texts that have the word, wherever they are listed
};

}  // namespace

struct TextIndex::Impl {
  std::span<const WordId> words_of(std::uint32_t text) const {
    const std::string_view bytes = texts.at(text);
    return {reinterpret_cast<const WordId*>(bytes.data()), bytes.size() / sizeof(WordId)};
  }

  void list(TextIx text, std::span<const WordId> text_words);
  class Likely;
  bool verify(TextMatch& match, const QueryWords& query) const;

  Interner words;
  Interner texts;
  StableVector<Word> entries;  // by WordId; an entry is there before its word can be found
};

// Counts the new text under each of its distinct words and lists it under the one that the fewest texts had
// before.
void TextIndex::Impl::list(TextIx text, std::span<const WordId> text_words) {
  std::array<WordId, kKeywordWordsMax> distinct_words{};
  const auto end = std::ranges::copy(text_words, distinct_words.begin()).out;
  std::sort(distinct_words.begin(), end);
  const std::span<WordId> distinct(distinct_words.begin(), std::unique(distinct_words.begin(), end));

  // By rarity; of equally rare words the longer known one, so that the order does not depend on the hash.
  std::ranges::sort(distinct, [this](WordId a, WordId b) {
    return std::pair(entries[a].text_count, a) < std::pair(entries[b].text_count, b);
  });
  const WordId second = distinct[std::min<std::size_t>(1, distinct.size() - 1)];
  std::uint32_t bits = 0;
  for (const WordId each : distinct) {
    bits |= word_bits(each);
    ++entries[each].text_count;
  }
  entries[distinct.front()].listings.append({text, second}, bits);
}

// Whether the text stands in the query; says how.
bool TextIndex::Impl::verify(TextMatch& match, const QueryWords& query) const {
  const std::span<const WordId> text = words_of(match.text.value);
  if (!std::ranges::all_of(text, [&](WordId w) { return query.contains(w); })) return false;
  match.phrase = query.has_phrase(text, match.listed_under);
  match.exact = match.phrase && text.size() == query.size();
  return true;
}

// Texts that may match, on their way. What is known of them lies all over memory: it is waited for together, of so many at a time.
class TextIndex::Impl::Likely {
 public:
  Likely(const Impl& index, const QueryWords& query, std::vector<TextMatch>& out) : index_(index), query_(query), out_(out) {}

  void add(const Listing& listing, WordId listed_under) {
    __builtin_prefetch(&listing);
    listed_[count_++] = {&listing, listed_under};
    if (count_ == listed_.size()) look();
  }

  // Appends those added since the last time that match.
  void look() {
    const auto first = static_cast<std::ptrdiff_t>(out_.size());
    for (const auto& [listing, word] : std::span(listed_).first(count_)) {
      if (query_.contains(listing->second)) out_.emplace_back(TextMatch{listing->text, word});
    }
    count_ = 0;
    for (const int step : {0, 1}) {
      for (auto match = out_.begin() + first; match != out_.end(); ++match) index_.texts.prefetch(match->text.value, step);
    }
    const auto fails = [this](TextMatch& match) { return !index_.verify(match, query_); };
    out_.erase(std::remove_if(out_.begin() + first, out_.end(), fails), out_.end());
  }

 private:
  const Impl& index_;
  const QueryWords& query_;
  std::vector<TextMatch>& out_;
  std::array<std::pair<const Listing*, WordId>, 64> listed_;
  std::size_t count_ = 0;
};

TextIndex::TextIndex() : impl_(std::make_unique<Impl>()) {}
TextIndex::~TextIndex() = default;

TextIx TextIndex::intern(std::span<const std::string> words) {
  Impl& my = *impl_;
  std::array<WordId, kKeywordWordsMax> ids{};
  const std::size_t count = std::min(words.size(), kKeywordWordsMax);
  for (std::size_t i = 0; i < count; ++i) {
    if (my.words.size() == kWordsMax) throw std::length_error("more than 2^30 words of keywords");
    my.entries.grow_to(std::size_t{my.words.size()} + 1);
    ids[i] = my.words.intern(words[i]);
  }
  const std::span<const WordId> text(ids.data(), count);
  const std::uint32_t known = my.texts.size();
  const TextIx ix{my.texts.intern(bytes_of(text))};
  if (ix.value == known && !text.empty()) my.list(ix, text);
  return ix;
}

WordId TextIndex::find_word(std::string_view word) const {
  return impl_->words.find(word);
}

void TextIndex::find_words(std::span<const std::string_view> words, std::span<WordId> found) const {
  impl_->words.find(words, found);
}

std::span<const WordId> TextIndex::words_of(TextIx text) const {
  return impl_->words_of(text.value);
}

void TextIndex::match(const QueryWords& query, std::vector<TextMatch>& out) const {
  const Impl& my = *impl_;
  for (const WordId word : query.distinct()) __builtin_prefetch(&my.entries[word]);
  for (const WordId word : query.distinct()) my.entries[word].listings.prefetch();
  Impl::Likely likely(my, query, out);
  for (const WordId word : query.distinct()) {
    my.entries[word].listings.for_each_likely(query.bits(), [&](const Listing& listing) { likely.add(listing, word); });
  }
  likely.look();
}

std::uint32_t TextIndex::text_count() const {
  return impl_->texts.size();
}
std::uint32_t TextIndex::word_count() const {
  return impl_->words.size();
}

std::size_t TextIndex::memory_bytes() const {
  std::size_t bytes = impl_->words.memory_bytes() + impl_->texts.memory_bytes() + impl_->entries.size() * sizeof(Word);
  for (std::size_t word = 0; word < impl_->entries.size(); ++word) bytes += impl_->entries[word].listings.memory_bytes();
  return bytes;
}

}  // namespace gavel
