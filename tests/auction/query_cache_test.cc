#include "auction/query_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "auction/segmenter.h"

namespace gavel {
namespace {

WordList words_of(const std::vector<std::string>& words) {
  WordList list;
  for (const std::string& word : words) list.add(word);
  return list;
}

TEST(QueryCache, GivesTheWordsOfTheVeryQuery) {
  QueryCache cache;
  WordList words;
  EXPECT_FALSE(cache.find("连衣裙", words));
  cache.remember("连衣裙", words_of({"连", "衣裙"}));
  cache.remember("，", {});
  ASSERT_TRUE(cache.find("连衣裙", words));
  EXPECT_EQ(words.strings(), (std::vector<std::string>{"连", "衣裙"}));
  ASSERT_TRUE(cache.find("，", words));
  EXPECT_TRUE(words.empty());
  EXPECT_FALSE(cache.find("连衣", words));
  EXPECT_FALSE(cache.find("", words));
}

TEST(QueryCache, WhatIsTooLongIsNotRemembered) {
  QueryCache cache;
  WordList words;
  const auto remembered = [&](const std::string& query, const WordList& its_words) {
    cache.remember(query, its_words);
    return cache.find(query, words);
  };
  const std::string longest(QueryCache::kBytesMax, 'q');
  EXPECT_TRUE(remembered(longest, words_of({longest})));
  EXPECT_EQ(words.strings(), std::vector<std::string>{longest});
  EXPECT_FALSE(remembered(longest + "q", words_of({"q"})));
  EXPECT_FALSE(remembered("a", words_of({longest, "q"})));
  EXPECT_TRUE(remembered("b", words_of(std::vector<std::string>(QueryCache::kWordsMax, "w"))));
  EXPECT_EQ(words.size(), QueryCache::kWordsMax);
  EXPECT_FALSE(remembered("c", words_of(std::vector<std::string>(QueryCache::kWordsMax + 1, "w"))));
}

// Three times as many queries as there is room for, the frequent ones again and again.
TEST(QueryCache, AgreesWithCuttingWhateverWasEvicted) {
  QueryCache cache;
  Segmenter segmenter;
  std::mt19937 random(31);
  const std::vector<std::string> alphabet{"夏季", "连衣裙", "Ｒｅｄ ", "2024", "c++ ", "女，", "\uFDFA", "🎁"};
  const std::size_t queries = 3 * 2 * QueryCache::kSets;
  WordList cut, remembered;
  std::size_t hits = 0, misses = 0;
  for (std::size_t step = 0; step < 60'000; ++step) {
    std::size_t number = random() % queries * (random() % queries) / queries;
    std::string query;
    for (; number > 0; number /= alphabet.size()) query += alphabet[number % alphabet.size()];
    ASSERT_TRUE(segmenter.cut(query, kAllWords, cut));
    if (cache.find(query, remembered)) {
      ASSERT_EQ(remembered.strings(), cut.strings()) << query;
      ++hits;
    } else {
      cache.remember(query, cut);
      ++misses;
    }
  }
  EXPECT_GT(hits, 20'000u);
  EXPECT_GT(misses, 2 * 2 * QueryCache::kSets) << "no evictions";
}

}  // namespace
}  // namespace gavel
