#include "budget/calendar.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace gavel {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr Timestamp kFirst{};  // 1970-01-01
constexpr Timestamp kLast = std::chrono::sys_days{std::chrono::year{2100} / 1 / 1};

std::chrono::local_time<Duration> wall(Timestamp t, Duration offset) {
  return std::chrono::local_time<Duration>{t.time_since_epoch() + offset};
}

Duration offset_of(const icu::TimeZoneRule& rule) {
  return milliseconds{rule.getRawOffset() + rule.getDSTSavings()};
}

// ICU's "unknown" zone stands for every name that it does not know, and it takes GMT+1:23 and the like for
// zones.
bool is_known(const icu::UnicodeString& name) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString canonical;
  UBool is_system = false;
  icu::TimeZone::getCanonicalID(name, canonical, is_system, status);
  return U_SUCCESS(status) && is_system && canonical != icu::UnicodeString(UCAL_UNKNOWN_ZONE_ID);
}

}  // namespace

Result<Calendar, CalendarError> Calendar::load(std::string_view iana_name) {
  const auto name = icu::UnicodeString::fromUTF8(
      icu::StringPiece(iana_name.data(), static_cast<std::int32_t>(iana_name.size())));
  if (!is_known(name)) return CalendarError::kUnknownZone;
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(name));
  const auto* rules = dynamic_cast<const icu::BasicTimeZone*>(zone.get());
  if (rules == nullptr) return CalendarError::kUnknownZone;

  std::int32_t raw = 0;
  std::int32_t savings = 0;
  UErrorCode status = U_ZERO_ERROR;
  rules->getOffset(0.0, false, raw, savings, status);
  if (U_FAILURE(status)) return CalendarError::kUnknownZone;

  Calendar calendar;
  calendar.zone_ = iana_name;
  calendar.add_era(Timestamp::min(), milliseconds{raw + savings});
  icu::TimeZoneTransition transition;
  UDate at = 0;  // milliseconds since 1970, in a double that holds them exactly
  while (rules->getNextTransition(at, false, transition)) {
    at = transition.getTime();
    const Timestamp begin = kFirst + milliseconds{static_cast<std::int64_t>(at)};
    if (begin >= kLast) break;
    calendar.add_era(begin, offset_of(*transition.getTo()));
  }
  return calendar;
}

void Calendar::add_era(Timestamp begin, Duration offset) {
  if (eras_.empty()) {
    eras_.push_back({begin, offset, Day::min()});
    return;
  }
  const Era& last = eras_.back();
  if (last.offset == offset) return;  // the rule changed, the clock did not
  const Day reached = floor<days>(wall(begin - Duration{1}, last.offset));
  eras_.push_back({begin, offset, std::max(reached, last.earliest_day)});
}

const Calendar::Era& Calendar::era_at(Timestamp t) const {
  if (t >= eras_.back().begin) return eras_.back();
  const auto after = std::ranges::upper_bound(eras_, t, {}, &Era::begin);
  return *(after - 1);
}

LocalTime Calendar::local(Timestamp t) const {
  const Era& era = era_at(t);
  const auto on_wall = wall(t, era.offset);
  const Day wall_day = floor<days>(on_wall);
  const Day day = std::max(wall_day, era.earliest_day);
  const auto minute = floor<minutes>(on_wall - wall_day).count();
  const unsigned weekday = std::chrono::weekday{day}.iso_encoding() - 1;
  return {.day = day, .weekday = static_cast<int>(weekday), .minute_of_day = static_cast<int>(minute)};
}

Timestamp Calendar::day_begin(Day day) const {
  // No offset reaches a day and a half, so eras that ended before that need no look.
  const Timestamp midnight_utc{std::chrono::duration_cast<Duration>(day.time_since_epoch())};
  const Era* era = &era_at(midnight_utc - hours{36});
  for (;; ++era) {
    const Timestamp begin = std::max(era->begin, midnight_utc - era->offset);
    if (era == &eras_.back() || begin < era[1].begin) return begin;
  }
}

Timestamp Calendar::hour_begin(Timestamp t) const {
  const Era& era = era_at(t);
  const auto hour = floor<hours>(wall(t, era.offset));
  return std::max(era.begin, Timestamp{hour.time_since_epoch() - era.offset});
}

}  // namespace gavel
