#include "auction/ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gavel {
namespace {

struct RankingTest : testing::Test {
  Candidate& add(const std::string& id, std::uint64_t score, std::uint32_t advertiser, Symbol item) {
    Candidate& candidate = candidates.emplace_back();
    candidate.ad = {ids.intern(id)};
    candidate.admitted = true;
    candidate.score = score;
    candidate.advertiser = {advertiser};
    candidate.item = item;
    return candidate;
  }
  std::vector<std::string> ranked(const RankingRules& rules) {
    ranking.start(candidates, RankingOrder("r-1", ids), rules);
    ranking.finish();
    return names();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Candidate* candidate : ranking.ads()) names.emplace_back(ids.at(candidate->ad.value));
    return names;
  }
  // As run_auction() does when a hold fails.
  void take_out(std::size_t place) {
    ranking.ads()[place]->admitted = false;
    ranking.ads()[place]->reason = Reason::kBudgetExhausted;
    ranking.remove(place);
  }
  // Ads of a few advertisers and items, many of equal scores, a quarter of them out.
  void add_random(std::mt19937_64& rng, std::size_t count) {
    candidates.clear();
    candidates.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      Candidate& ad = add("ad-" + std::to_string(i), rng() % 12, static_cast<std::uint32_t>(rng() % 8),
                          static_cast<Symbol>(rng() % 30));
      ad.pctr = {static_cast<std::int32_t>(rng() % 2)};
      ad.admitted = rng() % 4 != 0;
    }
  }

  Interner ids;
  std::vector<Candidate> candidates;
  Ranking ranking;
};

using Names = std::vector<std::string>;
constexpr RankingRules kWhole{.slots = 2, .max_ads_per_advertiser = 1, .whole = true};

TEST_F(RankingTest, BestFirstWithoutThoseThatAreOut) {
  add("a", 5, 1, 1);
  add("b", 9, 2, 2);
  add("c", 11, 3, 3).admitted = false;
  EXPECT_EQ(ranked(kWhole), (Names{"b", "a"}));
}

TEST_F(RankingTest, OfEqualScoresTheHigherClickRateWins) {
  add("a", 5, 1, 1).pctr = {10};
  add("b", 5, 2, 2).pctr = {11};
  EXPECT_EQ(ranked(kWhole), (Names{"b", "a"}));
}

TEST_F(RankingTest, TheTieHashIsFixedForEver) {
  // A replay, and a service in another language, must decide as this one does. Worked out independently in
  // Python.
  EXPECT_EQ(tie_hash("r-1", "a1"), 15071099161136131813u);
  EXPECT_EQ(tie_hash("", ""), 2737183428366584608u);
  EXPECT_NE(tie_hash("r-1", "a1"), tie_hash("r-", "1a1"));
  EXPECT_NE(tie_hash("r-1", "a1"), tie_hash("r-2", "a1"));
}

TEST_F(RankingTest, EqualsAreSharedOutEvenlyOverRequests) {
  const Candidate a = add("a", 5, 1, 1);
  const Candidate b = add("b", 5, 2, 2);
  int wins_of_a = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string request = "request-" + std::to_string(i);
    const RankingOrder before(request, ids);
    EXPECT_NE(before(&a, &b), before(&b, &a));
    wins_of_a += before(&a, &b) ? 1 : 0;
  }
  EXPECT_NEAR(wins_of_a, 5'000, 300);  // six standard deviations
}

TEST_F(RankingTest, TheBestAdOfAnItemStays) {
  add("a", 9, 1, 7);
  add("b", 8, 2, 7);
  add("c", 7, 3, 8);
  EXPECT_EQ(ranked(kWhole), (Names{"a", "c"}));
  EXPECT_EQ(candidates[1].reason, Reason::kDuplicateItem);
}

TEST_F(RankingTest, TheBestAdsOfAnAdvertiserStay) {
  add("a", 9, 1, 1);
  add("b", 8, 1, 2);
  add("c", 7, 1, 3);
  add("d", 6, 2, 4);
  EXPECT_EQ(ranked({.slots = 2, .max_ads_per_advertiser = 2, .whole = true}), (Names{"a", "b", "d"}));
  EXPECT_EQ(candidates[2].reason, Reason::kAdvertiserLimit);
}

TEST_F(RankingTest, WhatIsCutCutsNothingItself) {
  add("a", 9, 1, 1);
  add("b", 8, 1, 2);  // advertiser limit
  add("c", 7, 2, 2);  // the same item as b
  add("d", 6, 3, 1);  // the same item as a
  add("e", 5, 3, 5);  // the same advertiser as d
  EXPECT_EQ(ranked(kWhole), (Names{"a", "c", "e"}));
}

