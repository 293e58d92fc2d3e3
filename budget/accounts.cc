#include "budget/accounts.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace gavel {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// What is left of a limit, never negative: one that was lowered below what is spent leaves nothing.
std::int64_t left_of(std::int64_t limit, std::int64_t spent) {
  return limit == kNoLimit ? kUnlimited : std::max<std::int64_t>(limit - spent, 0);
}

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  return a > kUnlimited - b ? kUnlimited : a + b;
}

}  // namespace

Micros DaySpend::on(Day today) const {
  const bool recorded = day.load(std::memory_order_acquire) >= today.time_since_epoch().count();
  return {recorded ? spent.load(std::memory_order_acquire) : 0};
}

bool DaySpend::is_after(Day today) const {
  return day.load(std::memory_order_acquire) > today.time_since_epoch().count();
}

void DaySpend::set(Day today, Micros amount) {
  spent.store(amount.value, std::memory_order_release);
  day.store(static_cast<std::int32_t>(today.time_since_epoch().count()), std::memory_order_release);
}

// Looked up by the ledger and by whoever builds a catalog, not by auctions.
struct Accounts::FestivalPairs {
  mutable std::shared_mutex mutex;  // guards `accounts`, and the growth of all three vectors
  std::unordered_map<std::uint64_t, std::uint32_t> accounts;

  static std::uint64_t key(CampaignIx campaign, FestivalIx festival) {
    return std::uint64_t{campaign.value} << 32 | festival.value;
  }
};

// What limits less what is spent leave, before holds.
struct Accounts::Room {
  std::int64_t balance;   // of the advertiser
  std::int64_t account;   // of the advertiser's daily budget
  std::int64_t campaign;  // of the campaign's lifetime and daily budgets
};

Accounts::Accounts() : festival_pairs_(std::make_shared<FestivalPairs>()) {}

AdvertiserAccount& Accounts::open(AdvertiserIx ix) {
  const std::unique_lock lock(festival_pairs_->mutex);
  advertisers_.grow_to(std::size_t{ix.value} + 1);
  return advertisers_[ix.value];
}

CampaignAccount& Accounts::open(CampaignIx ix, AdvertiserIx advertiser) {
  const std::unique_lock lock(festival_pairs_->mutex);
  campaigns_.grow_to(std::size_t{ix.value} + 1);
  CampaignAccount& account = campaigns_[ix.value];
  account.advertiser.store(advertiser.value, std::memory_order_release);
  return account;
}

bool Accounts::contains(CampaignIx ix) const {
  return advertiser_of(ix).exists();
}

AdvertiserIx Accounts::advertiser_of(CampaignIx ix) const {
  if (ix.value >= campaigns_.size()) return {};
  return {campaigns_[ix.value].advertiser.load(std::memory_order_acquire)};
}

FestivalAccountIx Accounts::open_festival(CampaignIx campaign, FestivalIx festival) {
  const std::unique_lock lock(festival_pairs_->mutex);
  const auto next = static_cast<std::uint32_t>(festivals_.size());
  const auto [entry, made] =
      festival_pairs_->accounts.try_emplace(FestivalPairs::key(campaign, festival), next);
  if (made) {
    festivals_.grow_to(std::size_t{next} + 1);
    festivals_[next].campaign.store(campaign.value, std::memory_order_release);
    festivals_[next].festival.store(festival.value, std::memory_order_release);
  }
  return {entry->second};
}

FestivalAccountIx Accounts::find_festival(CampaignIx campaign, FestivalIx festival) const {
  const std::shared_lock lock(festival_pairs_->mutex);
  const auto found = festival_pairs_->accounts.find(FestivalPairs::key(campaign, festival));
  return found == festival_pairs_->accounts.end() ? FestivalAccountIx{} : FestivalAccountIx{found->second};
}

