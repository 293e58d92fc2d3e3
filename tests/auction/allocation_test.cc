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
        world.holds.expire(world.now + std::chrono::hours{1});
      }
      if (round == 2) during += allocation_count() - before;
    }
  }
  EXPECT_GT(winners, 1'000u);
  EXPECT_EQ(during, 0u);
}

}  // namespace
}  // namespace gavel
