#include "budget/pctr_ceilings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "budget/click_stats.h"

namespace gavel {
namespace {

using testing::ElementsAre;

Probability percent(std::int32_t p) {
  return {p * 10'000'000};
}

TEST(PctrCeilings, WhatStaysBelowItsCeilingIsNotRemembered) {
  PctrCeilings ceilings;
  ceilings.observe({1}, kCeilingPrior);
  EXPECT_EQ(ceilings.outgrown(), 1);
  EXPECT_TRUE(ceilings.raise().empty());
  EXPECT_EQ(ceilings.of({1}), kCeilingPrior);
}

TEST(PctrCeilings, WhatNobodyHasClickedKeepsWithinThePrior) {
  for (std::uint64_t examined = 0; examined < 1'000'000'000'000'000; examined = examined * 7 / 5 + 1'234'567) {
    EXPECT_LE(smoothed_pctr({.examined_nano = examined, .clicks = 0}, kCeilingPrior), kCeilingPrior) << examined;
  }
}

TEST(PctrCeilings, OutgrownCoversOldBoundsUntilTheyAreReplaced) {
  PctrCeilings ceilings;
  ceilings.observe({1}, percent(5));
  EXPECT_DOUBLE_EQ(ceilings.outgrown(), 2.5) << "0.05 against 0.02";
  EXPECT_THAT(ceilings.raise(), ElementsAre(AdIx{1}));
  EXPECT_EQ(ceilings.of({1}), Probability{62'500'000});
  EXPECT_DOUBLE_EQ(ceilings.outgrown(), 2.5);
  ceilings.observe({1}, percent(6));
  EXPECT_DOUBLE_EQ(ceilings.outgrown(), 3) << "within the new ceiling, while old bounds are still read";
  ceilings.observe({2}, percent(4));
  ceilings.settle();
  EXPECT_DOUBLE_EQ(ceilings.outgrown(), 2) << "for the ad that came meanwhile";
  EXPECT_THAT(ceilings.raise(), ElementsAre(AdIx{2}));
  ceilings.settle();
  EXPECT_EQ(ceilings.outgrown(), 1);
  ceilings.observe({1}, percent(6));
  EXPECT_EQ(ceilings.outgrown(), 1);
}

TEST(PctrCeilings, AnEstimateThatOutgrowsItsNewCeilingIsHeldAgainstTheOldOneTillThen) {
  PctrCeilings ceilings;
  ceilings.observe({1}, Probability{29'700'000});
  ceilings.raise();
  ceilings.observe({1}, percent(5));
  EXPECT_DOUBLE_EQ(ceilings.outgrown(), 2.5) << "bounds made with 0.02 may still be read";
  ceilings.settle();
  EXPECT_NEAR(ceilings.outgrown(), 0.05 / 0.037125, 1e-6);
}

TEST(PctrCeilings, ClickStatsTellsThemBeforeAnAuctionSeesTheEstimate) {
  ClickStats stats;
  stats.set({3}, {0}, {.examined_nano = 300'000'000'000, .clicks = 30});
  const Probability estimate = smoothed_pctr(stats.get({3}, {0}), kCeilingPrior);
  EXPECT_GT(estimate, kCeilingPrior);
  EXPECT_GE(stats.ceilings().outgrown() * kCeilingPrior.nano, estimate.nano);
  EXPECT_THAT(stats.ceilings().raise(), ElementsAre(AdIx{3}));
  EXPECT_GE(stats.ceilings().of({3}), estimate);
}

}  // namespace
}  // namespace gavel
