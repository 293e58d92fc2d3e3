// How often each user has seen each capped campaign of late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "budget/ids.h"
#include "budget/time.h"

namespace gavel {

class Store;
class StoreSnapshot;

inline constexpr std::uint32_t kFrequencyImpressionsMax = 1'000;
inline constexpr Duration kFrequencyWindowMax = std::chrono::hours{24 * 30};
// Pairs of a capped campaign and a user that are kept in memory where the configuration says nothing: about 150 bytes
// each, and 8 more an impression.
inline constexpr std::size_t kFrequencyPairsMax = 4'000'000;

// Every recorded impression with a user is on the disk (the ledger writes it); in memory are those of campaigns that
// have a cap, within its window. Beyond `pairs_max` pairs the one whose last impression leaves its window first is
// forgotten: that user may see that campaign more often than its cap says until then. Thread-safe: sharded, a short lock a
// look-up.
class FrequencyCounts {
 public:
  explicit FrequencyCounts(const Store& store, std::size_t pairs_max = kFrequencyPairsMax);
  ~FrequencyCounts();

  // The campaign is capped from now on with this window (0 = no longer): its past is read from the disk where the
  // window grew. Called by whoever changes resources, one at a time, before the change is seen by auctions. The ledger
  // goes on meanwhile.
  void set_window(CampaignIx campaign, Duration window, Timestamp now);

  // set_window() in its two steps. The first waits for a commit of the ledger, no longer: it sets the window and takes
  // hold of the past as it is on the disk. The second takes that in; what is recorded between the two counts as well.
  // Nothing where no past is to be read.
  struct Past {
    CampaignIx campaign;
    Timestamp after, until;
    std::unique_ptr<const StoreSnapshot> disk;
  };
  std::optional<Past> begin_window(CampaignIx campaign, Duration window, Timestamp now);
  void take_in(Past past);

  // Recorded impressions of the campaign by this user in (now - window, now].
  std::uint32_t count(CampaignIx campaign, std::uint64_t user_hash, Timestamp now, Duration window) const;
  // Held by the ledger from before an impression is written until it is recorded here, so that begin_window(), which
  // waits for it, finds each impression either on the disk or recorded afterwards, never both or neither.
  std::unique_lock<std::mutex> lock_commit();
  // The ledger has made this impression durable.
  void record(CampaignIx campaign, std::uint64_t user_hash, Timestamp at);
  // Forgets what lies outside every window. Costs what has left its window since the last call, not what is kept.
  void expire(Timestamp now);

  std::size_t pairs() const;      // in memory
  std::uint64_t evicted() const;  // pairs forgotten early because there were too many

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
