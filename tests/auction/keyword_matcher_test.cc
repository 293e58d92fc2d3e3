#include "auction/keyword_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/auction/catalog_fixture.h"

namespace gavel {
namespace {

class KeywordMatcherTest : public testing::Test {
 protected:
  KeywordMatcherTest() {
    world.put_advertiser("shop");
    world.put_campaign("c", campaign_doc("shop"));
    for (const std::string id : {"g1", "g2", "g3"}) {
      world.put_group(id, group_doc("c", {500}));
      world.put_ad("ad-" + id, ad_doc(id, "item"));
    }
  }

  // "g1:k1@500 g2:-!": group, best keyword and bid, "!" where a negative keyword matches.
  std::string match(std::string_view query) {
    const auto catalog = world.editor.snapshot();
    matcher.find(query, *catalog);
    std::string result;
    std::vector<AdGroupIx> shows;
    for (const char* id : {"g1", "g2", "g3"}) {
      const std::optional<GroupMatch> m = matcher.match(world.group(id), *catalog);
      if (!m) continue;
      EXPECT_EQ(m->group, world.group(id));
      if (m->keyword.exists()) shows.push_back(m->group);
      if (!result.empty()) result += ' ';
      result += std::string(id) + ":";
      const KeywordIx named = matcher.keyword_to_name(m->group, *catalog);
      EXPECT_EQ(named.exists(), m->keyword.exists());
      result += named.exists() ? std::string(world.symbols->of(ResourceType::kKeyword).at(named.value)) : "-";
      result += "@" + std::to_string(m->bid.value) + (m->negative ? "!" : "");
    }
    EXPECT_EQ(listed(*catalog), shows) << query;
    return result;
  }
  // The groups of the query's lists, ascending.
  std::vector<AdGroupIx> listed(const Catalog& catalog) {
    GroupCursor cursor;
    matcher.list(catalog, cursor);
    cursor.start(catalog);
    std::vector<AdGroupIx> groups;
    while (const auto group = cursor.next()) groups.push_back(*group);
    std::ranges::sort(groups);
    return groups;
  }
  void put(std::string_view id, std::string group, std::string text, MatchType match = MatchType::kBroad,
           std::int64_t bid = 0, bool negative = false) {
    KeywordDoc doc = keyword_doc(std::move(group), std::move(text), match);
    if (bid != 0) doc.bid = Micros{bid};
    doc.negative = negative;
    world.put_keyword(id, doc);
  }

  CatalogFixture world;
  KeywordMatcher matcher;
};

TEST_F(KeywordMatcherTest, ExactPhraseAndBroad) {
  put("exact", "g1", "red dress", MatchType::kExact);
  put("phrase", "g2", "red dress", MatchType::kPhrase);
  put("broad", "g3", "red dress", MatchType::kBroad);
  EXPECT_EQ(match("Red Dress"), "g1:exact@500 g2:phrase@500 g3:broad@500");
  EXPECT_EQ(match("long red dress"), "g2:phrase@500 g3:broad@500");
  EXPECT_EQ(match("dress red"), "g3:broad@500");
  EXPECT_EQ(match("red"), "");
  EXPECT_EQ(match(""), "");
  EXPECT_EQ(match("!?"), "");
  EXPECT_EQ(match("red dress \xFF"), "");
}

TEST_F(KeywordMatcherTest, ChineseKeywordsMatchWithAndWithoutBlanks) {
  put("k", "g1", "连衣裙");
  EXPECT_EQ(match("夏季连衣裙"), "g1:k@500");
  EXPECT_EQ(match("连衣裙 夏季"), "g1:k@500");
  EXPECT_EQ(match("夏季"), "");
}

TEST_F(KeywordMatcherTest, ARecentQueryFindsKeywordsMadeSince) {
  EXPECT_EQ(match("夏季连衣裙"), "");
  put("k", "g1", "连衣裙");
  EXPECT_EQ(match("夏季连衣裙"), "g1:k@500");
  put("k2", "g2", "夏季");
  EXPECT_EQ(match("夏季连衣裙"), "g1:k@500 g2:k2@500");
}

TEST_F(KeywordMatcherTest, ExactBeatsPhraseBeatsBroadWhateverTheBid) {
  put("broad", "g1", "red", MatchType::kBroad, 900);
  put("phrase", "g1", "red dress", MatchType::kPhrase, 800);
  put("exact", "g1", "red dress", MatchType::kExact, 1);
  EXPECT_EQ(match("red dress"), "g1:exact@1");
  EXPECT_EQ(match("red dress sale"), "g1:phrase@800");
  EXPECT_EQ(match("red sale"), "g1:broad@900");
}

TEST_F(KeywordMatcherTest, ThenTheHigherBidWhereAnAbsentOneIsTheGroups) {
  put("low", "g1", "red", MatchType::kBroad, 499);
  put("groups", "g1", "dress");
  EXPECT_EQ(match("red dress"), "g1:groups@500");
  put("high", "g1", "long", MatchType::kBroad, 501);
  EXPECT_EQ(match("long red dress"), "g1:high@501");
}

TEST_F(KeywordMatcherTest, ThenTheLesserIdInByteOrder) {
  put("b", "g1", "red");
  put("a10", "g1", "dress");
  put("a2", "g1", "long");
  put("Z", "g1", "sale");
  EXPECT_EQ(match("red dress"), "g1:a10@500");
  EXPECT_EQ(match("long red dress"), "g1:a10@500");
  EXPECT_EQ(match("long red dress sale"), "g1:Z@500");
}

TEST_F(KeywordMatcherTest, ANegativeKeywordMarksTheGroupByItsOwnMatch) {
  put("k1", "g1", "dress");
  put("k2", "g2", "dress");
  put("no1", "g1", "cheap dress", MatchType::kPhrase, 0, true);
  put("no2", "g2", "dress", MatchType::kExact, 0, true);
  EXPECT_EQ(match("cheap dress"), "g1:k1@500! g2:k2@500");
  EXPECT_EQ(match("dress cheap"), "g1:k1@500 g2:k2@500");
  EXPECT_EQ(match("dress"), "g1:k1@500 g2:k2@500!");
}

TEST_F(KeywordMatcherTest, AGroupWithOnlyANegativeMatchHasNoKeyword) {
  put("no", "g2", "cheap", MatchType::kBroad, 777, true);
  EXPECT_EQ(match("cheap dress"), "g2:-@500!");
}

TEST_F(KeywordMatcherTest, PausedAndDeletedKeywordsDoNotMatch) {
  put("k1", "g1", "dress");
  put("k2", "g2", "dress");
  KeywordDoc paused = keyword_doc("g1", "dress");
  paused.enabled = false;
  world.put_keyword("k1", paused);
  EXPECT_EQ(match("dress"), "g2:k2@500");
  world.editor.erase(world.keyword("k2"));
  EXPECT_EQ(match("dress"), "");
  put("k2", "g2", "red dress");
  EXPECT_EQ(match("dress"), "");
  EXPECT_EQ(match("red dress"), "g2:k2@500");
}

// The contract's rule by definition, over every keyword.
class NaiveMatcher {
 public:
  struct Entry {
    std::string id, group;
    std::vector<std::string> words;
    MatchType match;
    std::int64_t bid;  // resolved
    bool negative, enabled;
  };

