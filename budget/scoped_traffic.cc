#include "budget/scoped_traffic.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gavel {
namespace {

// Until about so many auctions were seen, the share of the day gone by leans on the forecast.
constexpr double kShareEvidence = 20;
// So many expected auctions stand for "today is like the forecast" against what today has brought.
constexpr double kLevelEvidence = 50;
// Over how long today's level is looked at: long against an outage of minutes, short against a day.
constexpr double kLevelSeconds = 3 * 3'600;
// No scope that nobody asks for is further behind: over a longer while its schedule and its fading would count wrongly.
constexpr std::size_t kStepsBehindMax = 30;

bool region_holds(std::string_view holder, std::string_view region) {
  return region.starts_with(holder) && (region.size() == holder.size() || region[holder.size()] == '-');
}

bool matches(const TrafficScope& scope, const TrafficCell& cell) {
  const bool placed = scope.placements.empty() || std::ranges::binary_search(scope.placements, cell.placement);
  const bool on_device = scope.devices.empty() || std::ranges::binary_search(scope.devices, cell.device);
  return placed && on_device && (scope.regions.empty() || std::ranges::any_of(scope.regions, [&](const std::string& region) {
                      return region_holds(region, cell.region);
                    }));
}

// The rate of an hour runs on into the next one: between the middles of two hours it is taken to be linear.
double hourly_rate(const std::array<double, kHoursOfWeek>& hours, const LocalTime& local) {
  const int minute = local.weekday * 1'440 + local.minute_of_day + kHoursOfWeek * 60 - 30;
  const auto hour = static_cast<std::size_t>(minute / 60);
  const double part = (minute % 60) / 60.0;
  return hours[hour % kHoursOfWeek] * (1 - part) + hours[(hour + 1) % kHoursOfWeek] * part;
}

}  // namespace

ScopeIx ScopedTraffic::intern(TrafficScope scope) {
  if (scopes_.size() >= kScopesMax && !by_scope_.contains(scope)) {
    scope.placements.clear();
    scope.regions.clear();
    scope.devices.clear();
    if (scopes_.size() >= 2 * kScopesMax && !by_scope_.contains(scope)) scope.schedule.clear();
  }
  const auto [entry, made] = by_scope_.try_emplace(scope, static_cast<std::uint32_t>(scopes_.size()));
  if (made) {
    Scope& added = scopes_.emplace_back();
    added.what = std::move(scope);
    match_cells(added);
    added.met = met_ever(added);
    added.caught_up_at = now_;
    added.caught_up_with = steps_;
  }
  return {entry->second};
}

void ScopedTraffic::match_cells(Scope& scope) const {
  for (; scope.cells_known < forecast_.cell_count(); ++scope.cells_known) {
    if (matches(scope.what, forecast_[scope.cells_known])) scope.cells.push_back(scope.cells_known);
  }
}

void ScopedTraffic::set_multiplier(TrafficMultiplier multiplier) {
  multiplier_ = std::move(multiplier);
  const std::size_t minutes = step_local_.size() * (kTrafficStep / kMultiplierStep);
  multiplied_.assign(minutes + 1, 0);
  for (std::size_t i = 0; i < minutes; ++i) {
    const Timestamp minute = begin_ + kMultiplierStep * static_cast<std::int64_t>(i);
    multiplied_[i + 1] = multiplied_[i] + (multiplier_ ? multiplier_(minute, minute + kMultiplierStep) : 1);
  }
  ++generation_;
}

// All forecasts are stale after it: they become fresh() one by one.
void ScopedTraffic::begin_day() {
  day_ = calendar_.day_of(now_);
  begin_ = calendar_.day_begin(day_);
  end_ = calendar_.day_end(day_);
  const auto steps = static_cast<std::size_t>((end_ - begin_ + kTrafficStep - Duration{1}) / kTrafficStep);
  step_local_.resize(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    const Timestamp middle = begin_ + kTrafficStep * static_cast<std::int64_t>(i) + kTrafficStep / 2;
    step_local_[i] = calendar_.local(std::min(middle, end_ - Duration{1}));
  }
  set_multiplier(std::move(multiplier_));
  for (Scope& scope : scopes_) {
    scope.seen = 0;
    scope.caught_up_at = now_;
  }
}

