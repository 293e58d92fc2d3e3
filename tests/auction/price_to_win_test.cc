// The price to win, tried out: with it the ad is shown, with one micro less it is not.
#include "auction/price_to_win.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/auction/random_world.h"

namespace gavel {
namespace {

struct PriceToWin : testing::Test {
  PriceToWin() {
    request = AuctionWorld::request("p");
    request.explain = true;
    rules.kind = PlacementKind::kDisplay;
    rules.position_ctr = {{kProbabilityOne}, {500'000'000}};
  }
  std::optional<Micros> of(std::string_view ad) {
    world.put("p", rules);
    world.run(request);
    return world.explanation(ad)->price_to_win;
  }
  AuctionWorld world;
  AuctionRequest request;
  PlacementDoc rules;
};

TEST_F(PriceToWin, BeatsTheLastShownOfTheOthers) {
  world.put(LoneAd{.id = "a", .bid = yuan(4)});
  world.put(LoneAd{.id = "b", .bid = yuan(3), .pctr = probability(0.2)});
  world.put(LoneAd{.id = "c", .bid = yuan(2), .pctr = probability(0.05)});
  EXPECT_EQ(of("c"), Micros{8'000'001});  // half the click rate of a: an equal score is not enough
  EXPECT_EQ(of("b"), yuan(0.5));          // four times that of c: it is
  EXPECT_EQ(of("a"), yuan(1));
}

TEST_F(PriceToWin, WithRoomLeftItIsTheReserveOrOneMicro) {
  world.put(LoneAd{.id = "a"});
  EXPECT_EQ(of("a"), Micros{1});
  rules.reserve_cpc = yuan(2);
  EXPECT_EQ(of("a"), yuan(2));  // below its reserve now
  EXPECT_EQ(world.reason("a"), Reason::kBelowReserve);
}

TEST_F(PriceToWin, AnAdvertisersOtherAdIsInTheWay) {
  world.put(LoneAd{.id = "a", .bid = yuan(4), .pctr = probability(0.3)});
  world.put(LoneAd{.id = "b", .bid = yuan(1), .advertiser = "shop-a", .pctr = probability(0.4)});
  rules.reserve_cpc = yuan(2);
  EXPECT_EQ(of("b"), yuan(3));
}

TEST_F(PriceToWin, TheSameItemIsInTheWay) {
  world.put(LoneAd{.id = "a", .bid = yuan(4), .pctr = probability(0.3)});
  world.put(LoneAd{.id = "b", .bid = yuan(1), .item = "item-a", .pctr = probability(0.4)});
  rules.reserve_cpc = yuan(2);
  EXPECT_EQ(of("b"), yuan(3));
}

TEST_F(PriceToWin, NoBidIsLargeEnough) {
  world.put(LoneAd{.id = "a", .bid = kMaxBid});
  world.put(LoneAd{.id = "b", .bid = kMaxBid});
  world.put(LoneAd{.id = "c", .pctr = probability(0.01)});
  world.put(LoneAd{.id = "d", .pctr = Probability{0}});
  EXPECT_EQ(of("c"), std::nullopt);
  EXPECT_EQ(world.reason("c"), Reason::kOutranked);
  EXPECT_EQ(of("d"), std::nullopt);
  EXPECT_EQ(world.reason("d"), Reason::kBelowReserve);
}

TEST_F(PriceToWin, AShownItemCannotWinAgain) {
  world.put(LoneAd{.id = "a"});
  world.put(LoneAd{.id = "b", .bid = yuan(0.5), .item = "item-a"});
  request.auctions.push_back({"q", 0});
  PlacementDoc reserved = rules;
  reserved.reserve_cpc = yuan(0.7);
  world.put("q", reserved);
  of("a");
  EXPECT_EQ(world.reason("b", 1), Reason::kBelowReserve);
  EXPECT_EQ(world.explanation("b", 1)->price_to_win, std::nullopt);
}

// A world of ads without multipliers and limits on money, so that a group's bid is its ad's effective bid.
void populate_plainly(AuctionWorld& world, Dice& dice) {
  PlacementDoc doc;
  doc.kind = PlacementKind::kDisplay;
  doc.position_ctr.assign(static_cast<std::size_t>(dice.between(1, 4)), {kProbabilityOne});
  doc.mechanism = static_cast<Mechanism>(dice.between(0, 2));
  if (dice.chance(50)) doc.reserve_cpc = doc.reserve_cpm = yuan(1);
  doc.max_ads_per_advertiser = static_cast<std::uint32_t>(dice.between(1, 2));
  world.put("p", doc);
  for (std::int64_t n = dice.between(1, 12); n > 0; --n) {
    LoneAd ad;
    ad.id = "ad-" + std::to_string(n);
    ad.bid = dice.chance(70) ? yuan(static_cast<double>(dice.between(1, 4)) * 0.5)
                             : Micros{dice.between(1, 3'000'000)};
    ad.pricing = dice.chance(70) ? Pricing::kCpc : Pricing::kCpm;
    ad.advertiser = "shop-" + std::to_string(dice.between(1, 5));
    ad.item = "item-" + std::to_string(dice.between(1, 8));
    ad.quality = {static_cast<std::int32_t>(dice.between(1, 3) * 500'000)};
    ad.pctr = Probability{static_cast<std::int32_t>(dice.between(1, 3) * 20'000'000)};
    world.put(ad);
  }
}

TEST(PriceToWinTried, WinsAndAMicroLessDoesNot) {
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    AuctionWorld world;
    populate_plainly(world, dice);
    const std::string request_id = "r-" + std::to_string(seed);
    AuctionRequest request = AuctionWorld::request("p", static_cast<std::uint32_t>(dice.between(1, 4)));
    request.request_id = request_id;
    request.explain = true;
    const std::vector<Explanation> entries = world.run(request).explanations;
    const auto wins_with = [&](const std::string& ad, Micros bid) {
      const Micros before = world.ad_groups.at("group-" + ad).bid;
      world.edit(world.ad_groups, "group-" + ad, [bid](AdGroupDoc& doc) { doc.bid = bid; });
      world.run(request);
      world.edit(world.ad_groups, "group-" + ad, [before](AdGroupDoc& doc) { doc.bid = before; });
      return world.reason(ad) == Reason::kWon;
    };
    for (const Explanation& entry : entries) {
      if (!entry.price_to_win) continue;
      const std::string ad(world.name(entry.ad));
      EXPECT_TRUE(wins_with(ad, *entry.price_to_win)) << ad << ", seed " << seed;
      if (*entry.price_to_win > Micros{1}) {
        EXPECT_FALSE(wins_with(ad, *entry.price_to_win - Micros{1})) << ad << ", seed " << seed;
      }
      EXPECT_EQ(entry.reason == Reason::kWon, entry.effective_bid >= *entry.price_to_win)
          << ad << ", seed " << seed;
      ++tried;
    }
  }
  EXPECT_GT(tried, 1'000);
}

}  // namespace
}  // namespace gavel
