// What a campaign's festivals bring it, from outside, and that all of it switches at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <set>
#include <thread>

#include "api/json/json_writer.h"
#include "tests/api/handlers_world.h"

namespace gavel {
namespace {

using namespace std::chrono_literals;

class FestivalHandlersTest : public testing::Test {
 protected:
  void SetUp() override {
    market_.put("shop-a", AdvertiserDoc{.name = "A"});
    market_.put("shop-b", AdvertiserDoc{.name = "B"});
    festival("f", {{.name = "warm-up", .start = kNoon - 2h, .end = kNoon, .boost = factor(1.1)},
                   {.name = "peak", .start = kNoon, .end = kNoon + 1h, .boost = factor(2)},
                   {.name = "after", .start = kNoon + 1h, .end = kNoon + 2h}});
    market_.put(
        "c", CampaignDoc{.advertiser_id = "shop-a",
                         .name = "C",
                         .daily_budget = yuan(10),
                         .festivals = {
                             {.festival_id = "f", .bid_multiplier = factor(1.5), .daily_budget = yuan(4)}}});
    market_.put("other", CampaignDoc{.advertiser_id = "shop-b", .name = "O"});
    world_.publish();
  }
  void festival(const std::string& id, std::vector<FestivalPhase> phases,
                std::vector<std::string> categories = {}) {
    market_.put(id,
                FestivalDoc{.name = id, .phases = std::move(phases), .categories = std::move(categories)});
  }
  JsonTree shown(std::string_view campaign = "c") {
    const ClientResponse response = world_.get("/v1/campaigns/" + std::string(campaign) + "/festivals");
    EXPECT_EQ(response.status, 200) << response.body;
    return HandlersWorld::json(response)["festivals"];
  }
  // The phases as "state" or "state!" where it is in force, of all festivals in order.
  std::string states() {
    std::string all;
    const JsonTree festivals = shown();
    for (const JsonTree& joined : festivals.items()) {
      for (const JsonTree& phase : joined["phases"].items()) {
        all += (all.empty() ? "" : " ") + phase["state"].text_or_empty();
        if (phase["in_force"] == JsonTree(true)) all += "!";
      }
    }
    return all;
  }
  template <class Change>
  void edit(Change change) {
    market_.edit(market_.campaigns, "c", change);
    world_.publish();
  }

