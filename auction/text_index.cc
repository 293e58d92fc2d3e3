#include "auction/text_index.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>

#include "auction/interner.h"
#include "budget/stable_vector.h"

namespace gavel {

namespace {

// How a short text is put together of the word that it is listed under (0), its second (1) and its third rarest (2).
struct Order {
  std::size_t size;
  std::array<std::size_t, 3> words;
};
constexpr std::array<Order, 10> kOrders{{{0, {}},  // four words or more, or one word twice: the text itself must be read
                                         {1, {0}},
                                         {2, {0, 1}},
                                         {2, {1, 0}},
                                         {3, {0, 1, 2}},
                                         {3, {0, 2, 1}},
                                         {3, {1, 0, 2}},
                                         {3, {1, 2, 0}},
                                         {3, {2, 0, 1}},
                                         {3, {2, 1, 0}}}};

// One text in the list of the word that it is listed under. Most are ruled out by one of their two next rarest words, and
// most of those that are left have no fourth one: then the listing says all, and the text itself, which lies
// anywhere, is not read.
class Listing {
 public:
  Listing() = default;
  // Of a text without a second or third distinct word `second` or `third` is the one before. `order`: index in kOrders.
  Listing(TextIx text_, WordId second, WordId third, std::uint32_t order)
      : text(text_), second_(second | (order & 3) << kOrderAt), third_(third | order >> 2 << kOrderAt) {}

  WordId second() const { return second_ & (kWordsMax - 1); }
  WordId third() const { return third_ & (kWordsMax - 1); }
  const Order& order() const { return kOrders[second_ >> kOrderAt | third_ >> kOrderAt << 2]; }

  TextIx text;

 private:
  static constexpr int kOrderAt = 30;
  static_assert(kWordsMax == 1u << kOrderAt && kOrders.size() <= 16);
  std::uint32_t second_ = 0, third_ = 0;
};
static_assert(sizeof(Listing) == 12);

// Of a text whose distinct words, the rarest first, are `rarest`; 0 where none says all.
std::uint32_t order_of(std::span<const WordId> text, std::span<const WordId> rarest) {
  for (std::uint32_t i = 1; i < kOrders.size(); ++i) {
    const Order& order = kOrders[i];
    if (order.size != text.size() || order.size != rarest.size()) continue;
    std::size_t place = 0;
    while (place < order.size && text[place] == rarest[order.words[place]]) ++place;
    if (place == order.size) return i;
  }
  return 0;
}

// Lists grow by blocks that never move, so that readers walk them while they grow. A block's listings below
// `count` are complete, and lie behind it in one allocation; the next block hangs on a full one.
struct Block {
  explicit Block(std::uint32_t size) : capacity(size) {
    std::uninitialized_default_construct_n(listings(), size);
  }
  static void* operator new(std::size_t header, std::uint32_t size) {
    return ::operator new(header + size * sizeof(Listing));
  }
  static void operator delete(void* memory) { ::operator delete(memory); }
  Listing* listings() { return std::launder(reinterpret_cast<Listing*>(this + 1)); }
  const Listing* listings() const { return std::launder(reinterpret_cast<const Listing*>(this + 1)); }

  const std::uint32_t capacity;
  std::atomic<std::uint32_t> count{0};
  std::atomic<Block*> next{nullptr};
};

struct Word {
  std::atomic<Block*> first{nullptr};
  Block* last = nullptr;         // the writer's
  std::uint32_t text_count = 0;  // the writer's: distinct texts that have the word, wherever they are listed
};

constexpr std::uint32_t kBlockCapacityMax = 4096;

// A text as the name by which it is interned: its words' ids, byte for byte.
std::string_view bytes_of(std::span<const WordId> words) {
  return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

}  // namespace

struct TextIndex::Impl {
  std::span<const WordId> words_of(std::uint32_t text) const {
    const std::string_view bytes = texts.at(text);
    return {reinterpret_cast<const WordId*>(bytes.data()), bytes.size() / sizeof(WordId)};
  }

  void list(TextIx text, std::span<const WordId> text_words);
  void append(Word& word, Listing listing);
  void prefetch_listings(std::span<const WordId> of) const;
  void match_listed(WordId word, const QueryWords& query, std::vector<TextMatch>& out) const;
  static void tell(TextMatch& match, const Listing& listing, const QueryWords& query);
  bool verify(TextMatch& match, const QueryWords& query) const;

