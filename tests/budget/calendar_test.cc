#include "budget/calendar.h"

#include <gtest/gtest.h>

#include <random>

namespace gavel {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

Calendar load(std::string_view zone) {
  auto loaded = Calendar::load(zone);
  EXPECT_TRUE(loaded) << zone;
  return loaded ? *loaded : *Calendar::load("Etc/UTC");
}
Day day(int y, unsigned m, unsigned d) {
  return local_days{year{y} / static_cast<int>(m) / static_cast<int>(d)};
}
Timestamp utc(int y, unsigned m, unsigned d, Duration time = 0us) {
  return sys_days{year_month_day{year{y}, std::chrono::month{m}, std::chrono::day{d}}} + time;
}

TEST(Calendar, UnknownZonesAreRefused) {
  for (const char* zone :
       {"", "Asia/Atlantis", "Etc/Unknown", "GMT+8:30", "asia/shanghai", "Asia/Shanghai "}) {
    const auto loaded = Calendar::load(zone);
    ASSERT_FALSE(loaded) << zone;
    EXPECT_EQ(loaded.error(), CalendarError::kUnknownZone);
  }
  for (const char* zone : {"UTC", "Etc/UTC", "Asia/Shanghai", "Asia/Calcutta", "Asia/Kolkata"}) {
    EXPECT_TRUE(Calendar::load(zone)) << zone;
  }
  EXPECT_EQ(load("Asia/Shanghai").zone(), "Asia/Shanghai");
}

TEST(Calendar, ShanghaiIsEightHoursAhead) {
  const Calendar c = load("Asia/Shanghai");
  EXPECT_EQ(c.day_begin(day(2026, 11, 11)), utc(2026, 11, 10, 16h));
  EXPECT_EQ(c.day_end(day(2026, 11, 11)), utc(2026, 11, 11, 16h));
  const LocalTime singles_day = c.local(utc(2026, 11, 10, 16h));
  EXPECT_EQ(singles_day.day, day(2026, 11, 11));
  EXPECT_EQ(singles_day.weekday, 2);  // a Wednesday
  EXPECT_EQ(singles_day.minute_of_day, 0);
  const LocalTime before = c.local(utc(2026, 11, 10, 16h) - 1us);
  EXPECT_EQ(before.day, day(2026, 11, 10));
  EXPECT_EQ(before.minute_of_day, 1'439);
}

// China had summer time from 1986 to 1991: from 1986-05-04 02:00 on the clock was an hour further.
TEST(Calendar, ShanghaiHadSummerTime) {
  const Calendar c = load("Asia/Shanghai");
  EXPECT_EQ(c.day_begin(day(1986, 7, 1)), utc(1986, 6, 30, 15h));
  EXPECT_EQ(c.day_end(day(1986, 5, 4)) - c.day_begin(day(1986, 5, 4)), 23h);
  EXPECT_EQ(c.day_end(day(1991, 9, 15)) - c.day_begin(day(1991, 9, 15)), 25h);
  EXPECT_EQ(c.day_begin(day(1992, 7, 1)), utc(1992, 6, 30, 16h));
}

TEST(Calendar, NewYorkHasDaysOf23And25Hours) {
  const Calendar c = load("America/New_York");
  EXPECT_EQ(c.day_end(day(2026, 3, 8)) - c.day_begin(day(2026, 3, 8)), 23h);
  EXPECT_EQ(c.day_end(day(2026, 11, 1)) - c.day_begin(day(2026, 11, 1)), 25h);
  EXPECT_EQ(c.day_end(day(2026, 6, 1)) - c.day_begin(day(2026, 6, 1)), 24h);
  // 01:30 comes twice, in two hours of the report.
  const LocalTime first = c.local(utc(2026, 11, 1, 5h + 30min));
  const LocalTime second = c.local(utc(2026, 11, 1, 6h + 30min));
  EXPECT_EQ(first.minute_of_day, 90);
  EXPECT_EQ(second.minute_of_day, 90);
  EXPECT_EQ(c.hour_begin(utc(2026, 11, 1, 5h + 30min)), utc(2026, 11, 1, 5h));
  EXPECT_EQ(c.hour_begin(utc(2026, 11, 1, 6h + 30min)), utc(2026, 11, 1, 6h));
  // From 01:59 the wall clock goes to 03:00.
  EXPECT_EQ(c.local(utc(2026, 3, 8, 6h + 59min)).minute_of_day, 119);
  EXPECT_EQ(c.local(utc(2026, 3, 8, 7h)).minute_of_day, 180);
}

TEST(Calendar, HoursOfKolkataBeginAtHalfPastOfUtc) {
  const Calendar c = load("Asia/Kolkata");
  EXPECT_EQ(c.hour_begin(utc(2026, 1, 1, 10h + 29min + 59s)), utc(2026, 1, 1, 9h + 30min));
  EXPECT_EQ(c.hour_begin(utc(2026, 1, 1, 10h + 30min)), utc(2026, 1, 1, 10h + 30min));
  EXPECT_EQ(c.day_begin(day(2026, 1, 2)), utc(2026, 1, 1, 18h + 30min));
}

// Where summer time begins at midnight, 00:00 does not exist: the day begins at 01:00 by the wall clock.
TEST(Calendar, SaoPauloSkippedMidnight) {
  const Calendar c = load("America/Sao_Paulo");
  const Day skipped = day(2018, 11, 4);
  EXPECT_EQ(c.day_begin(skipped), utc(2018, 11, 4, 3h));
  EXPECT_EQ(c.local(c.day_begin(skipped)).minute_of_day, 60);
  EXPECT_EQ(c.local(c.day_begin(skipped)).day, skipped);
  EXPECT_EQ(c.local(c.day_begin(skipped) - 1us).day, skipped - days{1});
  EXPECT_EQ(c.day_end(skipped) - c.day_begin(skipped), 23h);
  // And ends at midnight, so that 23:00 to 24:00 comes twice on the day before.
  EXPECT_EQ(c.day_end(day(2018, 2, 17)) - c.day_begin(day(2018, 2, 17)), 25h);
}

TEST(Calendar, ADayThatAZoneLeftOutIsEmpty) {
  const Calendar c = load("Pacific/Apia");  // crossed the date line at the end of 2011-12-29
  EXPECT_EQ(c.day_begin(day(2011, 12, 30)), c.day_end(day(2011, 12, 30)));
  EXPECT_EQ(c.day_begin(day(2011, 12, 30)), utc(2011, 12, 30, 10h));
}

TEST(Calendar, TheDayNeverGoesBackWhereTheWallClockPassedMidnightTwice) {
  const Calendar c = load("America/St_Johns");  // on 2010-11-07 from 00:01 back to 23:01
  const Timestamp change = utc(2010, 11, 7, 2h + 31min);
  EXPECT_EQ(c.local(change - 1us).day, day(2010, 11, 7));
  EXPECT_EQ(c.local(change).day, day(2010, 11, 7));
  EXPECT_EQ(c.local(change).minute_of_day, 23 * 60 + 1);
  EXPECT_EQ(c.day_begin(day(2010, 11, 7)), change - 1min);
}

TEST(Calendar, LordHowesHalfHourStepsSplitAnHour) {
  const Calendar c = load("Australia/Lord_Howe");  // on 2026-04-05 from 02:00 (+11:00) back to 01:30 (+10:30)
  const Timestamp change = utc(2026, 4, 4, 15h);
  EXPECT_EQ(c.hour_begin(change - 1us), utc(2026, 4, 4, 14h));
  EXPECT_EQ(c.hour_begin(change + 10min), change);
  EXPECT_EQ(c.hour_begin(change + 30min), change + 30min);
}

// What the borders promise, at random times of every kind of zone.
TEST(Calendar, DaysAndHoursPartitionTime) {
  for (const char* zone :
       {"Asia/Shanghai", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia",
        "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Etc/UTC", "Asia/Tehran"}) {
    const Calendar c = load(zone);
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
      const Timestamp t = from_micros(static_cast<std::int64_t>(random() % 4'102'444'800'000'000));
      const Day d = c.day_of(t);
      ASSERT_LE(c.day_begin(d), t) << zone << " " << to_micros(t);
      ASSERT_GT(c.day_end(d), t) << zone << " " << to_micros(t);
      ASSERT_EQ(c.day_of(c.day_begin(d)), d);
      ASSERT_LT(c.day_of(c.day_begin(d) - 1us), d);
      const Timestamp h = c.hour_begin(t);
      ASSERT_LE(h, t);
      ASSERT_GT(h + 1h, t);
      ASSERT_EQ(c.hour_begin(h), h);
      ASSERT_EQ(c.hour_begin(c.day_begin(d)), c.day_begin(d)) << zone << " " << to_micros(t);
    }
  }
}

}  // namespace
}  // namespace gavel
