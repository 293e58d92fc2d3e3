#include "bench/marketplace/vocabulary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "bench/marketplace/words.h"

namespace gavel {
namespace {

std::string text_of(SearchTerm term, bool spaced) {
  std::string text;
  append_term(text, term, spaced);
  return text;
}

TEST(Vocabulary, TermsGrowFromTheBareNoun) {
  EXPECT_EQ(text_of({0, 0, Language::kChinese}, true), "连衣裙");
  EXPECT_EQ(text_of({0, 1, Language::kChinese}, true), "夏季 连衣裙");
  EXPECT_EQ(text_of({0, 1, Language::kChinese}, false), "夏季连衣裙");
  EXPECT_EQ(text_of({0, 1, Language::kEnglish}, false), "summer dress");
  EXPECT_EQ(text_of({0, 65, Language::kEnglish}, true), "women dress");
  EXPECT_EQ(text_of({0, 97, Language::kEnglish}, true), "women summer dress");
}

TEST(Vocabulary, NoTwoTermsOfAKindAreAlike) {
  for (std::uint32_t kind : {0u, 48u, 159u}) {
    for (Language language : {Language::kChinese, Language::kEnglish}) {
      std::set<std::string> texts;
      for (std::uint32_t m = 0; m < modifiers_max(); ++m) texts.insert(text_of({kind, m, language}, true));
      EXPECT_EQ(texts.size(), modifiers_max());
    }
  }
}

TEST(Vocabulary, CategoriesAreAllDifferentAndTheirDepartmentsStandTogether) {
  std::set<std::string> ids;
  for (std::uint32_t kind = 0; kind < product_kinds().size(); ++kind) {
    ids.insert(category_id(kind));
    EXPECT_EQ(product_kinds()[kind].department, product_kinds()[kind / 8 * 8].department);
  }
  EXPECT_EQ(ids.size(), product_kinds().size());
  EXPECT_EQ(product_kinds().size() % 61 == 0, false) << "popularity walks the kinds in steps of 61";
}

TEST(Vocabulary, ListsHaveNoWordTwice) {
  const auto all_different = [](auto list) {
    std::set<std::string_view> zh, en;
    for (const WordPair& word : list) {
      EXPECT_TRUE(zh.insert(word.zh).second) << word.zh;
      EXPECT_TRUE(en.insert(word.en).second) << word.en;
    }
  };
  all_different(adjectives());
  all_different(audiences());
  all_different(title_endings());
  all_different(rare_words());
  std::set<std::string_view> codes;
  for (const Province& province : provinces()) codes.insert(province.code);
  EXPECT_EQ(codes.size(), 34u);  // as ISO 3166-2:CN counts them
  std::set<std::string> brands;
  for (std::size_t i = 0; i < kBrands; ++i) {
    const BrandName name = brand_name(i);
    brands.insert(std::string(name.zh_first) + std::string(name.zh_second));
    brands.insert(std::string(name.en_first) + std::string(name.en_second));
  }
  EXPECT_EQ(brands.size(), 2 * kBrands);
}

}  // namespace
}  // namespace gavel
