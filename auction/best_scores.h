// How much an ad has to score to stand among the best so many of those looked at so far, of each advertiser only a few.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "auction/weight.h"
#include "budget/ids.h"

namespace gavel {

// Insertion into a short sorted list: a ranking has some tens of places at most. Reuses its memory.
class BestScores {
 public:
  // Forgets all. `count` is at least 1.
  void start(std::size_t count, std::uint32_t of_one_advertiser) {
    best_.clear();
    count_ = count;
    of_one_advertiser_ = of_one_advertiser;
  }

  void add(AdvertiserIx advertiser, Score score) {
    if (best_.size() == count_ && score <= best_.back().score) return;
    std::uint32_t others = 0;
    auto last = best_.end();  // of the advertiser, if it has its share already
    for (auto entry = best_.begin(); entry != best_.end(); ++entry) {
      if (entry->advertiser == advertiser && ++others == of_one_advertiser_) last = entry;
    }
    if (last != best_.end()) {
      if (score <= last->score) return;
      best_.erase(last);
    } else if (best_.size() == count_) {
      best_.pop_back();
    }
    const auto place = std::ranges::upper_bound(best_, score, std::ranges::greater{}, &Entry::score);
    best_.insert(place, {score, advertiser});
  }

  // The last of them; none while there are fewer.
  std::optional<Score> last() const { return best_.size() == count_ ? std::optional(best_.back().score) : std::nullopt; }

 private:
  struct Entry {
    Score score;
    AdvertiserIx advertiser;
  };
  std::vector<Entry> best_;  // the greatest first
  std::size_t count_ = 1;
  std::uint32_t of_one_advertiser_ = 1;
};

}  // namespace gavel
