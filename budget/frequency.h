// How often each user has seen each capped campaign of late.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "budget/ids.h"
#include "budget/time.h"

namespace gavel {

class Store;

inline constexpr std::uint32_t kFrequencyImpressionsMax = 1'000;
inline constexpr Duration kFrequencyWindowMax = std::chrono::hours{24 * 30};

// Every recorded impression with a user is on the disk (the ledger writes it); in memory are those of campaigns that
// have a cap, within its window. Thread-safe: sharded, a short lock a look-up.
class FrequencyCounts {
 public:
  explicit FrequencyCounts(const Store& store);
  ~FrequencyCounts();

  // The campaign is capped from now on with this window (0 = no longer): its past is read from the disk where the
  // window grew. Called by whoever changes resources, before the change is seen by auctions.
  void set_window(CampaignIx campaign, Duration window, Timestamp now);
  // Recorded impressions of the campaign by this user in (now - window, now].
  std::uint32_t count(CampaignIx campaign, std::uint64_t user_hash, Timestamp now, Duration window) const;
  // Held by the ledger from before an impression is written until it is recorded here, so that set_window(), which
  // waits for it, reads each impression either from the disk or as a record, never both or neither.
  std::unique_lock<std::mutex> lock_commit();
  // The ledger has made this impression durable.
  void record(CampaignIx campaign, std::uint64_t user_hash, Timestamp at);
  // Forgets what lies outside every window.
  void expire(Timestamp now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
