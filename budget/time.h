// Points in time and spans of it. Nothing here reads a clock: `now` is always an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace gavel {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<Duration>;  // UTC, to the microsecond
using Day = std::chrono::local_days;                // a calendar day of the platform's time zone

constexpr std::int64_t to_micros(Timestamp t) { return t.time_since_epoch().count(); }
constexpr double to_seconds(Duration d) { return static_cast<double>(d.count()) / 1e6; }
constexpr Timestamp from_micros(std::int64_t us) { return Timestamp{Duration{us}}; }

}  // namespace gavel
