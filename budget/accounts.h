// What every campaign, advertiser and festival budget has spent and holds, in memory, for the auction to look at.
//
// Who writes what: limits are set by whoever changes resources (one thread at a time); spent amounts only by the
// ledger, after they are durable; held amounts by any thread. Auctions read everything without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "budget/ids.h"
#include "budget/money.h"
#include "budget/prefetch.h"
#include "budget/stable_vector.h"
#include "budget/time.h"

namespace gavel {

using FestivalAccountIx = Index<struct FestivalAccountTag>;

inline constexpr std::int64_t kNoLimit = -1;

// An amount spent on one day. The ledger stores the amount before the day, so that a reader who sees the day sees an
// amount of that day.
struct DaySpend {
  std::atomic<std::int32_t> day{INT32_MIN};  // days since 1970-01-01 in the platform's zone
  std::atomic<std::int64_t> spent{0};
  Micros on(Day today) const;  // 0 where nothing was recorded on `today` (or later) yet
  bool is_after(Day today) const;      // whether what is recorded is of a later day
  void set(Day today, Micros amount);  // the ledger's alone
};

// What the pacer asks of an advertiser's campaigns, for its daily budget to last. It hands it on to them; auctions read theirs.
struct AdvertiserPacing {
  std::atomic<std::int32_t> participation{kProbabilityOne};  // at 1e-9, of those that are throttled
  std::atomic<std::int32_t> multiplier{kFactorOne};          // at 1e-6, of the bids of those that shade; 0 = they wait
  std::atomic<std::int64_t> target{kNoLimit};                // to be spent by now; none where nothing is paced
};

struct AdvertiserAccount {
  // Limits: kNoLimit = none. opening_balance kNoLimit = on account.
  std::atomic<std::int64_t> daily_budget{kNoLimit};
  std::atomic<std::int64_t> opening_balance{kNoLimit};
  // Spent and paid in, durable.
  DaySpend today;
  std::atomic<std::int64_t> charged{0};
  std::atomic<std::int64_t> deposited{0};
  std::atomic<std::int64_t> held{0};
  AdvertiserPacing pacing;
};

// What the pacer tells auctions of a campaign, and what they tell it. Both read and write without a lock.
struct PacingControls {
  std::atomic<std::int32_t> participation{kProbabilityOne};  // at 1e-9, of its auctions
  std::atomic<std::int32_t> share{kNotPacedYet};             // at 1e-9, of the day's budget that may be used by now
  std::atomic<std::int64_t> flight_budget{kNoLimit};         // of today, where it has no daily budget of its own
  std::atomic<std::int32_t> multiplier{kFactorOne};          // at 1e-6, of its bids
  std::atomic<std::uint32_t> eligible{0}, shown{0};          // auctions; they wrap
  std::atomic<std::uint64_t> response_sum{0};                // at 1e-6, of its ads in them (see response_of), where it is
  std::atomic<std::uint32_t> responses{0};                   // throttled; and of how many. They wrap
  std::atomic<float> usual_response{0};                      // at 1e-6, of one of them; 0 = not known yet
  std::atomic<std::int64_t> least_charge{0};                 // the least expected of an ad lately, micros; 0 = none met yet
  std::atomic<std::int64_t> least_charge_before{0};          // and in the while before
  static constexpr std::int32_t kNotPacedYet = -1;
};

// What is_spent() and must_wait() read, up to the pacer's first three, lies in its first 64 bytes.
struct CampaignAccount {
  std::atomic<std::int64_t> daily_budget{kNoLimit};
  std::atomic<std::int64_t> lifetime_budget{kNoLimit};
  DaySpend today_regular;                // charged to the campaign's own daily budget
  std::atomic<std::int64_t> charged{0};  // lifetime
  std::atomic<std::int64_t> held{0};
  PacingControls pacing;
  std::atomic<std::uint32_t> advertiser{AdvertiserIx::kNone};
  DaySpend today;  // all of the day's charges, those of festival budgets included
  DaySpend uncharged_today;
};

static_assert(offsetof(CampaignAccount, pacing) + offsetof(PacingControls, multiplier) <= kCacheLine);

// The extra daily budget that one campaign has for one festival.
struct FestivalAccount {
  std::atomic<std::uint32_t> campaign{CampaignIx::kNone};
  std::atomic<std::uint32_t> festival{FestivalIx::kNone};
  std::atomic<std::int64_t> daily_budget{0};  // 0 = no extra money
  DaySpend today;
};

enum class Funds : std::uint8_t { kEnough, kBalanceExhausted, kBudgetExhausted };

// Who pays for an ad, as the catalog knows it at the time of an auction.
struct Payer {
  AdvertiserIx advertiser;
  CampaignIx campaign;
  FestivalAccountIx festival;  // none where no festival's budget is in force
};

class Accounts {
 public:
  Accounts();