  Interner words;
  Interner texts;
  StableVector<Word> entries;  // by WordId; an entry is there before its word can be found
  std::vector<std::unique_ptr<Block>> blocks;
  std::size_t block_bytes = 0;
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
  const WordId third = distinct[std::min<std::size_t>(2, distinct.size() - 1)];
  append(entries[distinct.front()], {text, second, third, order_of(text_words, distinct)});
  for (const WordId each : distinct) ++entries[each].text_count;
}

void TextIndex::Impl::append(Word& word, Listing listing) {
  if (word.last == nullptr || word.last->count.load(std::memory_order_relaxed) == word.last->capacity) {
    const std::uint32_t capacity =
        word.last == nullptr ? 1 : std::min(word.last->capacity * 2, kBlockCapacityMax);
    Block* block = blocks.emplace_back(new (capacity) Block(capacity)).get();
    block_bytes += sizeof(Block) + capacity * sizeof(Listing);
    std::atomic<Block*>& place = word.last == nullptr ? word.first : word.last->next;
    place.store(block, std::memory_order_release);
    word.last = block;
  }
  const std::uint32_t count = word.last->count.load(std::memory_order_relaxed);
  word.last->listings()[count] = listing;
  word.last->count.store(count + 1, std::memory_order_release);
}

// The words of a query are all over memory, and so are their lists: they are waited for together.
void TextIndex::Impl::prefetch_listings(std::span<const WordId> of) const {
  for (const WordId word : of) __builtin_prefetch(&entries[word]);
  for (const WordId word : of) __builtin_prefetch(entries[word].first.load(std::memory_order_acquire));
}

// Appends the texts listed under the word that may match.
void TextIndex::Impl::match_listed(WordId word, const QueryWords& query, std::vector<TextMatch>& out) const {
  for (const Block* block = entries[word].first.load(std::memory_order_acquire); block != nullptr;
       block = block->next.load(std::memory_order_acquire)) {
    const std::span<const Listing> listings(block->listings(), block->count.load(std::memory_order_acquire));
    for (const Listing& listing : listings) {
      if (!query.contains(listing.second()) || !query.contains(listing.third())) continue;
      TextMatch& match = out.emplace_back(TextMatch{listing.text, word});
      tell(match, listing, query);
    }
  }
}

// How a text that has been met stands in the query, where its listing says it.
void TextIndex::Impl::tell(TextMatch& match, const Listing& listing, const QueryWords& query) {
  const Order& order = listing.order();
  if (order.size == 0) return;
  const std::array<WordId, 3> rarest{match.listed_under, listing.second(), listing.third()};
  std::array<WordId, 3> text{};
  for (std::size_t i = 0; i < order.size; ++i) text[i] = rarest[order.words[i]];
  match.told = true;
  match.phrase = query.has_phrase(std::span(text).first(order.size), match.listed_under);
  match.exact = match.phrase && query.size() == order.size;
}

// Whether the text stands in the query; says how.
bool TextIndex::Impl::verify(TextMatch& match, const QueryWords& query) const {
  if (match.told) return true;
  const std::span<const WordId> text = words_of(match.text.value);
  if (!std::ranges::all_of(text, [&](WordId w) { return query.contains(w); })) return false;
  match.phrase = query.has_phrase(text, match.listed_under);
  match.exact = match.phrase && text.size() == query.size();
  return true;
}

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
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  impl_->prefetch_listings(query.distinct());
  for (const WordId word : query.distinct()) impl_->match_listed(word, query, out);
  // The words of texts are all over memory: they are waited for together.
  for (const int step : {0, 1}) {
    for (auto match = out.begin() + first; match != out.end(); ++match) {
      if (!match->told) impl_->texts.prefetch(match->text.value, step);
    }
  }
  const auto fails = [&](TextMatch& match) { return !impl_->verify(match, query); };
  out.erase(std::remove_if(out.begin() + first, out.end(), fails), out.end());
}

std::uint32_t TextIndex::text_count() const {
  return impl_->texts.size();
}
std::uint32_t TextIndex::word_count() const {
  return impl_->words.size();
}

std::size_t TextIndex::memory_bytes() const {
  return impl_->words.memory_bytes() + impl_->texts.memory_bytes() + impl_->entries.size() * sizeof(Word) +
         impl_->blocks.capacity() * sizeof(void*) + impl_->block_bytes;
}

}  // namespace gavel
