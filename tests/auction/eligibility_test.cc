// Every reason for which an ad is not shown, one by one, and their order.
#include "auction/eligibility.h"

#include <gtest/gtest.h>

#include "tests/support/auction_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

// One ad, "a", that is shown on the placements "search" and "feed" as long as a test puts nothing in its way.
struct EligibilityTest : testing::Test {
  EligibilityTest() {
    world.put("search", PlacementDoc{.kind = PlacementKind::kSearch, .position_ctr = {{kProbabilityOne}}});
    world.put("feed", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {{kProbabilityOne}}});
    world.put(LoneAd{.id = "a"});
    request = AuctionWorld::request("feed");
    request.explain = true;
  }

  Reason reason() {
    world.run(request);
    return world.reason("a").value();
  }
  template <class Change>
  void campaign(Change change) {
    world.edit(world.campaigns, "campaign-a", change);
  }
  template <class Change>
  void group(Change change) {
    world.edit(world.ad_groups, "group-a", change);
  }
  void search_for(std::string_view query) {
    request.query = query;
    request.auctions[0].placement_id = "search";
  }
  void add_keyword(const std::string& id, const KeywordDoc& doc) { world.put(id, doc); }

  AuctionWorld world;
  AuctionRequest request;
};

TEST_F(EligibilityTest, NothingInTheWay) {
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, Suspended) {
  world.edit(world.advertisers, "shop-a", [](AdvertiserDoc& doc) { doc.active = false; });
  EXPECT_EQ(reason(), Reason::kSuspended);
}

TEST_F(EligibilityTest, PausedCampaign) {
  campaign([](CampaignDoc& doc) { doc.enabled = false; });
  EXPECT_EQ(reason(), Reason::kPaused);
}

TEST_F(EligibilityTest, PausedAdGroup) {
  group([](AdGroupDoc& doc) { doc.enabled = false; });
  EXPECT_EQ(reason(), Reason::kPaused);
}

TEST_F(EligibilityTest, PausedAd) {
  world.edit(world.ads, "a", [](AdDoc& doc) { doc.enabled = false; });
  EXPECT_EQ(reason(), Reason::kPaused);
}

TEST_F(EligibilityTest, TheFlightBeginsAtItsStartAndEndsBeforeItsEnd) {
  campaign([](CampaignDoc& doc) {
    doc.start_time = kNoon;
    doc.end_time = kNoon + 1h;
  });
  EXPECT_EQ(reason(), Reason::kWon);
  world.now = kNoon - 1us;
  EXPECT_EQ(reason(), Reason::kNotStarted);
  world.now = kNoon + 1h - 1us;
  EXPECT_EQ(reason(), Reason::kWon);
  world.now = kNoon + 1h;
  EXPECT_EQ(reason(), Reason::kEnded);
}

TEST_F(EligibilityTest, PlacementOfTheAdGroup) {
  group([](AdGroupDoc& doc) { doc.placements = {"search"}; });
  EXPECT_EQ(reason(), Reason::kPlacement);
  group([](AdGroupDoc& doc) { doc.placements = {"search", "feed"}; });
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, PlacementThatDoesNotAcceptThePricing) {
  world.edit(world.placements, "feed", [](PlacementDoc& doc) { doc.accepts_cpc = false; });
  EXPECT_EQ(reason(), Reason::kPlacement);
  world.edit(world.placements, "feed", [](PlacementDoc& doc) {
    doc.accepts_cpc = true;
    doc.accepts_cpm = false;
  });
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, CategoriesMustMeet) {
  group([](AdGroupDoc& doc) { doc.categories = {"dress", "skirt"}; });
  EXPECT_EQ(reason(), Reason::kCategory);
  request.category_ids = {"shoe"};
  EXPECT_EQ(reason(), Reason::kCategory);
  request.category_ids = {"shoe", "skirt"};
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, AnyClauseOfTheAudience) {
  group([](AdGroupDoc& doc) {
    doc.audience = {{.all = {"female", "student"}, .none = {}}, {.all = {"parent"}, .none = {"female"}}};
  });
  const auto with_tags = [this](std::vector<std::string_view> tags) {
    request.user.tags = std::move(tags);
    return reason();
  };
  EXPECT_EQ(with_tags({}), Reason::kAudience);
  EXPECT_EQ(with_tags({"female"}), Reason::kAudience);
  EXPECT_EQ(with_tags({"student", "female", "unheard-of"}), Reason::kWon);
  EXPECT_EQ(with_tags({"parent"}), Reason::kWon);
  EXPECT_EQ(with_tags({"parent", "female"}), Reason::kAudience);
}