  // Makes the account where there is none yet; any order. Thread-safe.
  AdvertiserAccount& open(AdvertiserIx ix);
  CampaignAccount& open(CampaignIx ix, AdvertiserIx advertiser);
  // The account of this campaign's budget for this festival, made where there is none yet.
  FestivalAccountIx open_festival(CampaignIx campaign, FestivalIx festival);
  // None where open_festival was never called for the pair. Thread-safe against open_festival.
  FestivalAccountIx find_festival(CampaignIx campaign, FestivalIx festival) const;

  // Whether the account was opened.
  bool contains(AdvertiserIx ix) const { return ix.value < advertisers_.size(); }
  bool contains(CampaignIx ix) const;
  // Whose campaign it is; none where the account was not opened.
  AdvertiserIx advertiser_of(CampaignIx ix) const;

  // Requires that the account was opened. References stay valid for the life of this object.
  AdvertiserAccount& operator[](AdvertiserIx ix) { return advertisers_[ix.value]; }
  CampaignAccount& operator[](CampaignIx ix) { return campaigns_[ix.value]; }
  FestivalAccount& operator[](FestivalAccountIx ix) { return festivals_[ix.value]; }
  const AdvertiserAccount& operator[](AdvertiserIx ix) const { return advertisers_[ix.value]; }
  const CampaignAccount& operator[](CampaignIx ix) const { return campaigns_[ix.value]; }
  const FestivalAccount& operator[](FestivalAccountIx ix) const { return festivals_[ix.value]; }

  // Ask the processor for what an auction reads of an account; of one that was not opened for nothing.
  void prefetch(CampaignIx campaign) const;
  void prefetch(AdvertiserIx advertiser) const;
  // For what is_spent() and must_wait() read.
  void prefetch_standing(CampaignIx campaign) const;

  // Whether every limit less spent less held leaves `expected` (contract: exhausted when any is under its expected
  // charge). The balance is looked at first. The day's room is what is left of the daily budget plus what is left of
  // the festival's. Any thread, no lock.
  Funds check(const Payer& payer, Day today, Micros expected) const;

  // Whether check() finds no budget, for as little as a micro, because of the campaign's own account, where no festival's
  // budget is in force.
  bool is_spent(CampaignIx campaign, Day today) const;

  // check(), then adds `amount` to what campaign and advertiser hold; on failure nothing is held. Any thread, no lock:
  // of racing holds of one payer as many succeed as fit, never more.
  Funds try_hold(const Payer& payer, Day today, Micros amount);
  void release_hold(CampaignIx campaign, AdvertiserIx advertiser, Micros amount);

  // How many of each there are, opened or below one that was: every index below is safe to look at.
  std::size_t advertiser_count() const { return advertisers_.size(); }
  std::size_t campaign_count() const { return campaigns_.size(); }
  std::size_t festival_count() const { return festivals_.size(); }

  // For metrics: the sum of everything held.
  Micros held_total() const { return {held_total_.load(std::memory_order_relaxed)}; }

 private:
  StableVector<AdvertiserAccount> advertisers_;
  StableVector<CampaignAccount> campaigns_;
  StableVector<FestivalAccount> festivals_;
  std::atomic<std::int64_t> held_total_{0};
  struct Room;
  Room room_of(const Payer& payer, Day today) const;
  static bool add_within(std::atomic<std::int64_t>& held, std::int64_t amount, std::int64_t room);
  struct FestivalPairs;
  std::shared_ptr<FestivalPairs> festival_pairs_;  // (campaign, festival) -> account; see accounts.cc
};

}  // namespace gavel