Accounts::Room Accounts::room_of(const Payer& payer, Day today) const {
  constexpr auto kAcquire = std::memory_order_acquire;
  const AdvertiserAccount& advertiser = (*this)[payer.advertiser];
  const CampaignAccount& campaign = (*this)[payer.campaign];
  const std::int64_t opening = advertiser.opening_balance.load(kAcquire);
  const std::int64_t paid_in = opening == kNoLimit ? kNoLimit : opening + advertiser.deposited.load(kAcquire);
  std::int64_t day_room =
      left_of(campaign.daily_budget.load(kAcquire), campaign.today_regular.on(today).value);
  if (payer.festival.exists()) {
    const FestivalAccount& festival = (*this)[payer.festival];
    const std::int64_t extra = std::max<std::int64_t>(festival.daily_budget.load(kAcquire), 0);
    day_room = saturating_add(day_room, left_of(extra, festival.today.on(today).value));
  }
  return {.balance = left_of(paid_in, advertiser.charged.load(kAcquire)),
          .account = left_of(advertiser.daily_budget.load(kAcquire), advertiser.today.on(today).value),
          .campaign = std::min(
              day_room, left_of(campaign.lifetime_budget.load(kAcquire), campaign.charged.load(kAcquire)))};
}

void Accounts::prefetch(CampaignIx campaign) const {
  if (campaign.value < campaigns_.size()) prefetch_object(&campaigns_[campaign.value]);
}

void Accounts::prefetch(AdvertiserIx advertiser) const {
  if (advertiser.value < advertisers_.size()) prefetch_object(&advertisers_[advertiser.value]);
}

void Accounts::prefetch_standing(CampaignIx campaign) const {
  if (campaign.value < campaigns_.size()) prefetch_bytes(&campaigns_[campaign.value], kCacheLine);
}

bool Accounts::is_spent(CampaignIx campaign, Day today) const {
  constexpr auto kAcquire = std::memory_order_acquire;
  const CampaignAccount& account = (*this)[campaign];
  const std::int64_t of_day = left_of(account.daily_budget.load(kAcquire), account.today_regular.on(today).value);
  const std::int64_t of_life = left_of(account.lifetime_budget.load(kAcquire), account.charged.load(kAcquire));
  return std::min(of_day, of_life) <= account.held.load(kAcquire);
}

Funds Accounts::check(const Payer& payer, Day today, Micros expected) const {
  const Room room = room_of(payer, today);
  const std::int64_t by_advertiser =
      (*this)[payer.advertiser].held.load(std::memory_order_acquire) + expected.value;
  const std::int64_t by_campaign =
      (*this)[payer.campaign].held.load(std::memory_order_acquire) + expected.value;
  if (room.balance < by_advertiser) return Funds::kBalanceExhausted;
  if (room.account < by_advertiser || room.campaign < by_campaign) return Funds::kBudgetExhausted;
  return Funds::kEnough;
}

// Adds to what is held where `room` has space for it beside what is held already. Nothing is added where it
// has not, so that a hold that fails never makes another one fail.
bool Accounts::add_within(std::atomic<std::int64_t>& held, std::int64_t amount, std::int64_t room) {
  std::int64_t seen = held.load(std::memory_order_acquire);
  while (seen + amount <= room) {
    if (held.compare_exchange_weak(seen, seen + amount, std::memory_order_acq_rel,
                                   std::memory_order_acquire)) {
      return true;
    }
  }
  return false;
}

// The campaign first: it is the narrower, so that what fails there never touches its advertiser.
Funds Accounts::try_hold(const Payer& payer, Day today, Micros amount) {
  const Funds funds = check(payer, today, amount);
  if (funds != Funds::kEnough) return funds;
  CampaignAccount& campaign = (*this)[payer.campaign];
  const Room room = room_of(payer, today);
  if (!add_within(campaign.held, amount.value, room.campaign)) return Funds::kBudgetExhausted;
  std::atomic<std::int64_t>& by_advertiser = (*this)[payer.advertiser].held;
  if (!add_within(by_advertiser, amount.value, std::min(room.balance, room.account))) {
    campaign.held.fetch_sub(amount.value, std::memory_order_acq_rel);
    const bool over_balance = room.balance < by_advertiser.load(std::memory_order_acquire) + amount.value;
    return over_balance ? Funds::kBalanceExhausted : Funds::kBudgetExhausted;
  }
  held_total_.fetch_add(amount.value, std::memory_order_relaxed);
  return Funds::kEnough;
}

void Accounts::release_hold(CampaignIx campaign, AdvertiserIx advertiser, Micros amount) {
  (*this)[advertiser].held.fetch_sub(amount.value, std::memory_order_acq_rel);
  (*this)[campaign].held.fetch_sub(amount.value, std::memory_order_acq_rel);
  held_total_.fetch_sub(amount.value, std::memory_order_relaxed);
}

}  // namespace gavel
