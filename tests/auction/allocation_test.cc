// Auctions in the steady state take no memory.
#include <gtest/gtest.h>

#include <memory>

#include "tests/auction/counting_new.h"
#include "tests/auction/random_world.h"

namespace gavel {
namespace {

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocation_count();
  const auto made = std::make_unique<std::vector<int>>(1'000);
  EXPECT_EQ(made->size(), 1'000u);
  EXPECT_EQ(allocation_count() - before, 2u);
}

TEST(Allocation, TheCounterCountsWhatCLibrariesTake) {
  if (!kCountsMalloc) GTEST_SKIP() << "a sanitizer has its own malloc";
  Segmenter segmenter;
  WordList words;
  ASSERT_TRUE(segmenter.cut("夏季连衣裙", kAllWords, words));
  const std::size_t before = allocation_count();
  ASSERT_TRUE(segmenter.cut("夏季连衣裙", kAllWords, words));
  EXPECT_GT(allocation_count() - before, 0u) << "ICU's dictionary takes memory for every text that it cuts";
}

// Texts of Chinese words, mixed ones and long ones, that come again.
TEST(Allocation, ChineseQueriesThatComeAgainAllocateNothing) {
  AuctionWorld world;
  world.put("search", PlacementDoc{.kind = PlacementKind::kSearch, .position_ctr = {{kProbabilityOne}}});
  for (const char* id : {"a", "b", "c"}) world.put(LoneAd{.id = id});
  world.put("k1", KeywordDoc{.ad_group_id = "group-a", .text = "连衣裙", .match = MatchType::kBroad});
  world.put("k2", KeywordDoc{.ad_group_id = "group-b", .text = "夏季连衣裙", .match = MatchType::kPhrase});
  world.put(
      "k3",
      KeywordDoc{.ad_group_id = "group-c", .text = "女装", .match = MatchType::kBroad, .negative = true});
  const std::vector<std::string> things{"夏季连衣裙", "女装 新款", "2024新款连衣裙女夏季", "Ｃ＋＋编程",
                                        "红色，长款连衣裙！"};
  std::vector<std::string> queries;
  for (int i = 0; i < 100; ++i) {
    queries.push_back(things[static_cast<std::size_t>(i) % things.size()] + std::to_string(i));
  }
  std::string all_words;
  for (int i = 0; i < 2'000; ++i) all_words += "word" + std::to_string(i) + " ";
  queries.push_back(all_words);
  AuctionRequest request = AuctionWorld::request("search");
  std::size_t during = 0, winners = 0;
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = allocation_count();
    for (const std::string& query : queries) {
      request.query = query;
      winners += world.run(request).winners.size();
      world.holds.expire(world.now + std::chrono::hours{1});
    }
    if (round == 2) during = allocation_count() - before;
  }
  EXPECT_GT(winners, 100u);
  EXPECT_EQ(during, 0u);
}

TEST(Allocation, AThousandVariedAuctionsAllocateNothing) {
  std::size_t during = 0;
  std::size_t winners = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    live_a_little(world, dice);
    std::vector<AuctionRequest> requests;
    for (int i = 0; i < 50; ++i) requests.push_back(random_request(world, dice));
    for (int round = 0; round < 3; ++round) {  // the last one after two to warm up
      const std::size_t before = allocation_count();
      for (const AuctionRequest& request : requests) {
        winners += world.run(request).winners.size();
        world.release_all();
      }
      if (round == 2) during += allocation_count() - before;
    }
  }
  EXPECT_GT(winners, 1'000u);
  EXPECT_EQ(during, 0u);
}

}  // namespace
}  // namespace gavel
