// run_auction() against its slow twin on random marketplaces.
#include "tests/auction/oracle.h"

#include <gtest/gtest.h>

#include "tests/auction/random_world.h"

namespace gavel {
namespace {

using Big = boost::multiprecision::cpp_int;

Big big(Score score) {
  return (Big(static_cast<std::uint64_t>(score >> 64)) << 64) + static_cast<std::uint64_t>(score);
}

std::string_view name_or_none(const AuctionWorld& world, ResourceType type, std::uint32_t number) {
  return number == Interner::kAbsent ? std::string_view{} : world.symbols->of(type).at(number);
}

void expect_same_winners(const AuctionWorld& world, const AuctionResult& result,
                         const PlacementResult& placement, const OracleAuction& expected) {
  ASSERT_EQ(placement.winner_count, expected.winners.size());
  for (std::uint32_t i = 0; i < placement.winner_count; ++i) {
    const Winner& winner = result.winners[placement.first_winner + i];
    const OracleWinner& wanted = expected.winners[i];
    EXPECT_EQ(world.name(winner.claims.ad), wanted.ad);
    EXPECT_EQ(name_or_none(world, ResourceType::kKeyword, winner.claims.keyword.value), wanted.keyword);
    EXPECT_EQ(name_or_none(world, ResourceType::kFestival, winner.claims.festival.value), wanted.festival);
    EXPECT_EQ(winner.effective_bid.value, wanted.effective_bid);
    EXPECT_EQ(winner.claims.price.value, wanted.price);
    EXPECT_EQ(winner.pctr.nano, wanted.pctr);
    EXPECT_EQ(winner.claims.position, i + 1);
  }
}

void expect_same_explanations(const AuctionWorld& world, const AuctionResult& result,
                              const PlacementResult& placement, const OracleAuction& expected) {
  ASSERT_EQ(placement.explain_count, expected.explain.size());
  EXPECT_EQ(placement.explain_truncated, expected.truncated);
  for (std::uint32_t i = 0; i < placement.explain_count; ++i) {
    const Explanation& entry = result.explanations[placement.first_explain + i];
    const OracleEntry& wanted = expected.explain[i];
    SCOPED_TRACE(wanted.ad);
    EXPECT_EQ(world.name(entry.ad), wanted.ad);
    EXPECT_EQ(name_of(entry.reason), name_of(wanted.reason));
    EXPECT_EQ(big(entry.score), wanted.score);
    EXPECT_EQ(entry.effective_bid.value, wanted.effective_bid);
    ASSERT_EQ(entry.price_to_win.has_value(), wanted.price_to_win.has_value());
    if (entry.price_to_win) {
      EXPECT_EQ(entry.price_to_win->value, *wanted.price_to_win);
    }
  }
}

void run_and_compare(AuctionWorld& world, const AuctionRequest& request, std::map<Reason, int>& seen,
                     int& failed_holds) {
  const std::vector<OracleAuction> expected = oracle(world, request);
  const AuctionResult& result = world.run(request);
  ASSERT_EQ(result.placements.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE("auction " + std::to_string(i));
    EXPECT_EQ(result.placements[i].unknown_placement, expected[i].unknown_placement);
    expect_same_winners(world, result, result.placements[i], expected[i]);
    expect_same_explanations(world, result, result.placements[i], expected[i]);
    for (const OracleEntry& entry : expected[i].explain) ++seen[entry.reason];
    failed_holds += expected[i].failed_holds;
  }
}

class OracleTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(OracleTest, AgreesWithRunAuctionOnRandomMarketplaces) {
  std::map<Reason, int> seen;
  int failed_holds = 0;
  for (std::uint64_t world_number = 0; world_number < 200; ++world_number) {
    const std::uint64_t seed = GetParam() * 1'000 + world_number;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    live_a_little(world, dice);
    for (int i = 0; i < 8 && !testing::Test::HasFailure(); ++i) {
      world.can_charge = !dice.chance(2);
      run_and_compare(world, random_request(world, dice), seen, failed_holds);
      if (dice.chance(20)) world.release_all();
      if (dice.chance(20)) world.now += std::chrono::minutes{dice.between(0, 600)};
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  // A comparison is worth what it meets: every outcome, many times.
  for (int reason = 0; reason < kReasonCount; ++reason) {
    EXPECT_GE(seen[static_cast<Reason>(reason)], 10) << name_of(static_cast<Reason>(reason));
  }
}

TEST_P(OracleTest, AgreesWithRunAuctionWhereManyHoldsFail) {
  std::map<Reason, int> seen;
  int failed_holds = 0;
  for (std::uint64_t world_number = 0; world_number < 40; ++world_number) {
    const std::uint64_t seed = GetParam() * 1'000 + world_number;
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(seed);
    AuctionWorld world;
    populate(world, dice);
    tighten(world, dice);
    for (int i = 0; i < 8 && !testing::Test::HasFailure(); ++i) {
      run_and_compare(world, random_request(world, dice), seen, failed_holds);
      if (dice.chance(80)) world.release_all();
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GE(failed_holds, 500);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OracleTest, testing::Values(1, 2, 3, 4, 5, 6, 7, 8));

}  // namespace
}  // namespace gavel