TEST_F(EligibilityTest, AClauseThatOnlyExcludesNeedsAUserWithTags) {
  group([](AdGroupDoc& doc) { doc.audience = {{.all = {}, .none = {"minor"}}}; });
  EXPECT_EQ(reason(), Reason::kAudience);
  request.user.tags = {"unheard-of"};
  EXPECT_EQ(reason(), Reason::kWon);
  request.user.tags = {"minor", "student"};
  EXPECT_EQ(reason(), Reason::kAudience);
}

TEST_F(EligibilityTest, ARegionHoldsWhatIsUnderIt) {
  campaign([](CampaignDoc& doc) { doc.regions = {"CN-ZJ", "JP"}; });
  const auto in = [this](std::string_view region) {
    request.user.region = region;
    return reason();
  };
  EXPECT_EQ(in(""), Reason::kRegion);
  EXPECT_EQ(in("CN"), Reason::kRegion);
  EXPECT_EQ(in("CN-ZJ"), Reason::kWon);
  EXPECT_EQ(in("CN-ZJ-HZ"), Reason::kWon);
  EXPECT_EQ(in("CN-ZJX"), Reason::kRegion);
  EXPECT_EQ(in("JP-13"), Reason::kWon);
}

TEST_F(EligibilityTest, Device) {
  campaign([](CampaignDoc& doc) { doc.devices = {"mobile"}; });
  EXPECT_EQ(reason(), Reason::kDevice);
  request.user.device = "desktop";
  EXPECT_EQ(reason(), Reason::kDevice);
  request.user.device = "mobile";
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, Schedule) {
  campaign([](CampaignDoc& doc) {
    doc.schedule = {{.days = 0b0000100, .from_minute = 720, .to_minute = 780, .bid_multiplier = {}}};
  });
  EXPECT_EQ(reason(), Reason::kWon);  // Wednesday, noon
  world.now = kNoon - 1us;
  EXPECT_EQ(reason(), Reason::kSchedule);
  world.now = kNoon + 1h;
  EXPECT_EQ(reason(), Reason::kSchedule);
  world.now = kNoon + 24h;
  EXPECT_EQ(reason(), Reason::kSchedule);
}

TEST_F(EligibilityTest, NegativeKeyword) {
  add_keyword("k1", {.ad_group_id = "group-a", .text = "red dress", .match = MatchType::kBroad});
  search_for("cheap red dress");
  EXPECT_EQ(reason(), Reason::kWon);
  add_keyword("k2",
              {.ad_group_id = "group-a", .text = "cheap", .match = MatchType::kBroad, .negative = true});
  EXPECT_EQ(reason(), Reason::kNegativeKeyword);
  request.auctions[0].placement_id = "feed";  // keywords are for search
  EXPECT_EQ(reason(), Reason::kWon);
  search_for("");
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, WithoutAKeywordAnAdIsNoCandidateOfASearch) {
  add_keyword("k1", {.ad_group_id = "group-a", .text = "red dress", .match = MatchType::kPhrase});
  search_for("dress red");
  world.run(request);
  EXPECT_EQ(world.reason("a"), std::nullopt);
  request.explain_ad_ids = {"a"};
  EXPECT_EQ(reason(), Reason::kNoKeyword);
  search_for("a red dress");
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, OnlyANegativeKeywordMatches) {
  add_keyword("k2",
              {.ad_group_id = "group-a", .text = "cheap", .match = MatchType::kBroad, .negative = true});
  search_for("cheap shoes");
  world.run(request);
  EXPECT_EQ(world.reason("a"), std::nullopt);
  request.explain_ad_ids = {"a"};
  EXPECT_EQ(reason(), Reason::kNegativeKeyword);
}

TEST_F(EligibilityTest, ItemsLimitTheCandidates) {
  request.limits_items = true;
  request.item_ids = {"item-b", "item-a"};
  EXPECT_EQ(reason(), Reason::kWon);
  request.item_ids = {"item-b"};
  world.run(request);
  EXPECT_EQ(world.reason("a"), std::nullopt);
  request.explain_ad_ids = {"a"};
  EXPECT_EQ(reason(), Reason::kItem);
}

