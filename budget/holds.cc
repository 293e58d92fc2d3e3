#include "budget/holds.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace gavel {
namespace {

// A slot's state: which round of the ring it is in, and what the hold still holds, 0 where it is free.
constexpr int kAmountBits = 40;
constexpr std::uint64_t kAmountMask = (std::uint64_t{1} << kAmountBits) - 1;
static_assert(static_cast<std::uint64_t>(kMaxBid.value) <= kAmountMask);

// While the ring is full, the accounts of a hold are fetched so many holds before it is released: a page of
// results.
constexpr std::uint64_t kAhead = 4;

constexpr std::int64_t amount_in(std::uint64_t state) {
  return static_cast<std::int64_t>(state & kAmountMask);
}
constexpr std::uint64_t tag_in(std::uint64_t state) {
  return state & ~kAmountMask;
}

// What is expected, by Bayes' rule and rounded up, of a charge that has not come until `left_permille` of all
// that come were still to come. The likelier it was to come at all, the likelier it comes late: an impression
// that is all but certain to be charged is held whole until it is given up.
std::int64_t still_expected(std::int64_t amount, Probability charged, std::int64_t left_permille) {
  constexpr std::uint64_t kOne = std::uint64_t{kProbabilityOne} * 1'000;
  const auto left = static_cast<std::uint64_t>(left_permille);
  const std::uint64_t not_yet = kOne - static_cast<std::uint64_t>(charged.nano) * (1'000 - left);
  if (left == 0) return 0;
  return static_cast<std::int64_t>(
      ceil_div(static_cast<UInt128>(amount) * left * static_cast<UInt128>(kProbabilityOne), not_yet));
}

}  // namespace

// Whoever swaps a state for one of a lesser amount gives the difference back, alone. The other members, read
// between seeing a state that holds something and swapping it, are that hold's: place() writes them only when
// the state holds nothing, and then with a tag that comes again after 2^24 rounds of the ring.
// All zeros hold nothing.
struct HoldBook::Slot {
  std::atomic<std::uint64_t> state{0};
  std::atomic<std::uint32_t> campaign{0};
  std::atomic<std::uint32_t> advertiser{0};
  std::atomic<std::int64_t> amount{0};  // as it was placed
  std::atomic<std::int64_t> placed_at{0};
  std::atomic<std::int64_t> expires_at{0};
  std::atomic<std::int32_t> charged_nano{0};
  std::atomic<Pricing> pricing{Pricing::kCpc};
};

HoldBook::HoldBook(std::uint32_t epoch, std::uint8_t worker, std::size_t capacity, Accounts& accounts)
    : epoch_(epoch),
      worker_bits_(std::uint64_t{worker} << kWorkerShift),
      mask_(capacity - 1),
      tag_shift_(std::countr_zero(capacity)),
      accounts_(accounts),
      slots_(capacity),
      expired_until_(std::numeric_limits<std::int64_t>::min()) {
  assert(std::has_single_bit(capacity));
  for (auto& stages : after_) {
    for (auto& delay : stages) delay.store(Duration::max().count(), std::memory_order_relaxed);
  }
}

HoldBook::~HoldBook() = default;

std::uint64_t HoldBook::tag_of(std::uint64_t number) const {
  return (number >> tag_shift_) << kAmountBits;
}

// Swaps the state for one that holds `left`. False where it had changed.
bool HoldBook::shrink(Slot& slot, std::uint64_t state, std::int64_t left) {
  const CampaignIx campaign{slot.campaign.load(std::memory_order_acquire)};
  const AdvertiserIx advertiser{slot.advertiser.load(std::memory_order_acquire)};
  const std::uint64_t next = tag_in(state) | static_cast<std::uint64_t>(left);
  if (!slot.state.compare_exchange_strong(state, next, std::memory_order_acq_rel)) return false;
  accounts_.release_hold(campaign, advertiser, {amount_in(state) - left});
  return true;
}

TokenId HoldBook::place(const Hold& hold) {
  assert(hold.amount >= Micros{0} && hold.amount <= kMaxBid);
  const std::uint64_t number = next_.load(std::memory_order_relaxed);
  Slot& slot = slots_[number & mask_];
  for (std::uint64_t oldest = slot.state.load(std::memory_order_acquire); amount_in(oldest) != 0;
       oldest = slot.state.load(std::memory_order_acquire)) {
    if (shrink(slot, oldest, 0)) evicted_.fetch_add(1, std::memory_order_relaxed);
  }
  const Slot& soon = slots_[(number + kAhead) & mask_];
  if (amount_in(soon.state.load(std::memory_order_relaxed)) != 0) {
    accounts_.prefetch_standing(CampaignIx{soon.campaign.load(std::memory_order_relaxed)});
    accounts_.prefetch(AdvertiserIx{soon.advertiser.load(std::memory_order_relaxed)});
  }
  slot.campaign.store(hold.campaign.value, std::memory_order_release);
  slot.advertiser.store(hold.advertiser.value, std::memory_order_release);
  slot.amount.store(hold.amount.value, std::memory_order_release);
  slot.placed_at.store(to_micros(hold.placed_at), std::memory_order_release);
  slot.expires_at.store(to_micros(hold.expires_at), std::memory_order_release);
  slot.charged_nano.store(hold.charged.nano, std::memory_order_release);
  slot.pricing.store(hold.pricing, std::memory_order_release);
  slot.state.store(tag_of(number) | static_cast<std::uint64_t>(hold.amount.value), std::memory_order_release);
  // Either expire() sees the new number, or this the time that expire() was called with: each writes, then
  // reads, in the one order of these four.
  next_.store(number + 1, std::memory_order_seq_cst);
  const std::int64_t expired_until = expired_until_.load(std::memory_order_seq_cst);
  if (expired_until > to_micros(hold.placed_at)) settle(slot, tag_of(number), expired_until);
  return {.epoch = epoch_, .serial = worker_bits_ | number};
}

void HoldBook::release(TokenId id) {
  const std::uint64_t number = number_of(id);
  if (id.epoch != epoch_ || id.serial != (worker_bits_ | number)) return;
  const std::uint64_t next = next_.load(std::memory_order_acquire);
  if (number >= next || next - number > mask_ + 1) return;  // never placed, or evicted since
  Slot& slot = slots_[number & mask_];
  for (std::uint64_t state = slot.state.load(std::memory_order_acquire);
       tag_in(state) == tag_of(number) && amount_in(state) != 0;
       state = slot.state.load(std::memory_order_acquire)) {
    if (shrink(slot, state, 0)) return;
  }
}

bool HoldBook::is_due(const Slot& slot, Pricing pricing, std::size_t stage, std::int64_t now_us) const {
  if (stage == kEnd) return slot.expires_at.load(std::memory_order_acquire) <= now_us;
  const auto& after = after_[static_cast<std::size_t>(pricing)];
  return now_us - slot.placed_at.load(std::memory_order_acquire) >=
         after[stage].load(std::memory_order_relaxed);
}

// What a hold may hold at this time.
std::int64_t HoldBook::left_of(const Slot& slot, std::int64_t now_us) const {
  const Pricing pricing = slot.pricing.load(std::memory_order_acquire);
  const std::int64_t amount = slot.amount.load(std::memory_order_acquire);
  if (is_due(slot, pricing, kEnd, now_us)) return 0;
  for (std::size_t stage = kEnd; stage-- > 0;) {
    if (!is_due(slot, pricing, stage, now_us)) continue;
    const Probability charged{slot.charged_nano.load(std::memory_order_acquire)};
    return still_expected(amount, charged, kReleaseStages[stage].left_permille);
  }
  return amount;
}

// Gives back what the hold of this tag, if it is still there, need not hold at this time.
void HoldBook::settle(Slot& slot, std::uint64_t tag, std::int64_t now_us) {
  for (std::uint64_t state = slot.state.load(std::memory_order_acquire);
       tag_in(state) == tag && amount_in(state) != 0; state = slot.state.load(std::memory_order_acquire)) {
    const std::int64_t left = left_of(slot, now_us);
    if (left >= amount_in(state) || shrink(slot, state, left)) return;
  }
}

void HoldBook::expire(Timestamp now, const ReleaseSchedule& schedule) {
  const std::lock_guard lock(expire_mutex_);
  for (std::size_t pricing = 0; pricing < kPricings; ++pricing) {
    for (std::size_t stage = 0; stage < kEnd; ++stage) {
      after_[pricing][stage].store(schedule.after[pricing][stage].count(), std::memory_order_relaxed);
    }
  }
  const std::int64_t now_us = std::max(to_micros(now), expired_until_.load(std::memory_order_relaxed));
  expired_until_.store(now_us, std::memory_order_seq_cst);
  const std::uint64_t next = next_.load(std::memory_order_seq_cst);
  for (const Pricing pricing : {Pricing::kCpc, Pricing::kCpm}) {
    for (std::size_t stage = kStages; stage-- > 0;) advance(pricing, stage, next, now_us);
  }
}

// Holds of a pricing are due in the order in which they were placed, so the first that is not due ends the
// walk.
void HoldBook::advance(Pricing pricing, std::size_t stage, std::uint64_t next, std::int64_t now_us) {
  auto& cursors = cursors_[static_cast<std::size_t>(pricing)];
  std::uint64_t& cursor = cursors[stage];
  // What has been through a later stage, or is no longer in the ring, has been through this one.
  if (stage < kEnd) cursor = std::max(cursor, cursors[stage + 1]);
  if (next > mask_) cursor = std::max(cursor, next - mask_ - 1);
  for (; cursor < next; ++cursor) {
    Slot& slot = slots_[cursor & mask_];
    const std::uint64_t state = slot.state.load(std::memory_order_acquire);
    if (tag_in(state) != tag_of(cursor) || amount_in(state) == 0) continue;
    if (slot.pricing.load(std::memory_order_acquire) != pricing) continue;
    if (!is_due(slot, pricing, stage, now_us)) return;
    settle(slot, tag_of(cursor), now_us);
  }
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

void Holds::expire(Timestamp now, const ReleaseSchedule& schedule) {
  for (const auto& book : books_) book->expire(now, schedule);
}

std::uint64_t Holds::evicted() const {
  std::uint64_t sum = 0;
  for (const auto& book : books_) sum += book->evicted();
  return sum;
}

std::vector<std::uint64_t> Holds::next_numbers() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& book : books_) numbers.push_back(book->next_number());
  return numbers;
}

}  // namespace gavel
