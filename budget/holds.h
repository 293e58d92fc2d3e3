// Expected charges of what was shown and is not charged yet. In memory: a crash loses holds, never charges.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "budget/accounts.h"
#include "budget/claims.h"
#include "budget/click_delay.h"
#include "budget/zero_pages.h"

namespace gavel {

// What an auction holds for one winner, once Accounts::try_hold has made room for it.
struct Hold {
  CampaignIx campaign;
  AdvertiserIx advertiser;
  Pricing pricing = Pricing::kCpc;
  Probability charged;   // how likely it is that it will be charged at all, before anything is known of it
  Micros amount;         // at most kMaxBid
  Timestamp placed_at;   // of the auction: never earlier than that of the hold before in the same book
  Timestamp expires_at;  // all holds of one pricing last equally long; one that lasts shorter goes with those
                         // before it
};

// One worker's holds, in the order they were made: a ring of fixed capacity, no allocation after
// construction. place() is the worker's alone; release() and expire() may run on any thread. Whatever gives a
// hold back, in one piece or in several, gives back its amount once in all.
class HoldBook {
 public:
  // `epoch`: of this start of the process. `capacity`: a power of two; when the ring is full the oldest hold
  // is released early to make room.
  HoldBook(std::uint32_t epoch, std::uint8_t worker, std::size_t capacity, Accounts& accounts);
  ~HoldBook();

  // Records the hold; gives the winner's token id. A hold that is due at a time that expire() has already
  // seen, because the clock was moved while its auction ran, is given back at once.
  TokenId place(const Hold& hold);
  // Releases what is left of the hold of this id. Nothing happens where it was released before or belongs to
  // an earlier epoch.
  void release(TokenId id);
  // Releases every hold that expires at or before `now`, and shrinks the others to what is still expected of
  // them, now that they have not been charged for so long, by `schedule`; what was given back stays so. Costs
  // what is due.
  void expire(Timestamp now, const ReleaseSchedule& schedule = {});
  std::uint64_t evicted() const {
    return evicted_.load(std::memory_order_relaxed);
  }  // released early, ring full
  // The number of the next token: every token that was given out before the call has a lesser one.
  std::uint64_t next_number() const { return next_.load(std::memory_order_acquire); }

 private:
  // The stages of the schedule, and the end.
  static constexpr std::size_t kStages = kReleaseStages.size() + 1;
  static constexpr std::size_t kEnd = kReleaseStages.size();
  struct Slot;
  std::uint64_t tag_of(std::uint64_t number) const;
  bool is_due(const Slot& slot, Pricing pricing, std::size_t stage, std::int64_t now_us) const;
  std::int64_t left_of(const Slot& slot, std::int64_t now_us) const;
  bool shrink(Slot& slot, std::uint64_t state, std::int64_t left);
  void settle(Slot& slot, std::uint64_t tag, std::int64_t now_us);
  void advance(Pricing pricing, std::size_t stage, std::uint64_t next, std::int64_t now_us);

  // Constant after construction.
  std::uint32_t epoch_;
  std::uint64_t worker_bits_;
  std::size_t mask_;
  int tag_shift_;
  Accounts& accounts_;

  ZeroPages<Slot> slots_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::int64_t> expired_until_;  // the latest time that expire() was called with
  std::array<std::array<std::atomic<std::int64_t>, kReleaseStages.size()>, kPricings>
      after_;  // of its schedule
  std::atomic<std::uint64_t> evicted_{0};

  std::mutex expire_mutex_;  // one expire() at a time
  // By pricing and stage: every hold of the pricing before it has been through the stage. Guarded by
  // expire_mutex_.
  std::array<std::array<std::uint64_t, kStages>, kPricings> cursors_{};
};

// The books of all workers, by the worker's number in a token id.
class Holds {
 public:
  Holds(std::uint32_t epoch, std::uint8_t workers, std::size_t capacity_per_worker, Accounts& accounts);
  HoldBook& book(std::uint8_t worker) { return *books_[worker]; }
  void release(TokenId id);
  void expire(Timestamp now, const ReleaseSchedule& schedule = {});
  std::uint64_t evicted() const;
  std::vector<std::uint64_t> next_numbers() const;  // next_number() by worker

 private:
  std::uint32_t epoch_;
  std::vector<std::unique_ptr<HoldBook>> books_;
};

}  // namespace gavel
