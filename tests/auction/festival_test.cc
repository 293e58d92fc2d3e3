#include "auction/festival.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/auction/random_world.h"
#include "tests/support/auction_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

const CampaignServing& serving(AuctionWorld& world, std::string_view campaign) {
  return *world.catalog()[world.campaign(campaign)].serving;
}

FestivalIx in_force_at(AuctionWorld& world, Timestamp now, Symbol category = kNoSymbol) {
  return festival_in_force(world.catalog(), serving(world, "campaign-a"), category, now).festival;
}

TEST(Festival, APhaseHoldsItsStartAndNotItsEnd) {
  AuctionWorld world;
  world.put(
      "f", FestivalDoc{.name = "F",
                       .phases = {{.name = "one", .start = kNoon, .end = kNoon + 1h, .boost = factor(2)},
                                  {.name = "two", .start = kNoon + 1h, .end = kNoon + 2h, .boost = factor(3)},
                                  {.name = "late", .start = kNoon + 3h, .end = kNoon + 4h}}});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.festivals = {{.festival_id = "f"}}; });
  const auto boost_at = [&world](Timestamp now) {
    const FestivalInForce found =
        festival_in_force(world.catalog(), serving(world, "campaign-a"), kNoSymbol, now);
    return found.festival.exists() ? found.boost.millionths / 1'000'000 : 0;
  };
  EXPECT_EQ(boost_at(kNoon - 1us), 0);
  EXPECT_EQ(boost_at(kNoon), 2);
  EXPECT_EQ(boost_at(kNoon + 1h - 1us), 2);
  EXPECT_EQ(boost_at(kNoon + 1h), 3);
  EXPECT_EQ(boost_at(kNoon + 2h - 1us), 3);
  EXPECT_EQ(boost_at(kNoon + 2h), 0) << "between two phases";
  EXPECT_EQ(boost_at(kNoon + 3h), 1);
  EXPECT_EQ(boost_at(kNoon + 4h), 0);
}

TEST(Festival, OnlyAJoinedFestivalLifts) {
  AuctionWorld world;
  world.put("f", FestivalDoc{.name = "F", .phases = {{.name = "p", .start = kNoon, .end = kNoon + 1h}}});
  world.put(LoneAd{.id = "a"});
  EXPECT_FALSE(in_force_at(world, kNoon).exists()) << "not joined";
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) { doc.festivals = {{.festival_id = "f"}}; });
  EXPECT_EQ(in_force_at(world, kNoon), world.festival("f"));
}

TEST(Festival, InForceAreThoseThatSomeAdGets) {
  AuctionWorld world;
  const auto festival = [&world](const std::string& id, Factor boost, std::vector<std::string> categories) {
    world.put(id, FestivalDoc{.name = id,
                              .phases = {{.name = "p", .start = kNoon, .end = kNoon + 1h, .boost = boost}},
                              .categories = std::move(categories)});
  };
  festival("dress", factor(5), {"dress"});
  festival("same", factor(4), {"dress"});
  festival("shoe", factor(4), {"shoe", "dress"});
  festival("all", factor(3), {});
  festival("less", factor(2), {"toy"});
  world.put(LoneAd{.id = "a"});
  world.edit(world.campaigns, "campaign-a", [](CampaignDoc& doc) {
    for (const char* id : {"all", "dress", "less", "same", "shoe"})
      doc.festivals.push_back({.festival_id = id});
  });
  const std::vector<FestivalIx> expected = {world.festival("dress"), world.festival("shoe"),
                                            world.festival("all")};
  EXPECT_EQ(festivals_in_force(world.catalog(), serving(world, "campaign-a"), kNoon), expected);
  EXPECT_TRUE(festivals_in_force(world.catalog(), serving(world, "campaign-a"), kNoon + 1h).empty());
}

// Against asking for every category there is, one none of the festivals names among them.
TEST(Festival, InForceAgreesWithWhatAuctionsTake) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    AuctionWorld world;
    Dice dice(seed);
    populate(world, dice);
    const Catalog& catalog = world.catalog();
    std::set<Symbol> categories = {kNoSymbol};
    for (const auto& [id, festival] : world.festivals) {
      const std::vector<Symbol>& named = catalog[world.festival(id)].serving->categories;
      categories.insert(named.begin(), named.end());
    }
    for (const auto& [id, campaign] : world.campaigns) {
      std::set<FestivalIx> expected;
      for (const Symbol category : categories) {
        const FestivalInForce found = festival_in_force(catalog, serving(world, id), category, world.now);
        if (found.festival.exists()) expected.insert(found.festival);
      }
      const std::vector<FestivalIx> found = festivals_in_force(catalog, serving(world, id), world.now);
      EXPECT_EQ(std::set<FestivalIx>(found.begin(), found.end()), expected) << seed << " " << id;
      EXPECT_EQ(found.size(), expected.size()) << "none twice";
    }
  }
}

}  // namespace
}  // namespace gavel
