// The ledger: records every event once, charges it within the limits, and answers only when that is on the disk.
//
// One writer thread takes what has been submitted, decides each event against the accounts, and commits what it records of
// them in one synced batch (group commit). Accounts and all other counters change only after the batch is durable, so a
// failed write changes nothing; on the disk they follow later (ledger_counters.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/claims.h"
#include "budget/clock.h"
#include "budget/holds.h"
#include "budget/reports.h"
#include "budget/store.h"

namespace gavel {

class ClickDelay;
class ClickStats;
class FrequencyCounts;

enum class EventStatus : std::uint8_t { kCharged, kCounted, kDuplicate, kExpired, kOverBudget };

// An event whose token was opened and is authentic.
struct LedgerEvent {
  EventType type = EventType::kImpression;
  Claims claims;
  bool foreign = false;  // the token was issued in another future of this data directory: kExpired
  std::string conversion_id = {};  // conversions only: deduplicated by token and this
  Timestamp reported_at = {};      // the caller's `at`, stored and used for nothing
  Micros value = {};               // conversions only
};

struct EventOutcome {
  EventStatus status = EventStatus::kCounted;
  Micros charged = {};
  Micros uncharged = {};
  bool operator==(const EventOutcome&) const = default;
};

enum class LedgerError : std::uint8_t { kNotDurable, kQueueFull, kStopped };
enum class DepositError : std::uint8_t { kNotDurable, kOnAccount, kOtherAmount, kTotalTooLarge, kStopped };

struct LedgerOptions {
  Duration impression_ttl = std::chrono::hours{1};
  Duration click_ttl = std::chrono::hours{24};
  Duration conversion_ttl = std::chrono::hours{24 * 30};
  std::size_t queue_events_max = 100'000;  // submit() beyond this fails with kQueueFull
  std::size_t batch_events_max = 4'096;
  Duration disk_full_grace = std::chrono::minutes{1};  // see can_charge()
  // Counters are written when so many events have come since; more are never to be counted again at a start, but for
  // one batch.
  std::size_t redo_events_max = 65'536;
  // So many are written at once where all are: some ten milliseconds, for which a commit may have to wait.
  std::size_t counters_per_slice = 2'048;
};

// Between a drop that was refused and the next attempt: each may write every counter there is.
inline constexpr Duration kDropRetry = std::chrono::minutes{1};

// Everything the ledger works on; all outlive it.
struct LedgerParts {
  Store& store;
  BusinessClock& clock;
  const Calendar& calendar;
  Accounts& accounts;
  Holds& holds;
  ClickStats& click_stats;
  ClickDelay& click_delay;
  FrequencyCounts& frequency;
  // Called by the writer thread after each batch that counted something, before it is answered. Must not wait for the
  // ledger, nor for who may.
  std::function<void()> counted = {};
};

struct LedgerMetrics {  // read by /metrics at any time
  std::atomic<std::uint64_t> events[3][5] = {};  // [EventType][EventStatus]
  std::atomic<std::uint64_t> charged_micros{0};
  std::atomic<std::uint64_t> uncharged_micros{0};
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> failed_commits{0};
  std::atomic<bool> disk_full{false};  // the last commit was refused
  std::atomic<std::uint64_t> commit_us_buckets[16] = {};   // bucket i: took < 2^(i+5) us; the last holds the rest
  std::atomic<std::uint64_t> commit_us_sum{0};
  std::atomic<std::uint64_t> batch_size_buckets[14] = {};  // bucket i: held <= 2^i events; the last holds the rest
  std::atomic<std::uint64_t> batch_size_sum{0};
  std::atomic<std::uint64_t> queued_events{0};
};

class Ledger {
 public:
  using Completion = std::function<void(Result<std::vector<EventOutcome>, LedgerError>)>;
  using DepositCompletion = std::function<void(Result<Micros, DepositError>)>;  // the balance afterwards

  // Loads accounts and click statistics from the store (the accounts of all campaigns and advertisers that occur there
  // are opened; frequency counts read theirs when a cap is set), then starts the writer thread. Throws
  // std::runtime_error where the store has no space left or its redo log is damaged.
  Ledger(LedgerParts parts, LedgerOptions options);
  ~Ledger();  // stop()

  // Thread-safe. `done` is called once, from the writer thread (or at once from this one on kQueueFull/kStopped), with
  // one outcome an event in order. The events of one call are decided in order, after all that were submitted before.
  // Events of campaigns or advertisers that were never opened are kExpired. `done` must not wait for this ledger.
  void submit(std::vector<LedgerEvent> events, Completion done);

  // Thread-safe, idempotent by (advertiser, id): the same amount again gives the balance and changes nothing.
  // kTotalTooLarge: opening balance and deposits together would pass kMaxTotal. kNotDurable also where the queue is
  // full. Requires 0 < amount <= kMaxAmount.
  void deposit(AdvertiserIx advertiser, std::string id, Micros amount, DepositCompletion done);

  // Blocks until everything submitted before this call is decided and durable (or failed). A batch in the making keeps
  // the limits that it has read: who lowers one and must know that no charge will pass it calls this afterwards.
  void flush();
  // Commits what is queued, writes all counters (what is refused is counted again at the next start), then ends the
  // writer; later calls fail with kStopped. Idempotent.
  void stop();

  // What the store holds, with the report rows of `scope` as they are now; of others it may lack what is not on the disk
  // yet. Any thread; blocks until everything submitted before is decided. Null once the ledger is stopped.
  std::unique_ptr<const StoreSnapshot> snapshot_with_reports(const ReportScope& scope);

  // False: commits have been refused, by the business clock, for disk_full_grace without one that was not. What is sold now
  // might never be charged. Any thread; one or two relaxed loads.
  bool can_charge(Timestamp now) const;
  // Where the last commit was refused, tries whether one is possible again, by making the present time durable; else
  // nothing. Called now and then, from any thread; blocks until that is done, in the order of the queue.
  void probe();

  // Drops dedupe keys, frequency records and the like that no token or window can reach any more. Called now and then,
  // from any thread, with a time of the clock. Nothing happens until another day of them can go; then it blocks until that
  // is done. All counters are written before, slice by slice, while events go on being committed. Where there is no
  // space nothing is dropped, nor tried again in the next kDropRetry of business time.
  void drop_expired(Timestamp now);

  const LedgerMetrics& metrics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
