#include "auction/text_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace gavel {
namespace {

using Words = std::vector<std::string>;

std::vector<WordId> ids_of(const TextIndex& index, const Words& words) {
  std::vector<WordId> ids;
  for (const std::string& word : words) ids.push_back(index.find_word(word));
  return ids;
}

QueryWords query_of(const TextIndex& index, const Words& words) {
  QueryWords query;
  for (const WordId word : ids_of(index, words)) query.add(word);
  return query;
}

// text -> {phrase, exact}; fails where a text comes twice.
std::map<std::uint32_t, std::pair<bool, bool>> match(const TextIndex& index, const Words& query) {
  std::vector<TextMatch> matches;
  index.match(query_of(index, query), matches);
  std::map<std::uint32_t, std::pair<bool, bool>> result;
  for (const TextMatch& m : matches) {
    EXPECT_TRUE(result.emplace(m.text.value, std::pair(m.phrase, m.exact)).second) << "given twice";
  }
  return result;
}

// The same by definition, over all texts.
std::map<std::uint32_t, std::pair<bool, bool>> naive_match(const std::vector<Words>& texts,
                                                           const Words& query) {
  std::map<std::uint32_t, std::pair<bool, bool>> result;
  for (std::size_t t = 0; t < texts.size(); ++t) {
    const Words& text = texts[t];
    bool broad = true;
    for (const std::string& word : text) broad = broad && std::ranges::count(query, word) > 0;
    if (!broad) continue;
    bool phrase = false;
    for (std::size_t at = 0; at + text.size() <= query.size(); ++at) {
      bool same = true;
      for (std::size_t i = 0; i < text.size(); ++i) same = same && query[at + i] == text[i];
      phrase = phrase || same;
    }
    result[static_cast<std::uint32_t>(t)] = {phrase, query == text};
  }
  return result;
}

TEST(TextIndex, TheSameWordsInTheSameOrderAreOneText) {
  TextIndex index;
  const TextIx red_dress = index.intern(Words{"red", "dress"});
  EXPECT_EQ(index.intern(Words{"red", "dress"}), red_dress);
  EXPECT_NE(index.intern(Words{"dress", "red"}), red_dress);
  EXPECT_NE(index.intern(Words{"red"}), red_dress);
  EXPECT_NE(index.intern(Words{"red", "red", "dress"}), red_dress);
  EXPECT_EQ(index.text_count(), 4U);
  EXPECT_EQ(index.word_count(), 2U);
  EXPECT_EQ(std::vector<WordId>(index.words_of(red_dress).begin(), index.words_of(red_dress).end()),
            ids_of(index, {"red", "dress"}));
  EXPECT_EQ(index.find_word("blue"), kUnknownWord);
}

TEST(TextIndex, TellsExactPhraseAndBroadApart) {
  TextIndex index;
  const std::uint32_t text = index.intern(Words{"red", "dress"}).value;
  using Matches = std::map<std::uint32_t, std::pair<bool, bool>>;
  EXPECT_EQ(match(index, {"red", "dress"}), (Matches{{text, {true, true}}}));
  EXPECT_EQ(match(index, {"long", "red", "dress"}), (Matches{{text, {true, false}}}));
  EXPECT_EQ(match(index, {"red", "dress", "sale"}), (Matches{{text, {true, false}}}));
  EXPECT_EQ(match(index, {"dress", "red"}), (Matches{{text, {false, false}}}));
  EXPECT_EQ(match(index, {"red", "long", "dress"}), (Matches{{text, {false, false}}}));
  EXPECT_EQ(match(index, {"red", "red", "dress"}), (Matches{{text, {true, false}}}));
  EXPECT_EQ(match(index, {"red"}), Matches{});
  EXPECT_EQ(match(index, {}), Matches{});
}

TEST(TextIndex, AWordTwiceInATextNeedsToStandOnceForBroad) {
  TextIndex index;
  const std::uint32_t text = index.intern(Words{"bye", "bye"}).value;
  EXPECT_EQ(match(index, {"bye"}).at(text), std::pair(false, false));
  EXPECT_EQ(match(index, {"bye", "bye"}).at(text), std::pair(true, true));
}

TEST(TextIndex, EveryWordOfALongQueryIsLookedAt) {
  TextIndex index;
  const std::uint32_t last = index.intern(Words{"last"}).value;
  const std::uint32_t one = index.intern(Words{"a"}).value;
  const std::uint32_t phrase = index.intern(Words{"a", "last"}).value;
  const std::uint32_t turned = index.intern(Words{"last", "a"}).value;
  Words query(8'191, "a");  // as many as fit 16 KiB with their blanks
  query.push_back("last");
  const auto matches = match(index, query);
  EXPECT_EQ(matches.at(last), std::pair(true, false));
  EXPECT_EQ(matches.at(one), std::pair(true, false));
  EXPECT_EQ(matches.at(phrase), std::pair(true, false));
  EXPECT_EQ(matches.at(turned), std::pair(false, false));
}

TEST(TextIndex, TextsOfTheGreatestLengthAndQueriesOfManyDistinctWords) {
  TextIndex index;
  Words text;
  for (std::size_t i = 0; i < kKeywordWordsMax; ++i) text.push_back("w" + std::to_string(i));
  const std::uint32_t longest = index.intern(text).value;
  constexpr std::size_t kQueryWords = 8'000;
  Words query;
  for (std::size_t i = 0; i < kQueryWords; ++i) {
    query.push_back("w" + std::to_string(i));
    index.intern(Words{query.back()});
  }
  EXPECT_EQ(match(index, query).size(), kQueryWords + 1);
  EXPECT_EQ(match(index, query).at(longest), std::pair(true, false));
}

TEST(TextIndex, AgreesWithTheNaiveTwinOnRandomTexts) {
  std::mt19937 random(5);
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const Words alphabet{"a", "b", "c", "d", "e", "夏季", "连衣裙", "红色", "包邮", "女"};
  const auto random_words = [&](std::size_t most) {
    Words words;
    // The product of two picks: early words are frequent, late ones rare.
    for (std::size_t n = 1 + pick(most); n > 0; --n)
      words.push_back(alphabet[pick(1 + pick(alphabet.size()))]);
    return words;
  };
  for (int world = 0; world < 20; ++world) {
    TextIndex index;
    std::vector<Words> texts;
    for (int step = 0; step < 400; ++step) {
      const Words text = random_words(5);
      const auto known = std::ranges::find(texts, text);
      ASSERT_EQ(index.intern(text).value, static_cast<std::uint32_t>(known - texts.begin()));
      if (known == texts.end()) texts.push_back(text);
      Words query = random_words(8);
      if (pick(3) == 0)
        query.insert(query.begin() + static_cast<std::ptrdiff_t>(pick(query.size())), "unknown");
      ASSERT_EQ(match(index, query), naive_match(texts, query));
    }
  }
}

TEST(TextIndex, MemoryIsInProportionToTheTexts) {
  TextIndex index;
  constexpr int kTexts = 50'000;
  for (int i = 0; i < kTexts; ++i) {
    index.intern(Words{"w" + std::to_string(i % 300), "v" + std::to_string(i / 300)});
  }
  EXPECT_EQ(index.text_count(), static_cast<std::uint32_t>(kTexts));
  EXPECT_GT(index.memory_bytes(), kTexts * 16U);
  EXPECT_LT(index.memory_bytes(), kTexts * 128U);
}

// Under TSan: lists are walked while they grow.
TEST(TextIndex, ReadersFindWhatWasPublishedWhileItGrows) {
  constexpr std::uint32_t kTexts = 20'000;
  constexpr std::uint32_t kWords = 25;
  TextIndex index;
  index.intern(Words{"every"});
  std::atomic<std::uint32_t> published{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (std::uint32_t seed = 1; seed <= 2; ++seed) {
    readers.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::vector<TextMatch> matches;
      while (published.load(std::memory_order_acquire) < kTexts) {
        const std::uint32_t known = published.load(std::memory_order_acquire);
        // Text i is {w(i mod kWords), n(i / kWords)}.
        const auto i = static_cast<std::uint32_t>(random() % kTexts);
        const Words query{"w" + std::to_string(i % kWords), "n" + std::to_string(i / kWords)};
        matches.clear();
        index.match(query_of(index, query), matches);
        if (matches.size() > 1 || (i < known && matches.size() != 1)) ++wrong;
        if (matches.size() == 1 && (matches[0].text.value != i + 1 || !matches[0].exact)) ++wrong;
      }
    });
  }
  for (std::uint32_t i = 0; i < kTexts; ++i) {
    index.intern(Words{"w" + std::to_string(i % kWords), "n" + std::to_string(i / kWords)});
    published.store(i + 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace gavel
