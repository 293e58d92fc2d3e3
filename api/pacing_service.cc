#include "api/pacing_service.h"

#include <spdlog/spdlog.h>

#include "budget/pacing_store.h"

namespace gavel {
namespace {

// How often the traffic is counted.
constexpr Duration kWatchPeriod = std::chrono::seconds{1};
// How often the catalog is looked through for changes.
constexpr Duration kPlanPeriod = std::chrono::seconds{5};
constexpr Duration kDropPeriod = std::chrono::hours{1};

bool is_due(const std::optional<Timestamp>& last, Timestamp now, Duration period) {
  return !last || now - *last >= period;
}

}  // namespace

PacingService::PacingService(const PacingParts& parts, std::size_t workers)
    : parts_(parts),
      books_(workers),
      watch_(parts.calendar, books_,
             // The names are those of all snapshots.
             {.region = [&names = parts.catalog.current()->symbols().regions](std::uint32_t ix) { return names.at(ix); },
              .device = [&names = parts.catalog.current()->symbols().devices](std::uint32_t ix) { return names.at(ix); }}),
      pacer_(parts.accounts, parts.calendar, watch_.scopes(), throttle_, shading_),
      planner_(pacer_, watch_, parts.calendar) {}

void PacingService::load() {
  load_forecast(parts_.store, watch_.forecast());
  load_pacer(parts_.store, pacer_);
}

void PacingService::step(Timestamp now) {
  if (is_due(watched_at_, now, kWatchPeriod)) {
    watch_.step(now);
    watched_at_ = now;
  }
  const bool changed = parts_.catalog.version() != planned_version_;
  const bool new_day = planned_at_ && parts_.calendar.day_of(*planned_at_) != parts_.calendar.day_of(now);
  if (new_day || (changed && is_due(planned_at_, now, kPlanPeriod))) plan(now);
  pacer_.step(now);
  save_minute(now);
}

void PacingService::skip(Timestamp now) {
  watch_.skip(now);
  watched_at_ = now;
  pacer_.resume();
}

void PacingService::step_all(Timestamp now) {
  watch_.step(now);
  watched_at_ = now;
  plan(now);
  pacer_.step_all(now);
  save_minute(now);
}

void PacingService::save_minute(Timestamp now) {
  const std::int64_t minute = to_micros(now) / 60'000'000;
  if (minute != minute_) save(now);
  minute_ = minute;
}

void PacingService::plan(Timestamp now) {
  planned_version_ = parts_.catalog.version();
  planner_.update(*parts_.catalog.current(), now);
  planned_at_ = now;
}

void PacingService::save(Timestamp now) {
  const bool drop_old = is_due(dropped_at_, now, kDropPeriod);
  if (drop_old) dropped_at_ = now;
  const auto failed =
      save_pacing(parts_.store, pacer_, watch_.forecast(), watch_.take_learned(), now, drop_old);
  if (failed) spdlog::warn("pacing was not saved: {}", failed->message);
}

}  // namespace gavel