  HandlersWorld world_;
  AuctionWorld& market_ = world_.market;
};

TEST_F(FestivalHandlersTest, ShowsEveryPhase) {
  EXPECT_EQ(
      shown().dump(),
      R"([{"festival_id":"f","daily_budget_micros":4000000,"bid_multiplier":1.5,"phases":[)"
      R"({"name":"warm-up","from":"2026-11-11T02:00:00Z","to":"2026-11-11T04:00:00Z","boost":1.1,)"
      R"("effective_daily_budget_micros":14000000,"bid_multiplier":1.5,"state":"past","in_force":false},)"
      R"({"name":"peak","from":"2026-11-11T04:00:00Z","to":"2026-11-11T05:00:00Z","boost":2,)"
      R"("effective_daily_budget_micros":14000000,"bid_multiplier":1.5,"state":"running","in_force":true},)"
      R"({"name":"after","from":"2026-11-11T05:00:00Z","to":"2026-11-11T06:00:00Z","boost":1,)"
      R"("effective_daily_budget_micros":14000000,"bid_multiplier":1.5,"state":"coming","in_force":false}]}])");
  EXPECT_EQ(shown("other").dump(), "[]");
}

TEST_F(FestivalHandlersTest, StatesSwitchAtTheBorders) {
  EXPECT_EQ(states(), "past running! coming");
  world_.advance(1h - 1us);
  EXPECT_EQ(states(), "past running! coming");
  world_.advance(1us);
  EXPECT_EQ(states(), "past past running!");
  world_.advance(1h);
  EXPECT_EQ(states(), "past past past");
}

TEST_F(FestivalHandlersTest, WithoutADailyBudgetThereIsNoneToAddTo) {
  edit([](CampaignDoc& c) { c.daily_budget.reset(); });
  EXPECT_TRUE(shown()[0]["phases"][0]["effective_daily_budget_micros"].is_null());
  EXPECT_EQ(shown()[0]["daily_budget_micros"], JsonTree(4'000'000));
  edit([](CampaignDoc& c) { c.daily_budget = yuan(10), c.festivals[0].daily_budget.reset(); });
  EXPECT_EQ(shown()[0]["phases"][0]["effective_daily_budget_micros"], JsonTree(10'000'000));
  EXPECT_TRUE(shown()[0]["daily_budget_micros"].is_null());
}

TEST_F(FestivalHandlersTest, OfSeveralTheLargestBoostIsInForce) {
  festival("e", {{.name = "p", .start = kNoon, .end = kNoon + 1h, .boost = factor(2)}});
  festival("g", {{.name = "p", .start = kNoon, .end = kNoon + 1h, .boost = factor(3)}}, {"dress"});
  edit([](CampaignDoc& c) {
    c.festivals.push_back({.festival_id = "g"});
    c.festivals.push_back({.festival_id = "e"});
  });
  EXPECT_EQ(states(), "running! past running coming running!")
      << "e: the lesser id of equals; f; g: for dresses only";
  market_.edit(market_.festivals, "g", [](FestivalDoc& g) { g.categories.clear(); });
  world_.publish();
  EXPECT_EQ(states(), "running past running coming running!");
}

TEST_F(FestivalHandlersTest, ShowsChangesAtOnce) {
  market_.edit(market_.festivals, "f", [](FestivalDoc& f) {
    f.phases[1].boost = factor(5);
    f.phases.pop_back();
  });
  world_.publish();
  EXPECT_EQ(states(), "past running!");
  EXPECT_EQ(shown()[0]["phases"][1]["boost"], JsonTree(5));
  edit([](CampaignDoc& c) { c.festivals.clear(); });
  EXPECT_EQ(shown().dump(), "[]");
}

TEST_F(FestivalHandlersTest, OnlyItsOwnerAndAdminSeeIt) {
  EXPECT_EQ(world_.get("/v1/campaigns/c/festivals", kShopKey).status, 200);
  EXPECT_EQ(world_.get("/v1/campaigns/other/festivals", kShopKey).status, 404);
  EXPECT_EQ(world_.get("/v1/campaigns/none/festivals").status, 404);
  EXPECT_EQ(world_.get("/v1/campaigns/c/festivals", kPlatformKey).status, 403);
  EXPECT_EQ(world_.get("/v1/campaigns/c/festivals", "").status, 401);
  EXPECT_EQ(world_.post("/v1/campaigns/c/festivals", "{}").status, 405);
}

// Two workers run auctions while the clock is moved over a border of a phase. An answer has eight auctions:
// boost, multiplier, budget and time must be of one side of the border in all of them, and of the later side
// in every answer that was asked for after the clock had moved.
class FestivalBorderTest : public testing::Test {
 protected:
  enum class Side { kOutside, kInside, kMixed };
  struct Answer {
    Side side = Side::kMixed;
    std::uint8_t worker = 0;
  };

