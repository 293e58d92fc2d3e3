#include "auction/word_listings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <thread>
#include <vector>

namespace gavel {
namespace {

QueryWords query_of(std::initializer_list<WordId> words) {
  QueryWords query;
  for (const WordId word : words) query.add(word);
  return query;
}

std::uint32_t bits_of(std::initializer_list<WordId> words) {
  return query_of(words).bits();
}

TEST(WordBits, LetThroughWhatAQueryHasAndLittleElse) {
  const QueryWords query = query_of({3, 50, 70'000});
  EXPECT_EQ(bits_of({50}) & ~query.bits(), 0U);
  EXPECT_EQ(bits_of({70'000, 3}) & ~query.bits(), 0U);
  int others = 0;
  for (WordId word = 1'000'000; word < 1'010'000; ++word) others += (bits_of({3, 50, word}) & ~query.bits()) == 0 ? 1 : 0;
  EXPECT_LT(others, 300) << "nine of 32 bits, three of which each word needs";
}

TEST(WordListings, GivesThoseWithinTheWordsOfAQueryInBlocksOfAnySize) {
  WordListings listings;
  const std::uint32_t words = bits_of({3, 50});
  std::vector<std::uint32_t> expected;
  for (std::uint32_t text = 0; text < 20'000; ++text) {
    const WordId second = text % 97 == 0 ? 50 : text % 100;
    listings.append({{text}, second}, bits_of({3, second}));
    if ((bits_of({3, second}) & ~words) == 0) expected.push_back(text);
    if ((text & (text + 1)) != 0 && text % 1'000 != 0) continue;
    std::vector<std::uint32_t> found;
    listings.for_each_likely(words, [&](const Listing& listing) {
      found.push_back(listing.text.value);
      EXPECT_EQ(listing.second, listing.text.value % 97 == 0 ? 50 : listing.text.value % 100);
    });
    std::ranges::sort(found);
    ASSERT_EQ(found, expected) << text;
  }
  EXPECT_LT(expected.size(), 20'000U / 5);
  EXPECT_GE(listings.memory_bytes(), 20'000 * 12U);
  EXPECT_LE(listings.memory_bytes(), 20'000 * 12U + 4'096 * 12U + 1'000U);
}

// Under TSan: a long list is walked while it grows.
TEST(WordListings, ReadersFindEachTextThatWasPublishedOnce) {
  constexpr std::uint32_t kTexts = 20'000;
  const std::uint32_t bits = bits_of({3});
  WordListings listings;
  std::atomic<std::uint32_t> published{0};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    std::vector<char> seen(kTexts);
    for (std::uint32_t known = 0; known < kTexts;) {
      known = published.load(std::memory_order_acquire);
      std::ranges::fill(seen, 0);
      listings.for_each_likely(bits, [&](const Listing& listing) {
        if (listing.text.value >= kTexts || listing.second != listing.text.value + 1 || seen[listing.text.value]++ != 0) ++wrong;
      });
      if (std::count(seen.begin(), seen.begin() + known, 1) != known) ++wrong;
    }
  });
  for (std::uint32_t text = 0; text < kTexts; ++text) {
    listings.append({{text}, text + 1}, bits);
    published.store(text + 1, std::memory_order_release);
  }
  reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace gavel
