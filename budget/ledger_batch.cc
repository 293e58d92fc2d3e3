#include "budget/ledger_batch.h"

#include <algorithm>
#include <cassert>

#include "budget/big_endian.h"
#include "budget/failpoint.h"
#include "budget/frequency.h"
#include "budget/ledger_charge.h"

namespace gavel {
namespace {

Duration ttl_of(EventType type, const LedgerOptions& options) {
  switch (type) {
    case EventType::kImpression:
      return options.impression_ttl;
    case EventType::kClick:
      return options.click_ttl;
    case EventType::kConversion:
      return options.conversion_ttl;
  }
  return Duration{0};
}

// Whether this event is the one its token's price is for.
bool is_chargeable(const LedgerEvent& event) {
  return event.type == (event.claims.pricing == Pricing::kCpc ? EventType::kClick : EventType::kImpression);
}

}  // namespace

LedgerBatch::LedgerBatch(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state,
                         Timestamp now)
    : parts_(parts),
      options_(options),
      state_(state),
      now_(now),
      today_(parts.calendar.day_of(now)),
      hour_(parts.calendar.hour_begin(now)) {}

void LedgerBatch::record(std::span<const LedgerEvent> events, std::vector<EventOutcome>& outcomes) {
  std::vector<std::string> keys;
  keys.reserve(events.size());
  for (const LedgerEvent& event : events) keys.push_back(dedupe_key(event));
  const std::vector<bool> stored = parts_.store.contains(Family::kDedupe, keys);
  outcomes.reserve(outcomes.size() + events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    give_way_.now_and_then();
    outcomes.push_back(record(events[i], std::move(keys[i]), stored[i]));
  }
}

EventOutcome LedgerBatch::record(const LedgerEvent& event, std::string key, bool stored) {
  if (event.foreign) return {.status = EventStatus::kExpired};
  if (stored || keys_.contains(key)) return {.status = EventStatus::kDuplicate};
  if (is_expired(event)) return {.status = EventStatus::kExpired};
  const Decision decision = decide(event);
  const Claims& c = event.claims;
  keys_.insert(key);
  recorded_.push_back({.key = std::move(key),
                       .event = {.type = event.type,
                                 .status = decision.status,
                                 .pricing = c.pricing,
                                 .committed_at = now_,
                                 .reported_at = event.reported_at,
                                 .charged = decision.charge.charged(),
                                 .from_festival = decision.charge.from_festival,
                                 .uncharged = decision.charge.uncharged,
                                 .value = event.type == EventType::kConversion ? event.value : Micros{},
                                 .price = c.price,
                                 .advertiser = c.advertiser,
                                 .campaign = c.campaign,
                                 .ad_group = c.ad_group,
                                 .ad = c.ad,
                                 .keyword = c.keyword,
                                 .placement = c.placement,
                                 .festival = c.festival,
                                 .examination = c.examination}});
  if (event.type == EventType::kImpression && c.user_hash != 0) seen_.push_back(c);
  return {.status = decision.status,
          .charged = decision.charge.charged(),
          .uncharged = decision.charge.uncharged};
}

// A token whose dedupe keys may be gone, or whose accounts this data directory does not know (an older copy
// of it was put back), cannot be charged exactly once any more.
bool LedgerBatch::is_expired(const LedgerEvent& event) const {
  const Claims& claims = event.claims;
  return now_ >= claims.issued_at + ttl_of(event.type, options_) ||
         utc_day(claims.issued_at) < state_.dedupe_floor || !parts_.accounts.contains(claims.campaign) ||
         !parts_.accounts.contains(claims.advertiser);
}

LedgerBatch::Decision LedgerBatch::decide(const LedgerEvent& event) {
  if (!is_chargeable(event)) return {};
  const Claims& claims = event.claims;
  released_.push_back(claims.id);
  learn_delay(claims);
  if (claims.pricing == Pricing::kCpc) return charge(claims, claims.price);
  StagedCampaign& campaign = stage(claims.campaign);
  const CpmCharge cpm = charge_cpm(claims.price, campaign.carry);
  campaign.carry = cpm.carry;
  return charge(claims, cpm.amount);
}

void LedgerBatch::learn_delay(const Claims& claims) {
  if (!delays_) delays_ = parts_.click_delay.get();
  if (delays_->add(claims.pricing, claims.issued_at, now_)) delays_changed_ = true;
}

LedgerBatch::Decision LedgerBatch::charge(const Claims& claims, Micros amount) {
  FestivalAccountIx festival;
  if (claims.festival.exists()) festival = parts_.accounts.find_festival(claims.campaign, claims.festival);
  const Charge fit = fit_charge(amount, room_of(claims, festival));
  const std::int64_t charged = fit.charged().value;

  StagedAdvertiser& advertiser = stage(claims.advertiser);
  advertiser.today += charged;
  advertiser.charged += charged;
  StagedCampaign& campaign = stage(claims.campaign);
  campaign.regular_today += fit.from_regular.value;
  campaign.charged += charged;
  if (fit.from_festival > Micros{0}) stage(festival) += fit.from_festival.value;
  return {.status = fit.uncharged > Micros{0} ? EventStatus::kOverBudget : EventStatus::kCharged,
          .charge = fit};
}

// Limits are read at commit. Totals are held under kMaxTotal, so that no sum of money overflows.
ChargeRoom LedgerBatch::room_of(const Claims& claims, FestivalAccountIx festival) {
  constexpr auto kAcquire = std::memory_order_acquire;
  const AdvertiserAccount& advertiser_account = parts_.accounts[claims.advertiser];
  const CampaignAccount& campaign_account = parts_.accounts[claims.campaign];
  const StagedAdvertiser& advertiser = stage(claims.advertiser);
  const StagedCampaign& campaign = stage(claims.campaign);
  const std::int64_t opening = advertiser_account.opening_balance.load(kAcquire);
  const std::int64_t paid_in = opening == kNoLimit ? kNoLimit : opening + advertiser.deposited;
  ChargeRoom room;
  room.total = std::min({left_of(kMaxTotal.value, advertiser.charged),  //
                         left_of(paid_in, advertiser.charged),
                         left_of(advertiser_account.daily_budget.load(kAcquire), advertiser.today),
                         left_of(campaign_account.lifetime_budget.load(kAcquire), campaign.charged)});
  room.regular = left_of(campaign_account.daily_budget.load(kAcquire), campaign.regular_today);
  if (festival.exists()) {
    const std::int64_t extra =
        std::max<std::int64_t>(parts_.accounts[festival].daily_budget.load(kAcquire), 0);
    room.festival = left_of(extra, stage(festival));
  }
  return room;
}

Result<Micros, DepositError> LedgerBatch::deposit(AdvertiserIx advertiser, std::string_view id,
                                                  Micros amount) {
  assert(amount > Micros{0} && amount <= kMaxAmount);
  if (!parts_.accounts.contains(advertiser)) return DepositError::kOnAccount;
  const std::int64_t opening = parts_.accounts[advertiser].opening_balance.load(std::memory_order_acquire);
  if (opening == kNoLimit) return DepositError::kOnAccount;
  StagedAdvertiser& record = stage(advertiser);
  std::string key = deposit_key(advertiser, id);
  std::optional<Micros> before;
  if (const auto staged = deposit_amounts_.find(key); staged != deposit_amounts_.end()) {
    before = staged->second;
  } else if (const auto stored = parts_.store.get(Family::kDeposits, key)) {
    before = decode_deposit(*stored);
  }
  if (before && *before != amount) return DepositError::kOtherAmount;
  if (!before) {
    if (opening + record.deposited > kMaxTotal.value - amount.value) return DepositError::kTotalTooLarge;
    record.deposited += amount.value;
    deposit_amounts_.emplace(key, amount);
    deposits_.push_back({std::move(key), advertiser, amount});
  }
  return Micros{opening + record.deposited - record.charged};
}

LedgerBatch::StagedAdvertiser& LedgerBatch::stage(AdvertiserIx ix) {
  const auto [staged, is_new] = advertisers_.try_emplace(ix.value);
  if (is_new) {
    const AdvertiserAccount& account = parts_.accounts[ix];
    staged->second = {.today = account.today.on(today_).value,
                      .charged = account.charged.load(std::memory_order_relaxed),
                      .deposited = account.deposited.load(std::memory_order_relaxed)};
  }
  return staged->second;
}

LedgerBatch::StagedCampaign& LedgerBatch::stage(CampaignIx ix) {
  const auto [staged, is_new] = campaigns_.try_emplace(ix.value);
  if (is_new) {
    const CampaignAccount& account = parts_.accounts[ix];
    staged->second = {.regular_today = account.today_regular.on(today_).value,
                      .charged = account.charged.load(std::memory_order_relaxed),
                      .carry = state_.counters.carry(ix)};
  }
  return staged->second;
}

std::int64_t& LedgerBatch::stage(FestivalAccountIx ix) {
  const auto [staged, is_new] = festivals_.try_emplace(ix.value);
  if (is_new) staged->second = parts_.accounts[ix].today.on(today_).value;
  return staged->second;
}

void LedgerBatch::write_to(WriteBatch& out) {
  RedoEntry entry;
  for (const auto& [key, event] : recorded_) {
    give_way_.after_tiny_step();
    out.put(Family::kDedupe, key, encode(event));
    entry.add_event(key);
  }
  for (const auto& [key, advertiser, amount] : deposits_) {
    std::string value;
    append_big_endian(value, amount.value);
    append_big_endian(value, to_micros(now_));
    out.put(Family::kDeposits, key, value);
    entry.add_deposit(key);
  }
  for (const Claims& claims : seen_) out.put(Family::kFrequency, frequency_key(now_, claims), {});
  if (delays_changed_) out.put(Family::kMeta, kClickDelayKey, encode(delays_->known));
  put_ledger_clock(out, parts_.clock, now_);
  state_.counters.stage_commit(entry, out);
}

void LedgerBatch::publish() {
  give_way_ = {};  // the thread has slept until the disk was done
  if (state_.hour != hour_) {
    GAVEL_FAILPOINT("ledger-new-hour");
    state_.counters.forget_rows();
    state_.hour = hour_;
  }
  for (const Recorded& recorded : recorded_) {
    give_way_.now_and_then();
    state_.counters.add(recorded.event);
  }
  for (const Deposited& deposited : deposits_) state_.counters.add(deposited.advertiser, deposited.amount);
  if (delays_) parts_.click_delay.set(*delays_);
  for (const Claims& claims : seen_) parts_.frequency.record(claims.campaign, claims.user_hash, now_);
  // After the spend is visible, so that money is never seen as neither held nor spent.
  for (const TokenId id : released_) {
    give_way_.after_tiny_step();
    parts_.holds.release(id);
  }
}

}  // namespace gavel
