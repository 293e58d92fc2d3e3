// Days and hours of the platform's time zone, days of 23 and 25 hours included.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "budget/result.h"
#include "budget/time.h"

namespace gavel {

// What a wall clock and a calendar on the platform's wall show.
struct LocalTime {
  Day day;
  int weekday = 0;        // 0 = Monday .. 6 = Sunday
  int minute_of_day = 0;  // by the wall clock, 0 .. 1439: on a 25-hour day an hour of them comes twice
};

enum class CalendarError { kUnknownZone };

// The offsets of one IANA time zone from 1970 to 2100, read from ICU once. Immutable: safe to share.
class Calendar {
 public:
  // Fails with kUnknownZone where ICU does not know `iana_name`.
  static Result<Calendar, CalendarError> load(std::string_view iana_name);

  const std::string& zone() const { return zone_; }
  // The day never goes back as t goes on: in the zones that once set the wall clock back past midnight (St John's,
  // 1987 to 2011, at 00:01) the minutes that come again belong to the new day.
  LocalTime local(Timestamp t) const;
  Day day_of(Timestamp t) const { return local(t).day; }
  // The first instant of the day (where midnight is skipped by the zone: the first instant after the gap).
  Timestamp day_begin(Day day) const;
  Timestamp day_end(Day day) const { return day_begin(day + std::chrono::days{1}); }
  // The start of the whole hour of the zone that holds t: an hour of a report. Where the zone changes its offset inside
  // an hour by the wall clock, a new hour begins there.
  Timestamp hour_begin(Timestamp t) const;

 private:
  struct Era {
    Timestamp begin;
    Duration offset;   // from UTC; holds from `begin` on
    Day earliest_day;  // the day that the eras before had reached
  };
  const Era& era_at(Timestamp t) const;
  void add_era(Timestamp begin, Duration offset);
  std::string zone_;
  std::vector<Era> eras_;  // by begin, ascending, never empty
};

}  // namespace gavel
