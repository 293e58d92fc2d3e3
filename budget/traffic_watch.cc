#include "budget/traffic_watch.h"

#include <algorithm>
#include <utility>

namespace gavel {
namespace {

constexpr double kHourSeconds = 3'600;
constexpr double kWatchedMin = 1'800;  // of an hour, for it to teach anything

}  // namespace

void TrafficWatch::set_multiplier(TrafficMultiplier multiplier) {
  multiplier_ = multiplier;
  scopes_.set_multiplier(std::move(multiplier));
}

void TrafficWatch::count() {
  std::vector<std::uint64_t> total(before_.size(), 0);
  books_.for_each([&](const TrafficPlace& place, std::uint64_t auctions) {
    const auto [entry, is_new] = cell_of_place_.try_emplace({place.placement.value, place.region, place.device}, 0);
    if (is_new) {
      entry->second = forecast_.cell(place.placement,
                                     place.region == kNoRegion ? std::string_view{} : names_.region(place.region),
                                     place.device == kNoDevice ? std::string_view{} : names_.device(place.device));
    }
    if (entry->second >= total.size()) total.resize(entry->second + std::size_t{1}, 0);
    total[entry->second] += auctions;
  });
  total.resize(std::max<std::size_t>(total.size(), forecast_.cell_count()), 0);
  before_.resize(total.size(), 0);
  seen_.resize(total.size());
  for (std::size_t cell = 0; cell < total.size(); ++cell) seen_[cell] = total[cell] - before_[cell];
  before_ = std::move(total);
}

void TrafficWatch::step(Timestamp now) {
  if (now_ && now < *now_) return;
  count();
  if (now_) {
    // The hour that the last step was in, up to its end: where the clock jumped, what was counted came before the jump.
    const Timestamp hour_end = hour_begin_ + std::chrono::hours{1};
    watched_s_ += static_cast<double>((std::min(now, hour_end) - *now_).count()) / 1e6;
    const double multiplier = multiplier_ ? multiplier_(*now_, *now_ + std::chrono::seconds{1}) : 1;
    hour_.resize(seen_.size(), 0);
    for (std::size_t cell = 0; cell < seen_.size(); ++cell) hour_[cell] += static_cast<double>(seen_[cell]) / multiplier;
  }
  come_to_hour_of(now);
  scopes_.step(now, seen_, std::exchange(learned_, false));
  now_ = now;
}

void TrafficWatch::skip(Timestamp now) {
  if (!now_ || now < *now_) return;
  count();
  come_to_hour_of(now);
  scopes_.skip(now);
  now_ = now;
}

void TrafficWatch::come_to_hour_of(Timestamp now) {
  const Timestamp hour = calendar_.hour_begin(now);
  if (now_ && hour == hour_begin_) return;
  if (now_) close_hour();
  hour_begin_ = hour;
  watched_s_ = 0;
  std::ranges::fill(hour_, 0);
}

void TrafficWatch::close_hour() {
  if (watched_s_ < kWatchedMin) return;
  const LocalTime local = calendar_.local(hour_begin_);
  const int hour_of_week = local.weekday * 24 + local.minute_of_day / 60;
  for (std::uint32_t cell = 0; cell < hour_.size(); ++cell) {
    forecast_.record(cell, hour_of_week, hour_[cell] * kHourSeconds / watched_s_);
    learned_cells_.push_back(cell);
  }
  learned_ = true;
}

std::vector<std::uint32_t> TrafficWatch::take_learned() {
  std::ranges::sort(learned_cells_);
  learned_cells_.erase(std::unique(learned_cells_.begin(), learned_cells_.end()), learned_cells_.end());
  return std::exchange(learned_cells_, {});
}

}  // namespace gavel
