#include "auction/segmenter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace gavel {
namespace {

using Words = std::vector<std::string>;

Words cut(std::string_view text, std::size_t words_max = kAllWords) {
  Segmenter segmenter;
  WordList words;
  const auto result = segmenter.cut(text, words_max, words);
  EXPECT_TRUE(result.has_value()) << text;
  return words.strings();
}

struct Case {
  std::string_view text;
  Words words;
};

TEST(Segmenter, CutsTexts) {
  const std::vector<Case> cases{
      {"", {}},
      {"   ", {}},
      {"Red Dress", {"red", "dress"}},
      {"  red   dress  ", {"red", "dress"}},
      {"iPhone15 Pro-Max", {"iphone15", "pro", "max"}},
      {"夏季连衣裙", {"夏季", "连", "衣裙"}},
      {"连衣裙 夏季", {"连", "衣裙", "夏季"}},
      {"连衣裙夏季", {"连", "衣裙", "夏季"}},
      {"夏季，连衣裙！", {"夏季", "连", "衣裙"}},
      {"夏季\u3000连衣裙", {"夏季", "连", "衣裙"}},
      {"don't", {"don't"}},
      {"3.14", {"3.14"}},
      {"red,dress.", {"red", "dress"}},
      {"«…»—?!", {}},
      {"\t\n\r", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(cut(c.text), c.words) << c.text;
}

// ICU's dictionary has 衣裙 and not 连衣裙: what matters is that a text and a longer one around it are cut
// alike.
TEST(Segmenter, CutsAChineseWordAlikeWhereverItStands) {
  const Words dress = cut("连衣裙");
  EXPECT_EQ(dress, (Words{"连", "衣裙"}));
  for (const std::string_view query : {"夏季连衣裙", "连衣裙 夏季", "夏季 连衣裙 女", "连衣裙2024新款"}) {
    const Words words = cut(query);
    EXPECT_NE(std::search(words.begin(), words.end(), dress.begin(), dress.end()), words.end()) << query;
  }
}

TEST(Segmenter, NormalisesCompatibilityForms) {
  EXPECT_EQ(cut("ＡＢＣ　１２３"), (Words{"abc", "123"})) << "full width";
  EXPECT_EQ(cut("ﬁne"), (Words{"fine"})) << "ligature";
  EXPECT_EQ(cut("ｱｲｽ"), cut("アイス")) << "half-width Katakana";
  EXPECT_EQ(cut("cafe\u0301"), (Words{"caf\u00E9"})) << "composed";
}

TEST(Segmenter, FoldsCase) {
  EXPECT_EQ(cut("Straße"), (Words{"strasse"}));
  EXPECT_EQ(cut("ΣΊΣΥΦΟΣ"), cut("σίσυφος"));
  EXPECT_EQ(cut("ÉCOLE"), cut("école"));
}

TEST(Segmenter, SymbolsAreWordsAndPunctuationIsNot) {
  EXPECT_EQ(cut("c++"), (Words{"c", "+", "+"}));
  EXPECT_EQ(cut("🎁 礼物"), (Words{"🎁", "礼物"}));
  EXPECT_EQ(cut("100% off!"), (Words{"100", "off"})) << "% is punctuation in Unicode";
  EXPECT_EQ(cut("$5"), (Words{"$", "5"}));
}

TEST(Segmenter, InvisibleCharactersAloneAreNoWord) {
  EXPECT_EQ(cut("\uFEFF"), Words{});
  EXPECT_EQ(cut("\u200B"), Words{});
  EXPECT_EQ(cut(std::string_view("\0", 1)), Words{});
}

TEST(Segmenter, CutsOffAtTheGreatestNumberOfWords) {
  EXPECT_EQ(cut("a b c", 2), (Words{"a", "b"}));
  EXPECT_EQ(cut("a, b, c", 2), (Words{"a", "b"}));
  EXPECT_EQ(cut("夏季连衣裙", 1), (Words{"夏季"}));
  EXPECT_EQ(cut("a b", 0), Words{});
}

TEST(Segmenter, RefusesWhatIsNotUtf8) {
  Segmenter segmenter;
  for (const std::string_view bad :
       {"\xFF", "a\x80", "\xC0\xAF", "\xED\xA0\x80", "\xE5\xA4", "\xF5\x80\x80\x80"}) {
    WordList words;
    words.add("left over");
    const auto result = segmenter.cut(bad, kAllWords, words);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error(), SegmentError::kInvalidUtf8);
    EXPECT_TRUE(words.empty());
  }
}

TEST(Segmenter, GrowsWithTextsThatNormalisationMakesLonger) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "\uFDFA ";  // one character that NFKC writes as eighteen
  EXPECT_EQ(cut(text).size(), 2000U);
}

TEST(Segmenter, OneSegmenterGivesTheSameWordsAgain) {
  Segmenter segmenter;
  WordList words;
  const std::vector<std::string> texts{"夏季连衣裙 女 2024新款", "red dress", "", "a b c d e f g h",
                                       "Ｃ＋＋ 编程"};
  for (int round = 0; round < 3; ++round) {
    for (const std::string& text : texts) {
      ASSERT_TRUE(segmenter.cut(text, kAllWords, words).has_value());
      EXPECT_EQ(words.strings(), cut(text));
    }
  }
}

// ASCII letters and digits have a way of their own. An ideographic full stop behind the text sends it the
// long way and is itself no word.
TEST(Segmenter, TheWayOfPlainTextGivesTheSameWords) {
  constexpr std::string_view kMark = " \u3002";
  constexpr std::string_view kAlphabet = "abzAZ019  ";
  std::mt19937 random(9);
  Segmenter segmenter;
  WordList fast, slow;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 14; n > 0; --n) text.push_back(kAlphabet[random() % kAlphabet.size()]);
    ASSERT_TRUE(segmenter.cut(text, kAllWords, fast).has_value());
    ASSERT_TRUE(segmenter.cut(text + std::string(kMark), kAllWords, slow).has_value());
    ASSERT_EQ(fast.strings(), slow.strings()) << '"' << text << '"';
  }
}

TEST(Segmenter, NoAsciiCharacterSwallowsWhatStandsBesideIt) {
  Segmenter segmenter;
  WordList words;
  for (char c = ' '; c < '\x7F'; ++c) {
    ASSERT_TRUE(segmenter.cut(std::string("ab") + c + "12", kAllWords, words).has_value());
    ASSERT_FALSE(words.empty()) << c;
    std::string joined;
    for (const std::string& word : words.strings()) joined += word;
    EXPECT_EQ(joined.substr(0, 2), "ab") << c;
    EXPECT_EQ(joined.substr(joined.size() - 2), "12") << c;
  }
}

TEST(Segmenter, NamesItsVersions) {
  EXPECT_TRUE(Segmenter::version().starts_with("icu-72"));
}

}  // namespace
}  // namespace gavel
