#include "budget/frequency.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "budget/frequency_shard.h"
#include "budget/ledger_codec.h"
#include "budget/store.h"

namespace gavel {
namespace {

constexpr std::size_t kShards = 64;
constexpr std::size_t kVisitsPerLock = 256;  // auctions wait for a shard no longer than these take

struct LockedShard {
  mutable std::mutex mutex;
  // Guarded by `mutex`.
  FrequencyShard pairs;
  // By user, what was recorded of the campaign whose past is being taken in.
  std::unordered_map<std::uint64_t, FrequencyTimes> staged;
};

}  // namespace

struct FrequencyCounts::Impl {
  Impl(const Store& store_, std::size_t pairs_max)
      : store(store_), shard_pairs_max(std::max<std::size_t>(pairs_max / kShards, 1)) {}

  const Store& store;
  const std::size_t shard_pairs_max;
  std::mutex commit_mutex;  // see lock_commit()
  mutable std::shared_mutex windows_mutex;
  std::unordered_map<std::uint32_t, Duration> windows;  // of capped campaigns; guarded by `windows_mutex`
  // The campaign whose past is being taken in, if any. Set while the ledger does not commit.
  std::atomic<std::uint32_t> staging{CampaignIx::kNone};
  std::array<LockedShard, kShards> shards;
  std::atomic<std::uint64_t> evicted{0};

  LockedShard& shard(const FrequencyPair& pair) { return shards[FrequencyPairHash()(pair) % kShards]; }
  Duration window(std::uint32_t campaign) const {
    const std::shared_lock lock(windows_mutex);
    const auto found = windows.find(campaign);
    return found == windows.end() ? Duration{0} : found->second;
  }
  const FrequencyShard::WindowOf window_of = [this](std::uint32_t campaign) { return window(campaign); };

