#include "auction/bid.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

constexpr Factor millionths(std::int32_t value) {
  return {value};
}

TEST(ScheduleEntry, TheFirstThatHoldsCounts) {
  const std::vector<ScheduleEntry> schedule = {
      {.days = 0b0000100, .from_minute = 480, .to_minute = 1'440, .bid_multiplier = millionths(2'000'000)},
      {.days = 0b0000111, .from_minute = 0, .to_minute = 600, .bid_multiplier = millionths(3'000'000)},
  };
  const auto at = [&schedule](int weekday, int minute) -> int {
    const ScheduleEntry* entry =
        schedule_entry(schedule, {.day = {}, .weekday = weekday, .minute_of_day = minute});
    return entry == nullptr ? -1 : static_cast<int>(entry - schedule.data());
  };
  EXPECT_EQ(at(2, 480), 0);
  EXPECT_EQ(at(2, 1'439), 0);
  EXPECT_EQ(at(2, 479), 1);
  EXPECT_EQ(at(0, 599), 1);
  EXPECT_EQ(at(0, 600), -1);
  EXPECT_EQ(at(3, 480), -1);
}

// Symbols of the tests.
constexpr Symbol kMobile = 1, kChina = 10, kZhejiang = 11, kHangzhou = 12, kFemale = 20, kStudent = 21;

SharedPtr<CampaignServing> multiplied() {
  CampaignDraft campaign;
  campaign.device_multipliers = {{kMobile, millionths(1'300'000)}};
  campaign.region_multipliers = {{kChina, millionths(500'000)}, {kZhejiang, millionths(900'000)}};
  campaign.tag_multipliers = {{kFemale, millionths(1'100'000)}, {kStudent, millionths(333'333)}};
  return pack(campaign);
}

TEST(TargetedBid, EachStepIsRoundedDown) {
  RequestFacts facts;
  facts.device = kMobile;
  facts.regions = {kHangzhou, kZhejiang, kChina};
  facts.tags = {kFemale, kStudent};
  EXPECT_EQ(targeted_bid({10'000'000}, *multiplied(), facts), Micros{4'289'995});  // 12,870,000 x 0.333333
  EXPECT_EQ(targeted_bid({9}, *multiplied(), facts), Micros{2});                   // 11, 9, 9, 2
}

TEST(TargetedBid, OfRegionsTheLongestCounts) {
  RequestFacts facts;
  facts.regions = {kHangzhou, kZhejiang, kChina};
  EXPECT_EQ(targeted_bid({1'000}, *multiplied(), facts), Micros{900});
  facts.regions = {kChina};
  EXPECT_EQ(targeted_bid({1'000}, *multiplied(), facts), Micros{500});
  facts.regions = {};
  EXPECT_EQ(targeted_bid({1'000}, *multiplied(), facts), Micros{1'000});
}

TEST(TargetedBid, IsHeldAtTheLargestBid) {
  CampaignDraft campaign;
  campaign.device_multipliers = {{kMobile, kMaxMultiplier}};
  campaign.region_multipliers = {{kChina, millionths(500'000)}};
  RequestFacts facts;
  facts.device = kMobile;
  facts.regions = {kChina};
  EXPECT_EQ(targeted_bid({900'000'000'000}, *pack(campaign), facts), Micros{500'000'000'000});  // held, then halved
}

TEST(TargetedBid, OffScheduleTheMultiplierIsOne) {
  CampaignDraft campaign;
  campaign.schedule = {
      {.days = 1, .from_minute = 0, .to_minute = 60, .bid_multiplier = millionths(2'000'000)}};
  RequestFacts facts;
  facts.local.minute_of_day = 59;
  EXPECT_EQ(targeted_bid({1'000}, *pack(campaign), facts), Micros{2'000});
  facts.local.minute_of_day = 60;
  EXPECT_EQ(targeted_bid({1'000}, *pack(campaign), facts), Micros{1'000});
}

}  // namespace
}  // namespace gavel
