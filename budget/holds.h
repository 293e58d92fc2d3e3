// Expected charges of what was shown and is not charged yet. In memory: a crash loses holds, never charges.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "budget/accounts.h"
#include "budget/claims.h"

namespace gavel {

// One worker's holds, in the order they were made: a ring of fixed capacity, no allocation after construction.
// place() is the worker's alone; release() and expire() may run on any thread. Each hold is released exactly once.
class HoldBook {
 public:
  // `epoch`: of this start of the process. `capacity`: a power of two; when the ring is full the oldest hold is
  // released early to make room.
  HoldBook(std::uint32_t epoch, std::uint8_t worker, std::size_t capacity, Accounts& accounts);
  ~HoldBook();

  // Records a hold that Accounts::try_hold has made, until `expires_at`; gives the winner's token id.
  TokenId place(CampaignIx campaign, AdvertiserIx advertiser, Micros amount, Timestamp expires_at);
  // Releases the hold of this id. Nothing happens where it was released before or belongs to an earlier epoch.
  void release(TokenId id);
  // Releases every hold that expires at or before `now`.
  void expire(Timestamp now);
  std::uint64_t evicted() const { return evicted_.load(std::memory_order_relaxed); }  // released early, ring full
  // The number of the next token: every token that was given out before the call has a lesser one.
  std::uint64_t next_number() const { return next_.load(std::memory_order_acquire); }

 private:
  struct Slot;
  bool release_slot(Slot& slot, std::uint64_t state);
  std::uint32_t epoch_;
  std::uint64_t worker_bits_;
  std::size_t mask_;
  Accounts& accounts_;
  std::unique_ptr<Slot[]> slots_;
  std::atomic<std::uint64_t> next_{0};
  std::atomic<std::int64_t> first_expiry_;  // no hold expires before it: expire() need not look earlier
  std::mutex expire_mutex_;                 // one expire() at a time; guards oldest_
  std::uint64_t oldest_ = 0;                // every hold before it is released
  std::atomic<std::uint64_t> evicted_{0};
};

// The books of all workers, by the worker's number in a token id.
class Holds {
 public:
  Holds(std::uint32_t epoch, std::uint8_t workers, std::size_t capacity_per_worker, Accounts& accounts);
  HoldBook& book(std::uint8_t worker) { return *books_[worker]; }
  void release(TokenId id);
  void expire(Timestamp now);
  std::uint64_t evicted() const;
  std::vector<std::uint64_t> next_numbers() const;  // next_number() by worker

 private:
  std::uint32_t epoch_;
  std::vector<std::unique_ptr<HoldBook>> books_;
};

}  // namespace gavel
