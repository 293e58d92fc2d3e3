// What the clock of the machine can do to budgets: jumps forwards, and a restart on one that is behind.
#include <gtest/gtest.h>

#include "tests/blackbox/shop.h"

namespace gavel {
namespace {

class ClockTest : public testing::Test {
 protected:
  // A shop whose day's budget is two clicks, of which the first `clicks` are made.
  void trade(int clicks) {
    ASSERT_TRUE(server_.start()) << server_.log();
    shop_.open(R"(, "daily_budget_micros": 2000)");
    charge(clicks);
  }
  void charge(int clicks) {
    for (int i = 0; i < clicks; ++i) {
      const auto tokens = shop_.tokens(1);
      ASSERT_EQ(tokens.size(), 1u);
      EXPECT_EQ(shop_.click(tokens[0]), 302);
    }
  }
  int move_clock(const std::string& now) {
    return HttpClient(server_.port()).request("POST", "/v1/admin/clock", R"({"now": ")" + now + "\"}").status;
  }
  std::int64_t spent_today() const {
    return shop_.get("/v1/campaigns/c/budget")["spent_today_micros"].int_or_zero();
  }
  std::string day() const { return shop_.get("/v1/campaigns/c/budget")["day"].text_or_empty(); }
  static JsonTree clock(const char* mode, const char* start) {
    JsonTree::Object clock{{"mode", mode}};
    if (start != nullptr) clock.emplace_back("start", start);
    return JsonTree::Object{{"clock", clock}};
  }

  GaveldProcess server_;
  Shop shop_{server_};
};

TEST_F(ClockTest, JumpsForwardChargeNoDayTwice) {
  trade(2);  // at 08:00 of 1 November
  for (const char* of_that_day : {"2024-11-01T01:00:00Z", "2024-11-01T09:00:00Z", "2024-11-01T15:59:59.999999Z"}) {
    ASSERT_EQ(move_clock(of_that_day), 200);
    EXPECT_TRUE(shop_.tokens(1).empty()) << of_that_day;
  }
  ASSERT_EQ(move_clock("2024-11-01T16:00:00Z"), 200);
  EXPECT_EQ(day(), "2024-11-02");
  charge(2);
  EXPECT_TRUE(shop_.tokens(1).empty());
  EXPECT_EQ(move_clock("2024-11-01T15:00:00Z"), 409);
  ASSERT_EQ(move_clock("2024-11-02T16:00:00Z"), 200);
  charge(1);
  EXPECT_EQ(spent_today(), Shop::kPrice);
  EXPECT_EQ(shop_.spent(), 5 * Shop::kPrice);
}

// Business time stands until the machine gets there, which is long after any run of this test.
TEST_F(ClockTest, ARestartOnAClockThatIsBehindRefillsNothing) {
  server_.configure(clock("manual", "2090-06-01T04:00:00Z"));
  trade(1);
  const auto tokens = shop_.tokens(1);
  ASSERT_EQ(shop_.click(tokens[0]), 302);
  for (const bool killed : {false, true}) {
    if (killed) {
      server_.kill_hard();
    } else {
      EXPECT_EQ(server_.terminate(), 0);
    }
    server_.configure(clock("system", nullptr));
    ASSERT_TRUE(server_.start()) << server_.log();
    EXPECT_EQ(day(), "2090-06-01");
    EXPECT_EQ(spent_today(), 2 * Shop::kPrice);
    EXPECT_TRUE(shop_.tokens(1).empty());
    EXPECT_EQ(shop_.click(tokens[0]), 302);
    EXPECT_EQ(shop_.spent(), 2 * Shop::kPrice) << "charged twice";
    EXPECT_GT(shop_.metric("gavel_clock_ahead_seconds"), 3'600);
  }
  EXPECT_NE(server_.log().find("business time stands still"), std::string::npos);
}

// A directory of yesterday begins one new day, and goes on with it.
TEST_F(ClockTest, ARestartOnAClockThatIsAheadBeginsOneDay) {
  server_.configure(clock("manual", "2024-05-01T04:00:00Z"));
  trade(2);
  server_.kill_hard();
  server_.configure(clock("manual", "2024-05-02T04:00:00Z"));
  ASSERT_TRUE(server_.start()) << server_.log();
  charge(2);
  EXPECT_TRUE(shop_.tokens(1).empty());
  server_.kill_hard();
  server_.configure(clock("manual", "2024-05-01T04:00:00Z"));
  ASSERT_TRUE(server_.start()) << server_.log();
  EXPECT_EQ(day(), "2024-05-02");
  EXPECT_TRUE(shop_.tokens(1).empty());
  EXPECT_EQ(shop_.spent(), 4 * Shop::kPrice);
}

}  // namespace
}  // namespace gavel
