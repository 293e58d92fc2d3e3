#include "budget/holds.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace gavel {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

void lower_to(std::atomic<std::int64_t>& value, std::int64_t to) {
  std::int64_t seen = value.load(std::memory_order_acquire);
  while (to < seen && !value.compare_exchange_weak(seen, to, std::memory_order_acq_rel)) {
  }
}

}  // namespace

// `state` is the hold's serial + 1 while it is held, 0 when the slot is free. Serials never come again, so
// whoever swaps a state for 0 releases that hold alone, and the other members, read between seeing the state
// and swapping it, are that hold's: place() writes them only after it has seen the 0.
struct HoldBook::Slot {
  std::atomic<std::uint64_t> state{0};
  std::atomic<std::uint32_t> campaign{0};
  std::atomic<std::uint32_t> advertiser{0};
  std::atomic<std::int64_t> amount{0};
  std::atomic<std::int64_t> expires_at{0};
};

HoldBook::HoldBook(std::uint32_t epoch, std::uint8_t worker, std::size_t capacity, Accounts& accounts)
    : epoch_(epoch),
      worker_bits_(std::uint64_t{worker} << kWorkerShift),
      mask_(capacity - 1),
      accounts_(accounts),
      slots_(std::make_unique<Slot[]>(capacity)),
      first_expiry_(kNever) {
  assert(std::has_single_bit(capacity));
}

HoldBook::~HoldBook() = default;

bool HoldBook::release_slot(Slot& slot, std::uint64_t state) {
  const CampaignIx campaign{slot.campaign.load(std::memory_order_relaxed)};
  const AdvertiserIx advertiser{slot.advertiser.load(std::memory_order_relaxed)};
  const Micros amount{slot.amount.load(std::memory_order_relaxed)};
  if (!slot.state.compare_exchange_strong(state, 0, std::memory_order_acq_rel)) return false;
  accounts_.release_hold(campaign, advertiser, amount);
  return true;
}

TokenId HoldBook::place(CampaignIx campaign, AdvertiserIx advertiser, Micros amount, Timestamp expires_at) {
  const std::uint64_t serial = next_.load(std::memory_order_relaxed);
  Slot& slot = slots_[serial & mask_];
  const std::uint64_t oldest = slot.state.load(std::memory_order_acquire);
  if (oldest != 0 && release_slot(slot, oldest)) evicted_.fetch_add(1, std::memory_order_relaxed);
  slot.campaign.store(campaign.value, std::memory_order_relaxed);
  slot.advertiser.store(advertiser.value, std::memory_order_relaxed);
  slot.amount.store(amount.value, std::memory_order_relaxed);
  slot.expires_at.store(to_micros(expires_at), std::memory_order_relaxed);
  slot.state.store(serial + 1, std::memory_order_release);
  next_.store(serial + 1, std::memory_order_release);
  lower_to(first_expiry_, to_micros(expires_at));
  return {.epoch = epoch_, .serial = worker_bits_ | serial};
}

void HoldBook::release(TokenId id) {
  const std::uint64_t serial = number_of(id);
  if (id.epoch != epoch_ || id.serial != (worker_bits_ | serial)) return;
  Slot& slot = slots_[serial & mask_];
  if (slot.state.load(std::memory_order_acquire) == serial + 1) release_slot(slot, serial + 1);
}

void HoldBook::expire(Timestamp now) {
  const std::lock_guard lock(expire_mutex_);
  const std::int64_t now_us = to_micros(now);
  if (first_expiry_.load(std::memory_order_acquire) > now_us) return;
  // Raised before looking: a hold placed meanwhile lowers it again by itself.
  first_expiry_.exchange(kNever, std::memory_order_acq_rel);
  const std::uint64_t next = next_.load(std::memory_order_acquire);
  if (next > mask_) oldest_ = std::max(oldest_, next - mask_ - 1);
  std::int64_t first_left = kNever;
  for (std::uint64_t serial = oldest_; serial < next; ++serial) {
    Slot& slot = slots_[serial & mask_];
    if (slot.state.load(std::memory_order_acquire) == serial + 1) {
      const std::int64_t expires_at = slot.expires_at.load(std::memory_order_relaxed);
      if (expires_at <= now_us) {
        release_slot(slot, serial + 1);
      } else {
        first_left = std::min(first_left, expires_at);
      }
    }
    if (first_left == kNever) oldest_ = serial + 1;
  }
  lower_to(first_expiry_, first_left);
}

Holds::Holds(std::uint32_t epoch, std::uint8_t workers, std::size_t capacity_per_worker, Accounts& accounts)
    : epoch_(epoch) {
  for (int worker = 0; worker < workers; ++worker) {
    books_.push_back(
        std::make_unique<HoldBook>(epoch, static_cast<std::uint8_t>(worker), capacity_per_worker, accounts));
  }
}

void Holds::release(TokenId id) {
  const std::uint8_t worker = worker_of(id);
  if (id.epoch == epoch_ && worker < books_.size()) books_[worker]->release(id);
}

void Holds::expire(Timestamp now) {
  for (const auto& book : books_) book->expire(now);
}

std::vector<std::uint64_t> Holds::next_numbers() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& book : books_) numbers.push_back(book->next_number());
  return numbers;
}

std::uint64_t Holds::evicted() const {
  std::uint64_t sum = 0;
  for (const auto& book : books_) sum += book->evicted();
  return sum;
}

}  // namespace gavel