  void SetUp() override {
    market_.put("home", PlacementDoc{.kind = PlacementKind::kDisplay, .position_ctr = {probability(1)}});
    market_.put("f",
                FestivalDoc{.name = "F",
                            .phases = {{.name = "peak", .start = kStart, .end = kEnd, .boost = factor(2)}}});
    market_.put("rival", AdvertiserDoc{.name = "R"});
    for (int i = 0; i < kAuctions; ++i) {
      market_.put(LoneAd{.id = "r" + std::to_string(i), .bid = yuan(3), .advertiser = "rival"});
      // Inside the phase its score is 1 x 2 x 2, before and after it 1, against 3 of the rival's.
      const std::string id = "a" + std::to_string(i);
      market_.put(LoneAd{.id = id, .bid = yuan(1), .advertiser = "shop-a"});
      market_.edit(market_.campaigns, "campaign-" + id, [](CampaignDoc& campaign) {
        campaign.festivals = {{.festival_id = "f", .bid_multiplier = factor(2), .daily_budget = yuan(1'000)}};
      });
    }
    world_.publish();
    for (int i = 0; i < kAuctions; ++i)
      body_ += (i == 0 ? "" : ",") + std::string(R"({"placement_id":"home"})");
    body_ = R"({"auctions":[)" + body_ + "]}";
  }

  Answer ask(HttpClient& client) const {
    const ClientResponse response = client.request(
        "POST", "/v1/auctions", body_, {{"Authorization", "Bearer " + std::string(kPlatformKey)}});
    const JsonTree answer = HandlersWorld::json(response);
    std::set<Side> sides;
    std::set<Timestamp> times;
    Answer seen;
    for (const JsonTree& auction : answer["auctions"].items()) {
      const JsonTree& winner = auction["winners"][0];
      const auto claims = open_token(world_.keys, winner["token"].text_or_empty());
      if (!claims) return seen;
      const bool ours = winner["advertiser_id"] == JsonTree("shop-a");
      const bool lifted = winner["effective_bid_micros"] == JsonTree(2'000'000);
      if (ours != lifted || ours != claims->festival.exists()) return seen;
      sides.insert(ours ? Side::kInside : Side::kOutside);
      times.insert(claims->issued_at);
      seen.worker = static_cast<std::uint8_t>(claims->id.serial >> 56);
    }
    if (sides.size() == 1 && times.size() == 1) seen.side = *sides.begin();
    return seen;
  }
  // A connection that this worker serves. Which one gets a connection is the kernel's choice.
  std::unique_ptr<HttpClient> client_of(std::uint8_t worker) const {
    for (int tries = 0; tries < 1'000; ++tries) {
      auto client = std::make_unique<HttpClient>(world_.server.server->port());
      if (ask(*client).worker == worker) return client;
    }
    throw std::runtime_error("no connection to that worker");
  }

  // Each worker answers `kRounds` times before, while and after the clock is moved to `border`.
  void cross(Timestamp border, Side before, Side after);

  static constexpr int kAuctions = 8;
  static constexpr int kRounds = 40;
  static constexpr Timestamp kStart = kNoon + 1h, kEnd = kNoon + 2h;
  HandlersWorld world_;
  AuctionWorld& market_ = world_.market;
  std::string body_;
};

void FestivalBorderTest::cross(Timestamp border, Side before, Side after) {
  world_.advance(border - 1us - world_.clock.now());
  std::vector<Side> seen[HandlersWorld::kWorkers];
  std::barrier together(static_cast<std::ptrdiff_t>(HandlersWorld::kWorkers) + 1);
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < HandlersWorld::kWorkers; ++worker) {
    threads.emplace_back([&, client = client_of(static_cast<std::uint8_t>(worker)), worker] {
      for (int part = 0; part < 3; ++part) {
        for (int i = 0; i < kRounds; ++i) seen[worker].push_back(ask(*client).side);
        if (part < 2) together.arrive_and_wait();
      }
    });
  }
  together.arrive_and_wait();
  std::string now;
  append_timestamp(now, border);
  EXPECT_EQ(world_.post("/v1/admin/clock", R"({"now":")" + now + "\"}").status, 200);
  together.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();

  for (const std::vector<Side>& sides : seen) {
    ASSERT_EQ(sides.size(), 3u * kRounds);
    const std::vector<Side> first(sides.begin(), sides.begin() + kRounds),
        last(sides.end() - kRounds, sides.end());
    EXPECT_THAT(first, testing::Each(before));
    EXPECT_THAT(sides, testing::Each(testing::AnyOf(before, after))) << "never a mixture";
    EXPECT_TRUE(std::is_partitioned(sides.begin(), sides.end(), [&](Side side) { return side == before; }))
        << "never back";
    EXPECT_THAT(last, testing::Each(after));
  }
}

TEST_F(FestivalBorderTest, AllOfAnAnswerIsOfOneSideOnEveryWorker) {
  cross(kStart, Side::kOutside, Side::kInside);
  cross(kEnd, Side::kInside, Side::kOutside);
}

}  // namespace
}  // namespace gavel