  void set(CampaignIx campaign, Duration to);
  void forget(CampaignIx campaign);
  void merge(const FrequencyPair& pair, FrequencyTimes times);
  void end_staging();
};

FrequencyCounts::FrequencyCounts(const Store& store, std::size_t pairs_max)
    : impl_(std::make_unique<Impl>(store, pairs_max)) {}
FrequencyCounts::~FrequencyCounts() = default;

std::unique_lock<std::mutex> FrequencyCounts::lock_commit() {
  return std::unique_lock(impl_->commit_mutex);
}

void FrequencyCounts::Impl::set(CampaignIx campaign, Duration to) {
  const std::unique_lock lock(windows_mutex);
  if (to > Duration{0}) {
    windows[campaign.value] = to;
  } else {
    windows.erase(campaign.value);
  }
}

void FrequencyCounts::Impl::forget(CampaignIx campaign) {
  for (LockedShard& shard : shards) {
    const std::lock_guard lock(shard.mutex);
    shard.pairs.forget(campaign);
  }
}

void FrequencyCounts::set_window(CampaignIx campaign, Duration window, Timestamp now) {
  if (auto past = begin_window(campaign, window, now)) take_in(std::move(*past));
}

std::optional<FrequencyCounts::Past> FrequencyCounts::begin_window(CampaignIx campaign, Duration window,
                                                                   Timestamp now) {
  const Duration before = impl_->window(campaign.value);
  std::optional<Past> past;
  {
    const auto committing = lock_commit();
    impl_->set(campaign, window);
    if (window > before) {
      past = {.campaign = campaign, .after = now - window, .until = now, .disk = impl_->store.snapshot()};
      impl_->staging.store(campaign.value, std::memory_order_release);
    }
  }
  if (window <= Duration{0} && before > Duration{0}) impl_->forget(campaign);
  return past;
}

void FrequencyCounts::take_in(Past past) {
  // What the disk held, in full before any of it is shown: a user's times lie on several days.
  std::unordered_map<std::uint64_t, FrequencyTimes> found;
  const std::size_t users_max = impl_->shard_pairs_max * kShards;
  std::uint64_t left_out = 0;
  for (std::int32_t day = utc_day(past.after); day <= utc_day(past.until); ++day) {
    const std::string prefix = frequency_prefix(day, past.campaign);
    past.disk->scan(
        Family::kFrequency, prefix, prefix_end(prefix), [&](std::string_view key, std::string_view) {
          const FrequencyKey seen = decode_frequency_key(key);
          if (seen.at <= past.after) return true;
          const auto user = found.find(seen.user_hash);
          if (user == found.end() && found.size() == users_max) {
            ++left_out;
          } else {
            append_time(user == found.end() ? found[seen.user_hash] : user->second, to_micros(seen.at));
          }
          return true;
        });
  }
  past.disk.reset();
  for (auto& [user_hash, times] : found) impl_->merge({past.campaign.value, user_hash}, std::move(times));
  impl_->evicted.fetch_add(left_out, std::memory_order_relaxed);
  impl_->end_staging();
}

// A user's times are replaced in one step, so that auctions under the old cap never find them missing.
void FrequencyCounts::Impl::merge(const FrequencyPair& pair, FrequencyTimes times) {
  LockedShard& to = shard(pair);
  const std::lock_guard lock(to.mutex);
  if (const auto since = to.staged.find(pair.user_hash); since != to.staged.end()) {
    for (const std::int64_t at : since->second) append_time(times, at);
  }
  evicted.fetch_add(to.pairs.replace(pair, std::move(times), shard_pairs_max, window_of),
                    std::memory_order_relaxed);
}

void FrequencyCounts::Impl::end_staging() {
  const std::lock_guard committing(commit_mutex);
  staging.store(CampaignIx::kNone, std::memory_order_release);
  for (LockedShard& shard : shards) {
    const std::lock_guard lock(shard.mutex);
    shard.staged.clear();
  }
}

std::uint32_t FrequencyCounts::count(CampaignIx campaign, std::uint64_t user_hash, Timestamp now,
                                     Duration window) const {
  const FrequencyPair pair{campaign.value, user_hash};
  const LockedShard& shard = impl_->shard(pair);
  const std::lock_guard lock(shard.mutex);
  const FrequencyTimes* const times = shard.pairs.find(pair);
  if (times == nullptr) return 0;
  const auto first = std::ranges::upper_bound(*times, to_micros(now - window));
  const auto last = std::ranges::upper_bound(*times, to_micros(now));
  return first < last ? static_cast<std::uint32_t>(last - first) : 0;
}

void FrequencyCounts::record(CampaignIx campaign, std::uint64_t user_hash, Timestamp at) {
  if (impl_->window(campaign.value) == Duration{0}) return;
  const FrequencyPair pair{campaign.value, user_hash};
  LockedShard& shard = impl_->shard(pair);
  const std::lock_guard lock(shard.mutex);
  if (impl_->staging.load(std::memory_order_acquire) == campaign.value) {
    append_time(shard.staged[user_hash], to_micros(at));
  }
  impl_->evicted.fetch_add(shard.pairs.add(pair, to_micros(at), impl_->shard_pairs_max, impl_->window_of),
                           std::memory_order_relaxed);
}

// The window of a pair is read when the pair is: one that has grown is set before its past is taken in, so
// what was taken in is never cut by the old one.
void FrequencyCounts::expire(Timestamp now) {
  for (LockedShard& shard : impl_->shards) {
    for (bool more = true; more;) {
      const std::lock_guard lock(shard.mutex);
      more = shard.pairs.expire(now, kVisitsPerLock, impl_->window_of);
    }
  }
}

std::size_t FrequencyCounts::pairs() const {
  std::size_t sum = 0;
  for (const LockedShard& shard : impl_->shards) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.pairs.size();
  }
  return sum;
}

std::uint64_t FrequencyCounts::evicted() const {
  return impl_->evicted.load(std::memory_order_relaxed);
}

}  // namespace gavel
