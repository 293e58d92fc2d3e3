#include "budget/frequency_shard.h"

#include <algorithm>
#include <utility>

#include "budget/frequency.h"

namespace gavel {
namespace {

// Pairs looked at for one that is evicted: those seen again since they were enrolled are enrolled anew
// instead.
constexpr int kEvictionTries = 8;

}  // namespace

void append_time(FrequencyTimes& times, std::int64_t at) {
  if (times.size() == kFrequencyImpressionsMax) times.erase(times.begin());
  times.insert(std::ranges::upper_bound(times, at), at);
}

const FrequencyTimes* FrequencyShard::find(const FrequencyPair& pair) const {
  const auto found = pairs_.find(pair);
  return found == pairs_.end() ? nullptr : &found->second.times;
}

std::size_t FrequencyShard::add(const FrequencyPair& pair, std::int64_t at, std::size_t pairs_max,
                                const WindowOf& window_of) {
  const auto [seen, is_new] = pairs_.try_emplace(pair);
  append_time(seen->second.times, at);
  if (!is_new) return 0;
  enrol(pair, seen->second, window_of(pair.campaign));
  return evict_beyond(pairs_max, window_of);
}

std::size_t FrequencyShard::replace(const FrequencyPair& pair, FrequencyTimes times, std::size_t pairs_max,
                                    const WindowOf& window_of) {
  const auto [seen, is_new] = pairs_.try_emplace(pair);
  seen->second.times = std::move(times);
  // A pair that was there keeps its visit, which may only come too early.
  if (!is_new) return 0;
  enrol(pair, seen->second, window_of(pair.campaign));
  return evict_beyond(pairs_max, window_of);
}

void FrequencyShard::enrol(const FrequencyPair& pair, Seen& seen, Duration window) {
  seen.due = seen.times.back() + window.count();
  visits_.push_back({seen.due, pair});
  std::ranges::push_heap(visits_, later);
}

FrequencyShard::Visit FrequencyShard::take_first_visit() {
  std::ranges::pop_heap(visits_, later);
  const Visit visit = visits_.back();
  visits_.pop_back();
  return visit;
}

bool FrequencyShard::expire(Timestamp now, std::size_t visits_max, const WindowOf& window_of) {
  const std::int64_t now_us = to_micros(now);
  for (std::size_t i = 0; i < visits_max; ++i) {
    if (visits_.empty() || visits_.front().due > now_us) return false;
    const Visit visit = take_first_visit();
    const auto pair = pairs_.find(visit.pair);
    if (pair == pairs_.end() || pair->second.due != visit.due) continue;
    const Duration window = window_of(visit.pair.campaign);
    FrequencyTimes& times = pair->second.times;
    times.erase(times.begin(), std::ranges::upper_bound(times, now_us - window.count()));
    if (times.empty() || window == Duration{0}) {
      pairs_.erase(pair);
    } else {
      enrol(visit.pair, pair->second, window);
    }
  }
  return true;
}

std::size_t FrequencyShard::evict_beyond(std::size_t pairs_max, const WindowOf& window_of) {
  if (pairs_.size() <= pairs_max) return 0;
  int tries = 0;
  for (;;) {
    const Visit visit = take_first_visit();
    const auto pair = pairs_.find(visit.pair);
    if (pair == pairs_.end() || pair->second.due != visit.due) continue;
    const Duration window = window_of(visit.pair.campaign);
    const bool seen_again = pair->second.times.back() + window.count() > visit.due;
    if (seen_again && ++tries < kEvictionTries) {
      enrol(visit.pair, pair->second, window);
      continue;
    }
    pairs_.erase(pair);
    return 1;
  }
}

void FrequencyShard::forget(CampaignIx campaign) {
  std::erase_if(pairs_, [&](const auto& entry) { return entry.first.campaign == campaign.value; });
  std::erase_if(visits_, [&](const Visit& visit) { return visit.pair.campaign == campaign.value; });
  std::ranges::make_heap(visits_, later);
}

}  // namespace gavel