void ScopedTraffic::tabulate() {
  tabulated_ = true;
  expected_.resize(forecast_.cell_count());
  weekday_.fill(0);
  for (std::uint32_t cell = 0; cell < forecast_.cell_count(); ++cell) {
    for (int hour = 0; hour < kHoursOfWeek; ++hour) {
      const double auctions = forecast_.expected(cell, hour);
      expected_[cell][static_cast<std::size_t>(hour)] = static_cast<float>(auctions);
      weekday_[static_cast<std::size_t>(hour / 24)] += auctions;
    }
  }
  ++generation_;
}

void ScopedTraffic::step(Timestamp now, std::span<const std::uint64_t> seen, bool learned) {
  if (learned || !tabulated_) tabulate();
  if (step_local_.empty()) {
    now_ = now;
    return begin_day();
  }
  met_.resize(std::max(met_.size(), seen.size()), 0);
  for (std::size_t cell = 0; cell < seen.size(); ++cell) met_[cell] += seen[cell];
  ++steps_;
  if (now < end_) {
    now_ = now;
    for (std::size_t left = scopes_.size() / kStepsBehindMax + 1; left > 0 && !scopes_.empty(); --left) {
      turn_ = turn_ + 1 < scopes_.size() ? turn_ + 1 : 0;
      fresh(scopes_[turn_]);
    }
    return;
  }
  // What was seen between the last call and this one belongs where it was seen: before the day's end.
  now_ = end_;
  for (Scope& scope : scopes_) fresh(scope);
  now_ = now;
  begin_day();
}

void ScopedTraffic::skip(Timestamp now) {
  if (step_local_.empty()) return;
  for (Scope& scope : scopes_) fresh(scope);
  now_ = now;
  if (now >= end_) return begin_day();
  for (Scope& scope : scopes_) {
    scope.caught_up_at = now;
    scope.sum_now = sum_until(scope, now);
  }
}

std::uint64_t ScopedTraffic::met_ever(const Scope& scope) const {
  std::uint64_t met = 0;
  for (const std::uint32_t cell : scope.cells) met += cell < met_.size() ? met_[cell] : 0;
  return met;
}

// From where it was left to now.
void ScopedTraffic::catch_up(Scope& scope) {
  const Duration missed = now_ - scope.caught_up_at;
  if (missed != faded_over_) {
    faded_over_ = missed;
    fade_ = std::exp(-to_seconds(missed) / kLevelSeconds);
  }
  const auto at = static_cast<std::size_t>((scope.caught_up_at - begin_) / kTrafficStep);
  const bool counts = at < step_local_.size() && on_schedule(scope, at);
  const double sum = sum_until(scope, now_);
  const std::uint64_t met = met_ever(scope);
  const double auctions = counts ? static_cast<double>(met - scope.met) : 0;
  scope.seen += auctions;
  scope.recent_seen = scope.recent_seen * fade_ + auctions;
  scope.recent_expected = scope.recent_expected * fade_ + sum - scope.sum_now;
  scope.sum_now = sum;
  scope.met = met;
  scope.caught_up_at = now_;
  scope.caught_up_with = steps_;
}

bool ScopedTraffic::on_schedule(const Scope& scope, std::size_t step) const {
  if (scope.what.schedule.empty()) return true;
  const LocalTime& local = step_local_[step];
  return std::ranges::any_of(scope.what.schedule, [&local](const WeekSpan& span) {
    return (span.days >> local.weekday & 1) != 0 && span.from_minute <= local.minute_of_day &&
           local.minute_of_day < span.to_minute;
  });
}

// The scope with a forecast of this day, up to now.
ScopedTraffic::Scope& ScopedTraffic::fresh(Scope& scope) {
  if (scope.cells_known != forecast_.cell_count()) match_cells(scope);  // nothing is expected of new ones yet
  if (scope.learned_at != generation_) forecast_day(scope);
  if (scope.caught_up_with != steps_) catch_up(scope);
  return scope;
}

