// One shard of the frequency counts: pairs of campaign and user, and when each is next to be looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "budget/ids.h"
#include "budget/time.h"

namespace gavel {

struct FrequencyPair {
  std::uint32_t campaign;
  std::uint64_t user_hash;
  bool operator==(const FrequencyPair&) const = default;
};

struct FrequencyPairHash {
  std::size_t operator()(const FrequencyPair& p) const noexcept {
    const std::uint64_t h = (p.user_hash ^ (std::uint64_t{p.campaign} << 20)) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
  }
};

// When one user saw one campaign, in microseconds, ascending. At most kFrequencyImpressionsMax, the latest: no
// cap counts further.
using FrequencyTimes = std::vector<std::int64_t>;
void append_time(FrequencyTimes& times, std::int64_t at);

// Not thread-safe: its owner locks it.
//
// Each pair has one valid visit in a heap, due no later than when the last of its times leaves the window; when that
// comes the pair goes, or is enrolled again for its last time of then. So a pair costs a visit a window, however many
// pairs there are and however often it is seen.
class FrequencyShard {
 public:
  // The window of a campaign, 0 where it has no cap.
  using WindowOf = std::function<Duration(std::uint32_t campaign)>;

  // The times of the pair; null where it has none.
  const FrequencyTimes* find(const FrequencyPair& pair) const;
  // Adds a time to the pair; at most `pairs_max` stay. How many were evicted: 0 or 1.
  std::size_t add(const FrequencyPair& pair, std::int64_t at, std::size_t pairs_max, const WindowOf& window_of);
  // Puts these times in place of the pair's. Requires at least one. Evicts as add() does.
  std::size_t replace(const FrequencyPair& pair, FrequencyTimes times, std::size_t pairs_max,
                      const WindowOf& window_of);
  // Visits at most `visits_max` of the pairs that are due. True where more may be.
  bool expire(Timestamp now, std::size_t visits_max, const WindowOf& window_of);
  void forget(CampaignIx campaign);
  std::size_t size() const { return pairs_.size(); }

 private:
  struct Seen {
    FrequencyTimes times;
    std::int64_t due = 0;  // of the pair's valid visit
  };
  struct Visit {
    std::int64_t due;
    FrequencyPair pair;
  };
  static bool later(const Visit& a, const Visit& b) { return a.due > b.due; }
  void enrol(const FrequencyPair& pair, Seen& seen, Duration window);
  Visit take_first_visit();
  std::size_t evict_beyond(std::size_t pairs_max, const WindowOf& window_of);

  std::unordered_map<FrequencyPair, Seen, FrequencyPairHash> pairs_;
  std::vector<Visit> visits_;  // a heap, the first due in front; those whose pair has another due time are stale
};

}  // namespace gavel