TEST_F(RankingTest, AnAdThatIsNotShownCutsNoneOfItsItem) {
  add("a", 9, 1, 1);
  add("b", 8, 2, 2);
  add("c", 7, 3, 3);  // not shown
  add("d", 6, 4, 3);  // the same item as c
  add("e", 5, 5, 1);  // the same item as a
  EXPECT_EQ(ranked(kWhole), (Names{"a", "b", "c", "d"}));
  EXPECT_EQ(candidates[3].reason, Reason::kOutranked);
  EXPECT_EQ(candidates[4].reason, Reason::kDuplicateItem);
}

TEST_F(RankingTest, AnAdThatComesToBeShownCutsTheOthersOfItsItem) {
  add("a", 9, 1, 1);
  add("b", 8, 2, 2);
  add("c", 7, 3, 3);
  add("d", 6, 4, 3);
  ranking.start(candidates, RankingOrder("r-1", ids), kWhole);
  EXPECT_EQ(names(), (Names{"a", "b", "c"}));  // as far as slots and prices need
  take_out(0);
  ranking.finish();
  EXPECT_EQ(names(), (Names{"b", "c"}));
  EXPECT_EQ(candidates[3].reason, Reason::kDuplicateItem);
}

TEST_F(RankingTest, RankingAgainForgetsEarlierCuts) {
  add("a", 9, 1, 1);
  add("b", 8, 1, 2);
  EXPECT_EQ(ranked(kWhole), Names{"a"});
  candidates[0].admitted = false;
  EXPECT_EQ(ranked(kWhole), Names{"b"});
  EXPECT_EQ(candidates[1].reason, Reason::kOutranked);
}

// The heap that is popped as far as needed against the sort of everything.
TEST_F(RankingTest, ThePartialRankingIsTheHeadOfTheWhole) {
  std::mt19937_64 rng(11);
  for (int round = 0; round < 2'000; ++round) {
    add_random(rng, rng() % 60);
    RankingRules rules{.slots = 1 + static_cast<std::uint32_t>(rng() % 5),
                       .max_ads_per_advertiser = 1 + static_cast<std::uint32_t>(rng() % 3),
                       .whole = true};
    const Names whole = ranked(rules);
    rules.whole = false;
    const Names head = ranked(rules);
    const std::size_t needed = rules.slots + rules.max_ads_per_advertiser;
    ASSERT_EQ(head, Names(whole.begin(),
                          whole.begin() + static_cast<std::ptrdiff_t>(std::min(needed, whole.size()))));
  }
}

// The ranking with ads taken out of it against one made at once of those that are left.
TEST_F(RankingTest, TakingAdsOutIsRankingTheRest) {
  std::mt19937_64 rng(12);
  int taken_out = 0, cuts = 0;
  for (int round = 0; round < 20'000; ++round) {
    add_random(rng, rng() % 60);
    const RankingRules rules{.slots = 1 + static_cast<std::uint32_t>(rng() % 5),
                             .max_ads_per_advertiser = 1 + static_cast<std::uint32_t>(rng() % 3),
                             .whole = rng() % 2 == 0};
    const RankingOrder before("r-1", ids);
    ranking.start(candidates, before, rules);
    for (std::uint64_t left = rng() % 20; left > 0 && !ranking.ads().empty(); --left, ++taken_out) {
      take_out(rng() % std::min<std::size_t>(rules.slots, ranking.ads().size()));
    }
    ranking.finish();

    std::vector<Candidate> rest = candidates;
    Ranking at_once;
    at_once.start(rest, before, rules);
    at_once.finish();
    const auto ad_of = [](const Candidate* candidate) { return candidate->ad; };
    ASSERT_TRUE(std::ranges::equal(ranking.ads(), at_once.ads(), {}, ad_of, ad_of)) << "round " << round;
    if (rules.whole) {
      ASSERT_TRUE(std::ranges::equal(ranking.order(), at_once.order(), {}, ad_of, ad_of))
          << "round " << round;
    }
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (!rest[i].admitted) continue;
      ASSERT_EQ(candidates[i].reason, rest[i].reason) << "round " << round << ", ad " << i;
      cuts += rest[i].reason == Reason::kOutranked ? 0 : 1;
    }
  }
  EXPECT_GT(taken_out, 100'000);
  EXPECT_GT(cuts, 50'000);
}

}  // namespace
}  // namespace gavel
