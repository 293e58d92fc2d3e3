// Where the laws begin. What they do in a day is measured in bench/pacing.
#include "budget/pacing_laws.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gavel {
namespace {

PacingSignals morning(double charges) {
  return {.budget = charges,
          .used = 0,
          .target = 0,
          .pace = charges / 1'000,
          .charge = 1,
          .traffic_gone = 0,
          .traffic_left = 1'000,
          .traffic_step = 1,
          .used_step = 0,
          .step_s = 1,
          .day_left_s = 86'400};
}

// At its whole bid it bought the dearest clicks of its first hours, and most of a festival's midnight.
TEST(ShadingLaw, ACampaignBeginsAtHalfItsBid) {
  PacingMemory memory;
  EXPECT_NEAR(ShadingLaw().step(morning(1'000), memory).multiplier, 0.5, 1e-6);
  EXPECT_NEAR(ShadingLaw().step(morning(1'000), memory).multiplier, 0.5, 1e-6);
}

TEST(ShadingLaw, ABudgetOfFewChargesBeginsNearItsBid) {
  PacingMemory memory;
  EXPECT_GT(ShadingLaw().step(morning(5), memory).multiplier, 0.95);
}

TEST(ShadingLaw, WhatWasRememberedBeforeGoesOn) {
  PacingMemory memory;
  memory.value[0] = -1.5F;  // of a version that had no more than that
  EXPECT_NEAR(ShadingLaw().step(morning(1'000), memory).multiplier, std::exp(-1.5), 1e-3);
  memory.value[0] = 0;  // it has come up to its bid since
  EXPECT_NEAR(ShadingLaw().step(morning(1'000), memory).multiplier, 1, 1e-3);
}

}  // namespace
}  // namespace gavel