TEST_F(EligibilityTest, FrequencyCap) {
  campaign([](CampaignDoc& doc) { doc.frequency_cap = FrequencyCap{.impressions = 2, .window_s = 3'600}; });
  EXPECT_EQ(reason(), Reason::kFrequencyCap);  // nobody to count
  request.user_hash = 77;
  EXPECT_EQ(reason(), Reason::kWon);
  world.frequency->record(world.campaign("campaign-a"), 77, kNoon - 1h);
  world.frequency->record(world.campaign("campaign-a"), 77, kNoon - 1min);
  world.frequency->record(world.campaign("campaign-a"), 78, kNoon - 1min);
  EXPECT_EQ(reason(), Reason::kWon);  // the first lies just outside
  world.frequency->record(world.campaign("campaign-a"), 77, kNoon);
  EXPECT_EQ(reason(), Reason::kFrequencyCap);
  request.user_hash = 78;
  EXPECT_EQ(reason(), Reason::kWon);
}

// The bid is one yuan at a pCTR of 0.1: 100,000 micros are expected.
TEST_F(EligibilityTest, BalanceExhausted) {
  world.put("rich", AdvertiserDoc{.name = "rich", .balance = Micros{100'000}});
  world.put("poor", AdvertiserDoc{.name = "poor", .balance = Micros{99'999}});
  world.put(LoneAd{.id = "b", .advertiser = "rich"});
  world.put(LoneAd{.id = "c", .advertiser = "poor"});
  world.run(request);
  EXPECT_EQ(world.reason("c"), Reason::kBalanceExhausted);
  EXPECT_NE(world.reason("b"), Reason::kBalanceExhausted);
}

TEST_F(EligibilityTest, DailyBudgetExhausted) {
  campaign([](CampaignDoc& doc) {
    doc.pacing = PacingMode::kAsap;
    doc.daily_budget = Micros{500'000};
  });
  world.spend("campaign-a", Micros{400'000});
  EXPECT_EQ(reason(), Reason::kWon);  // and 10,000, the price of one fen times 0.1, is held: 1,000
  EXPECT_EQ(reason(), Reason::kBudgetExhausted);
  world.now += 24h;
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, LifetimeBudgetExhausted) {
  campaign([](CampaignDoc& doc) { doc.lifetime_budget = Micros{500'000}; });
  world.spend("campaign-a", Micros{400'001});
  world.now += 24h * 30;
  EXPECT_EQ(reason(), Reason::kBudgetExhausted);
}

TEST_F(EligibilityTest, AdvertisersDailyBudgetExhausted) {
  world.edit(world.advertisers, "shop-a", [](AdvertiserDoc& doc) { doc.daily_budget = Micros{99'999}; });
  EXPECT_EQ(reason(), Reason::kBudgetExhausted);
}

TEST_F(EligibilityTest, CpmExpectsAThousandthOfItsBid) {
  world.put(LoneAd{.id = "m", .bid = yuan(30), .pricing = Pricing::kCpm});
  world.edit(world.campaigns, "campaign-m", [](CampaignDoc& doc) { doc.lifetime_budget = Micros{29'999}; });
  world.run(request);
  EXPECT_EQ(world.reason("m"), Reason::kBudgetExhausted);
  world.edit(world.campaigns, "campaign-m", [](CampaignDoc& doc) { doc.lifetime_budget = Micros{30'000}; });
  world.run(request);
  EXPECT_NE(world.reason("m"), Reason::kBudgetExhausted);
}

TEST_F(EligibilityTest, Paced) {
  campaign([](CampaignDoc& doc) { doc.daily_budget = yuan(100); });
  EXPECT_EQ(reason(), Reason::kWon);
  world.spend("campaign-a", yuan(90));  // half of the day is gone
  EXPECT_EQ(reason(), Reason::kPaced);
  campaign([](CampaignDoc& doc) { doc.pacing = PacingMode::kAsap; });
  EXPECT_EQ(reason(), Reason::kWon);
}

// A throttled campaign is let into the auctions where a click is likelier first, and counts what it meets.
TEST_F(EligibilityTest, AThrottledCampaignPrefersLikelierClicks) {
  campaign([](CampaignDoc& doc) { doc.daily_budget = yuan(1'000); });
  PacingControls& pacing = world.accounts[world.campaign("campaign-a")].pacing;
  const auto shown_of = [&](std::int32_t pctr) {
    request.predictions = {{"a", Probability{pctr}, {}}};
    int shown = 0;
    for (int i = 0; i < 400; ++i) {
      const std::string id = "request-" + std::to_string(i);
      request.request_id = id;
      shown += reason() == Reason::kWon ? 1 : 0;
    }
    return shown;
  };
  pacing.participation = kProbabilityOne / 4;
  EXPECT_EQ(shown_of(60'000'000), shown_of(20'000'000)) << "as long as nothing usual is known";
  pacing.usual_response = 2e6F;
  EXPECT_NEAR(shown_of(60'000'000), 400 * 0.6, 50);  // odds of 1 to 3, 4.5 times
  EXPECT_NEAR(shown_of(20'000'000), 400 * 0.143, 40);
  pacing.participation = kProbabilityOne;
  EXPECT_EQ(shown_of(1), 400) << "money for all of it";
}

TEST_F(EligibilityTest, AThrottledCampaignCountsTheResponsesItMeets) {
  PacingControls& pacing = world.accounts[world.campaign("campaign-a")].pacing;
  request.explain = false;
  request.predictions = {{"a", Probability{60'000'000}, {}}};
  world.run(request);
  EXPECT_EQ(pacing.responses, 1u);
  EXPECT_EQ(pacing.response_sum, 9'000'000u) << "three times the placement's 0.02, squared";
  EXPECT_EQ(pacing.least_charge, 60'000) << "of a click for 1 yuan";
  request.predictions = {{"a", Probability{10'000'000}, {}}};
  world.run(request);
  EXPECT_EQ(pacing.responses, 2u);
  EXPECT_EQ(pacing.response_sum, 9'250'000u);
  EXPECT_EQ(pacing.least_charge, 10'000);
  campaign([](CampaignDoc& doc) { doc.pacing = PacingMode::kAsap; });
  world.run(request);
  campaign([](CampaignDoc& doc) {
    doc.pacing = PacingMode::kEven;
    doc.pacing_method = PacingMethod::kBidShading;
  });
  world.run(request);
  EXPECT_EQ(pacing.responses, 2u) << "neither is throttled";
  EXPECT_EQ(pacing.response_sum, 9'250'000u);
  EXPECT_EQ(pacing.eligible, 4u);
}

TEST_F(EligibilityTest, WhatAFestivalPaidForDoesNotThrottleTheRestOfTheDay) {
  world.put("festival",
            FestivalDoc{.name = "", .phases = {{"peak", kNoon - 1h, kNoon, {}}}, .categories = {}});
  campaign([](CampaignDoc& doc) {
    doc.daily_budget = yuan(100);
    doc.festivals = {{.festival_id = "festival", .bid_multiplier = {}, .daily_budget = yuan(1'000)}};
  });
  world.spend_festival("campaign-a", "festival", yuan(1'000));
  EXPECT_EQ(reason(), Reason::kWon);
}

TEST_F(EligibilityTest, BelowReserve) {
  world.edit(world.placements, "feed", [](PlacementDoc& doc) { doc.reserve_cpc = yuan(1); });
  EXPECT_EQ(reason(), Reason::kWon);
  world.edit(world.placements, "feed", [](PlacementDoc& doc) { doc.reserve_cpc = yuan(1) + Micros{1}; });
  EXPECT_EQ(reason(), Reason::kBelowReserve);
}

TEST_F(EligibilityTest, AScoreOfZeroIsBelowTheReserve) {
  world.edit(world.ads, "a", [](AdDoc& doc) { doc.pctr = Probability{0}; });
  EXPECT_EQ(reason(), Reason::kBelowReserve);
}

TEST_F(EligibilityTest, DuplicateItemOfAnEarlierAuction) {
  request.auctions.push_back({"search", 0});
  world.run(request);
  EXPECT_EQ(world.reason("a", 0), Reason::kWon);
  EXPECT_EQ(world.reason("a", 1), Reason::kDuplicateItem);
}

TEST_F(EligibilityTest, DuplicateItemOfABetterAd) {
  world.put(LoneAd{.id = "b", .bid = yuan(2), .item = "item-a"});
  EXPECT_EQ(reason(), Reason::kDuplicateItem);
}

TEST_F(EligibilityTest, AdvertiserLimit) {
  world.put(LoneAd{.id = "b", .bid = yuan(2), .advertiser = "shop-a"});
  EXPECT_EQ(reason(), Reason::kAdvertiserLimit);
  world.edit(world.placements, "feed", [](PlacementDoc& doc) { doc.max_ads_per_advertiser = 2; });
  EXPECT_EQ(reason(), Reason::kOutranked);
}

TEST_F(EligibilityTest, ADeletedAdIsNowhere) {
  world.erase_ad("a");
  request.explain_ad_ids = {"a"};
  world.run(request);
  EXPECT_EQ(world.reason("a"), std::nullopt);
}

// Everything is wrong with the ad; each step mends what was first in the contract's list.
TEST_F(EligibilityTest, TheFirstReasonThatHoldsIsGiven) {
  world.put("other", AdvertiserDoc{.name = "other"});
  world.put(LoneAd{.id = "b", .bid = yuan(2), .advertiser = "shop-a", .item = "item-a"});
  add_keyword("kb", {.ad_group_id = "group-b", .text = "dress", .match = MatchType::kBroad});
  add_keyword("k1", {.ad_group_id = "group-a", .text = "dress", .match = MatchType::kBroad});
  add_keyword("k2", {.ad_group_id = "group-a", .text = "red", .match = MatchType::kBroad, .negative = true});
  search_for("red dress");
  request.explain_ad_ids = {"a"};
  const auto shop = [this](auto change) { world.edit(world.advertisers, "shop-a", change); };
  const auto search = [this](auto change) { world.edit(world.placements, "search", change); };
  const auto ad = [this](auto change) { world.edit(world.ads, "a", change); };

  shop([](AdvertiserDoc& doc) { doc.active = false; });
  shop([](AdvertiserDoc& doc) { doc.balance = Micros{150'000}; });
  campaign([](CampaignDoc& doc) {
    doc.enabled = false;
    doc.start_time = kNoon + 1h;
    doc.end_time = kNoon - 1h;
    doc.regions = doc.devices = {"x"};
    doc.schedule = {{.days = 1, .from_minute = 0, .to_minute = 1, .bid_multiplier = {}}};
    doc.frequency_cap = FrequencyCap{.impressions = 1, .window_s = 60};
    doc.daily_budget = Micros{899'999};
  });
  world.spend("campaign-a", Micros{800'000});
  group([](AdGroupDoc& doc) {
    doc.placements = {"feed"};
    doc.categories = {"dress"};
    doc.audience = {{.all = {"female"}, .none = {}}};
  });
  search([](PlacementDoc& doc) { doc.reserve_cpc = yuan(1.5); });

  EXPECT_EQ(reason(), Reason::kSuspended);
  shop([](AdvertiserDoc& doc) { doc.active = true; });
  EXPECT_EQ(reason(), Reason::kPaused);
  campaign([](CampaignDoc& doc) { doc.enabled = true; });
  EXPECT_EQ(reason(), Reason::kNotStarted);
  campaign([](CampaignDoc& doc) { doc.start_time.reset(); });
  EXPECT_EQ(reason(), Reason::kEnded);
  campaign([](CampaignDoc& doc) { doc.end_time.reset(); });
  EXPECT_EQ(reason(), Reason::kPlacement);
  group([](AdGroupDoc& doc) { doc.placements.clear(); });
  EXPECT_EQ(reason(), Reason::kCategory);
  group([](AdGroupDoc& doc) { doc.categories.clear(); });
  EXPECT_EQ(reason(), Reason::kAudience);
  group([](AdGroupDoc& doc) { doc.audience.clear(); });
  EXPECT_EQ(reason(), Reason::kRegion);
  campaign([](CampaignDoc& doc) { doc.regions.clear(); });
  EXPECT_EQ(reason(), Reason::kDevice);
  campaign([](CampaignDoc& doc) { doc.devices.clear(); });
  EXPECT_EQ(reason(), Reason::kSchedule);
  campaign([](CampaignDoc& doc) { doc.schedule.clear(); });
  EXPECT_EQ(reason(), Reason::kNegativeKeyword);
  world.edit(world.keywords, "k2", [](KeywordDoc& doc) { doc.enabled = false; });
  EXPECT_EQ(reason(), Reason::kFrequencyCap);
  request.user_hash = 1;
  EXPECT_EQ(reason(), Reason::kBalanceExhausted);
  shop([](AdvertiserDoc& doc) { doc.balance = yuan(1'000); });
  EXPECT_EQ(reason(), Reason::kBudgetExhausted);
  campaign([](CampaignDoc& doc) { doc.daily_budget = yuan(1); });
  EXPECT_EQ(reason(), Reason::kPaced);
  campaign([](CampaignDoc& doc) { doc.pacing = PacingMode::kAsap; });
  EXPECT_EQ(reason(), Reason::kBelowReserve);
  search([](PlacementDoc& doc) { doc.reserve_cpc = yuan(0); });
  EXPECT_EQ(reason(), Reason::kDuplicateItem);
  ad([](AdDoc& doc) { doc.item_id = "item-of-its-own"; });
  EXPECT_EQ(reason(), Reason::kAdvertiserLimit);
  search([](PlacementDoc& doc) { doc.max_ads_per_advertiser = 2; });
  EXPECT_EQ(reason(), Reason::kOutranked);
  group([](AdGroupDoc& doc) { doc.bid = yuan(3); });
  campaign([](CampaignDoc& doc) { doc.daily_budget.reset(); });
  EXPECT_EQ(reason(), Reason::kWon);
}

}  // namespace
}  // namespace gavel