  static bool matches(const Entry& k, const std::vector<std::string>& query) {
    if (k.match == MatchType::kExact) return k.words == query;
    if (k.match == MatchType::kPhrase) {
      return std::search(query.begin(), query.end(), k.words.begin(), k.words.end()) != query.end();
    }
    return std::ranges::all_of(k.words, [&](const auto& w) { return std::ranges::count(query, w) > 0; });
  }

  static std::string match(const std::vector<Entry>& keywords, const std::vector<std::string>& query) {
    std::map<std::string, std::pair<const Entry*, bool>> groups;
    for (const Entry& k : keywords) {
      if (!k.enabled || !matches(k, query)) continue;
      auto& [best, negative] = groups.try_emplace(k.group, nullptr, false).first->second;
      if (k.negative) {
        negative = true;
      } else if (best == nullptr || better(k, *best)) {
        best = &k;
      }
    }
    std::string result;
    for (const auto& [group, found] : groups) {
      const auto& [best, negative] = found;
      if (!result.empty()) result += ' ';
      result += group + ":" + (best ? best->id : "-") + "@" + std::to_string(best ? best->bid : 500);
      if (negative) result += "!";
    }
    return result;
  }

 private:
  static bool better(const Entry& a, const Entry& b) {
    if (a.match != b.match) return a.match < b.match;
    if (a.bid != b.bid) return a.bid > b.bid;
    return a.id < b.id;
  }
};

TEST_F(KeywordMatcherTest, AgreesWithTheNaiveTwinOnRandomKeywords) {
  std::mt19937 random(21);
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::vector<std::string> alphabet{"red", "dress", "long", "夏季", "女装", "包邮"};
  const auto random_text = [&](std::size_t most) {
    std::string text;
    for (std::size_t n = 1 + pick(most); n > 0; --n) text += alphabet[pick(alphabet.size())] + " ";
    return text;
  };
  std::vector<NaiveMatcher::Entry> twins(60);
  for (int step = 0; step < 4000; ++step) {
    const std::size_t k = pick(twins.size());
    NaiveMatcher::Entry& twin = twins[k];
    const std::string text = random_text(3);
    KeywordDoc doc = keyword_doc("g" + std::to_string(1 + k % 3), text, static_cast<MatchType>(pick(3)));
    if (pick(2) == 0) doc.bid = Micros{static_cast<std::int64_t>(499 + pick(3))};
    doc.negative = pick(8) == 0;
    doc.enabled = pick(5) != 0;
    twin = {"k" + std::to_string(k),        doc.ad_group_id, world.cut(text), doc.match,
            doc.bid ? doc.bid->value : 500, doc.negative,    doc.enabled};
    world.put_keyword(twin.id, doc);
    if (pick(6) == 0) {
      world.editor.erase(world.keyword(twin.id));
      twin.enabled = false;
    }
    const std::string query = random_text(5);
    ASSERT_EQ(match(query), NaiveMatcher::match(twins, world.cut(query))) << query;
  }
}

// Lists are fetched some texts at a time.
TEST_F(KeywordMatcherTest, ListsTheGroupsOfEveryTextOfALongQuery) {
  constexpr std::size_t kTexts = 130;
  std::vector<AdGroupIx> groups;
  for (std::size_t i = 0; i < kTexts; ++i) {
    const std::string number = std::to_string(i);
    world.put_group("m" + number, group_doc("c", {500}));
    world.put_ad("ad-m" + number, ad_doc("m" + number, "item"));
    put("km" + number, "m" + number, "word" + number);
    groups.push_back(world.group("m" + number));
  }
  std::string query;
  for (std::size_t texts = 1; texts <= kTexts; ++texts) {
    query += " word" + std::to_string(texts - 1);
    const auto catalog = world.editor.snapshot();
    matcher.find(query, *catalog);
    EXPECT_EQ(listed(*catalog), std::vector(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(texts)));
  }
}

}  // namespace
}  // namespace gavel