void ScopedTraffic::forecast_day(Scope& scope) {
  // Today's hours, and one on either side that they run over into.
  const auto first = static_cast<std::size_t>(step_local_.front().weekday) * 24 + kHoursOfWeek - 1;
  std::array<double, kHoursOfWeek> hours{};
  double all = 0;
  for (std::size_t i = first; i < first + 26; ++i) {
    const std::size_t hour = i % kHoursOfWeek;
    for (const std::uint32_t cell : scope.cells) {
      if (cell < expected_.size()) hours[hour] += static_cast<double>(expected_[cell][hour]);
    }
    all += hours[hour];
  }
  if (scope.known != (all > 0)) scope.recent_seen = scope.recent_expected = 0;
  scope.known = all > 0;
  if (!scope.known) {
    // Nothing is known of it: a usual day, at no level in particular.
    for (std::size_t h = 0; h < hours.size(); ++h) hours[h] = kUsualDay[h % 24];
  }
  scope.sums.assign(step_local_.size() + 1, 0);
  double sum = 0;
  for (std::size_t i = 0; i < step_local_.size(); ++i) {
    const Timestamp step_begin = begin_ + kTrafficStep * static_cast<std::int64_t>(i);
    const Timestamp step_end = std::min(step_begin + kTrafficStep, end_);
    if (on_schedule(scope, i)) {
      sum += hourly_rate(hours, step_local_[i]) * (multiplied_until(step_end) - multiplied_until(step_begin)) / 60;
    }
    scope.sums[i + 1] = static_cast<float>(sum);
  }
  scope.sum_now = sum_until(scope, scope.caught_up_at);
  scope.sum_day = static_cast<double>(scope.sums.back());
  scope.learned_at = generation_;
}

double ScopedTraffic::sum_until(const Scope& scope, Timestamp t) const {
  if (scope.sums.empty() || t <= begin_) return 0;
  if (t >= end_) return static_cast<double>(scope.sums.back());
  const auto step = static_cast<std::size_t>((t - begin_) / kTrafficStep);
  const Timestamp step_begin = begin_ + kTrafficStep * static_cast<std::int64_t>(step);
  const double begun = multiplied_until(step_begin);
  const double whole = multiplied_until(std::min(step_begin + kTrafficStep, end_)) - begun;
  const double low = static_cast<double>(scope.sums[step]), high = static_cast<double>(scope.sums[step + 1]);
  return low + (high - low) * (multiplied_until(t) - begun) / whole;
}

// Minutes of usual traffic that the day so far is worth. Requires a time within the day.
double ScopedTraffic::multiplied_until(Timestamp t) const {
  const auto minute = static_cast<std::size_t>((t - begin_) / kMultiplierStep);
  if (minute + 1 >= multiplied_.size()) return multiplied_.back();
  const Duration part = (t - begin_) % kMultiplierStep;
  return multiplied_[minute] + (multiplied_[minute + 1] - multiplied_[minute]) * to_seconds(part) / to_seconds(kMultiplierStep);
}

// How many times the forecast today brings.
double ScopedTraffic::level(const Scope& scope) const {
  const double evidence = scope.known ? kLevelEvidence : 0;
  const double expected = scope.recent_expected + evidence;
  return expected > 0 ? (scope.recent_seen + evidence) / expected : 1;
}

double ScopedTraffic::gone(ScopeIx ix) {
  const Scope& scope = fresh(scopes_[ix.value]);
  return scope.seen + (scope.sum_day > 0 ? kShareEvidence * scope.sum_now / scope.sum_day : 0);
}

double ScopedTraffic::left(ScopeIx ix, Timestamp until) {
  const Scope& scope = fresh(scopes_[ix.value]);
  if (until <= now_) return 0;
  const double expected = (until >= end_ ? scope.sum_day : sum_until(scope, until)) - scope.sum_now;
  return expected * level(scope) + (scope.sum_day > 0 ? kShareEvidence * expected / scope.sum_day : 0);
}

double ScopedTraffic::share(ScopeIx ix, Timestamp a, Timestamp b) {
  const Scope& scope = fresh(scopes_[ix.value]);
  return scope.sum_day > 0 && b > a ? (sum_until(scope, b) - sum_until(scope, a)) / scope.sum_day : 0;
}

double ScopedTraffic::day_ratio(Day day) const {
  const auto weekday = [](Day d) { return std::chrono::weekday{d}.iso_encoding() - 1; };
  const double today = weekday_[weekday(day_)], other = weekday_[weekday(day)];
  return today > 0 && other > 0 ? other / today : 1;
}

}  // namespace gavel
