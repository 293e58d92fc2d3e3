#include "budget/frequency.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "budget/ledger_codec.h"
#include "budget/store.h"

namespace gavel {
namespace {

constexpr std::size_t kShards = 64;

struct Pair {
  std::uint32_t campaign;
  std::uint64_t user_hash;
  bool operator==(const Pair&) const = default;
};

struct PairHash {
  std::size_t operator()(const Pair& p) const noexcept {
    std::uint64_t h = (p.user_hash ^ (std::uint64_t{p.campaign} << 20)) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
  }
};

// When one user saw one campaign, ascending. At most kFrequencyImpressionsMax, the latest: no cap counts
// further.
using Times = std::vector<std::int64_t>;

struct Shard {
  mutable std::mutex mutex;
  std::unordered_map<Pair, Times, PairHash> times;  // guarded by `mutex`
};

void append(Times& times, std::int64_t at) {
  if (times.size() == kFrequencyImpressionsMax) times.erase(times.begin());
  times.insert(std::ranges::upper_bound(times, at), at);
}

}  // namespace

struct FrequencyCounts::Impl {
  explicit Impl(const Store& store_) : store(store_) {}

  const Store& store;
  std::mutex commit_mutex;  // see lock_commit()
  mutable std::shared_mutex windows_mutex;
  std::unordered_map<std::uint32_t, Duration> windows;  // of capped campaigns; guarded by `windows_mutex`
  std::array<Shard, kShards> shards;

  Shard& shard(const Pair& pair) { return shards[PairHash()(pair) % kShards]; }
  Duration window(std::uint32_t campaign) const {
    const std::shared_lock lock(windows_mutex);
    const auto found = windows.find(campaign);
    return found == windows.end() ? Duration{0} : found->second;
  }
  void forget(CampaignIx campaign);
  void read(CampaignIx campaign, Timestamp after, Timestamp now);
};

FrequencyCounts::FrequencyCounts(const Store& store) : impl_(std::make_unique<Impl>(store)) {}
FrequencyCounts::~FrequencyCounts() = default;

std::unique_lock<std::mutex> FrequencyCounts::lock_commit() {
  return std::unique_lock(impl_->commit_mutex);
}

void FrequencyCounts::Impl::forget(CampaignIx campaign) {
  for (Shard& shard : shards) {
    const std::lock_guard lock(shard.mutex);
    std::erase_if(shard.times, [&](const auto& entry) { return entry.first.campaign == campaign.value; });
  }
}

// Takes in what the disk holds of the campaign after `after`, in place of what was in memory. A user's times
// are replaced in one step, so that auctions under the old cap never find them missing.
void FrequencyCounts::Impl::read(CampaignIx campaign, Timestamp after, Timestamp now) {
  std::unordered_map<Pair, Times, PairHash> found;
  for (std::int32_t day = utc_day(after); day <= utc_day(now); ++day) {
    const std::string prefix = frequency_prefix(day, campaign);
    store.scan(Family::kFrequency, prefix, prefix_end(prefix), [&](std::string_view key, std::string_view) {
      const FrequencyKey seen = decode_frequency_key(key);
      if (seen.at > after) append(found[{campaign.value, seen.user_hash}], to_micros(seen.at));
      return true;
    });
  }
  for (auto& [pair, times] : found) {
    Shard& to = shard(pair);
    const std::lock_guard lock(to.mutex);
    to.times[pair] = std::move(times);
  }
}

void FrequencyCounts::set_window(CampaignIx campaign, Duration window, Timestamp now) {
  const auto committing = lock_commit();
  const Duration before = impl_->window(campaign.value);
  {
    const std::unique_lock lock(impl_->windows_mutex);
    if (window > Duration{0}) {
      impl_->windows[campaign.value] = window;
    } else {
      impl_->windows.erase(campaign.value);
    }
  }
  if (window <= Duration{0} && before > Duration{0}) impl_->forget(campaign);
  if (window > before) impl_->read(campaign, now - window, now);
}

std::uint32_t FrequencyCounts::count(CampaignIx campaign, std::uint64_t user_hash, Timestamp now,
                                     Duration window) const {
  const Pair pair{campaign.value, user_hash};
  const Shard& shard = impl_->shard(pair);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.times.find(pair);
  if (found == shard.times.end()) return 0;
  const Times& times = found->second;
  const auto first = std::ranges::upper_bound(times, to_micros(now - window));
  const auto last = std::ranges::upper_bound(times, to_micros(now));
  return first < last ? static_cast<std::uint32_t>(last - first) : 0;
}

void FrequencyCounts::record(CampaignIx campaign, std::uint64_t user_hash, Timestamp at) {
  if (impl_->window(campaign.value) == Duration{0}) return;
  const Pair pair{campaign.value, user_hash};
  Shard& shard = impl_->shard(pair);
  const std::lock_guard lock(shard.mutex);
  append(shard.times[pair], to_micros(at));
}

void FrequencyCounts::expire(Timestamp now) {
  // Held throughout: a window that grew meanwhile would have its past read in and then cut by the old one.
  const std::shared_lock windows_lock(impl_->windows_mutex);
  for (Shard& shard : impl_->shards) {
    const std::lock_guard lock(shard.mutex);
    for (auto entry = shard.times.begin(); entry != shard.times.end();) {
      Times& times = entry->second;
      const auto window = impl_->windows.find(entry->first.campaign);
      if (window == impl_->windows.end()) {
        times.clear();
      } else {
        times.erase(times.begin(), std::ranges::upper_bound(times, to_micros(now - window->second)));
      }
      entry = times.empty() ? shard.times.erase(entry) : std::next(entry);
    }
  }
}

}  // namespace gavel
