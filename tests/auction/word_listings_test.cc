#include "auction/word_listings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace gavel {
namespace {

using Ids = std::vector<WordId>;

// In the order of their first appearance, which serves as their order of rarity.
Ids distinct_of(const Ids& text) {
  Ids distinct;
  for (const WordId word : text) {
    if (std::ranges::count(distinct, word) == 0) distinct.push_back(word);
  }
  return distinct;
}

// Every text of up to four words out of four, whatever the order of rarity: a shape that says how it is put together says it right.
TEST(TextShape, TellsTextsOfUpToThreeDistinctWords) {
  int told = 0;
  for (std::size_t size = 1; size <= 4; ++size) {
    for (int code = 0; code < 1 << 2 * size; ++code) {
      Ids text;
      for (std::size_t i = 0; i < size; ++i) text.push_back(static_cast<WordId>(code >> 2 * i & 3));
      Ids rarest = distinct_of(text);
      std::ranges::sort(rarest);
      do {
        const TextShape& shape = kTextShapes[shape_of(text, rarest)];
        EXPECT_LE(shape.distinct, rarest.size());
        EXPECT_EQ(shape.size != 0, size <= 3 && rarest.size() == size);
        if (shape.size == 0) continue;
        ++told;
        ASSERT_EQ(shape.size, size);
        for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(rarest[shape.words[i]], text[i]);
      } while (std::ranges::next_permutation(rarest).found);
    }
  }
  EXPECT_EQ(told, 4 + 12 * 2 + 24 * 6);
}

TEST(TextShape, CountsTheDistinctWordsOfLongerTexts) {
  for (std::uint32_t distinct = 4; distinct <= 16; ++distinct) {
    Ids words(distinct);
    std::iota(words.begin(), words.end(), 100);
    EXPECT_EQ(kTextShapes[shape_of(words, words)].distinct, std::min(distinct, 9U));
    Ids twice = words;
    twice.push_back(words.front());
    EXPECT_EQ(kTextShapes[shape_of(twice, words)].distinct, std::min(distinct, 9U));
    EXPECT_EQ(kTextShapes[shape_of(twice, words)].size, 0);
  }
}

TEST(WordListings, GivesThoseWhoseSecondWordTheQueryHasInBlocksOfAnySize) {
  WordListings listings;
  QueryWords query;
  for (const WordId word : {WordId{3}, WordId{50}, kWordsMax - 1}) query.add(word);
  std::vector<std::uint32_t> expected;
  for (std::uint32_t text = 0; text < 20'000; ++text) {
    const WordId second = text % 97 == 0 ? kWordsMax - 1 : text % 100;
    listings.append({text}, second, kWordsMax - 2, text % 16);
    if (query.contains(second)) expected.push_back(text);
    if ((text & (text + 1)) != 0 && text % 1'000 != 0) continue;
    std::vector<std::uint32_t> found;
    listings.for_each_with_second(query, [&](const Listing* listing, std::uint32_t second_and_shape) {
      found.push_back(listing->text.value);
      EXPECT_TRUE(query.contains(WordListings::word_in(second_and_shape)));
      EXPECT_EQ(WordListings::word_in(listing->third_and_shape), kWordsMax - 2);
      EXPECT_EQ(&WordListings::shape_in(second_and_shape, listing->third_and_shape), &kTextShapes[listing->text.value % 16]);
    });
    std::ranges::sort(found);
    ASSERT_EQ(found, expected) << text;
  }
  EXPECT_GE(listings.memory_bytes(), 20'000 * 12U);
  EXPECT_LE(listings.memory_bytes(), 20'000 * 12U + 4'096 * 12U + 1'000U);
}

}  // namespace
}  // namespace gavel
