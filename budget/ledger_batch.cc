#include "budget/ledger_batch.h"

#include <algorithm>
#include <cassert>

#include "budget/big_endian.h"
#include "budget/click_stats.h"
#include "budget/failpoint.h"
#include "budget/frequency.h"
#include "budget/ledger_charge.h"

namespace gavel {
namespace {

std::int32_t number_of(Day day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

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

EventOutcome LedgerBatch::record(const LedgerEvent& event) {
  if (event.foreign) return {.status = EventStatus::kExpired};
  std::string key = dedupe_key(event);
  if (recorded_.contains(key) || parts_.store.get(Family::kDedupe, key))
    return {.status = EventStatus::kDuplicate};
  if (is_expired(event)) return {.status = EventStatus::kExpired};
  const Decision decision = decide(event);
  const Claims& c = event.claims;
  const bool is_conversion = event.type == EventType::kConversion;
  recorded_.emplace(std::move(key), encode(RecordedEvent{.type = event.type,
                                                         .status = decision.status,
                                                         .pricing = c.pricing,
                                                         .committed_at = now_,
                                                         .reported_at = event.reported_at,
                                                         .charged = decision.charge.charged(),
                                                         .from_festival = decision.charge.from_festival,
                                                         .uncharged = decision.charge.uncharged,
                                                         .value = is_conversion ? event.value : Micros{},
                                                         .price = c.price,
                                                         .advertiser = c.advertiser,
                                                         .campaign = c.campaign,
                                                         .ad_group = c.ad_group,
                                                         .ad = c.ad,
                                                         .keyword = c.keyword,
                                                         .placement = c.placement,
                                                         .festival = c.festival,
                                                         .examination = c.examination}));
  count(event, decision);
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
  CampaignRecord& campaign = stage(claims.campaign, claims.advertiser);
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

  AdvertiserRecord advertiser = current(claims.advertiser);
  advertiser.today += charged;
  advertiser.charged += charged;
  advertisers_[claims.advertiser.value] = advertiser;
  CampaignRecord& campaign = stage(claims.campaign, claims.advertiser);
  campaign.today += charged;
  campaign.regular += fit.from_regular.value;
  campaign.charged += charged;
  campaign.uncharged = std::min(campaign.uncharged, kMaxTotal.value) + fit.uncharged.value;
  if (fit.from_festival > Micros{0}) stage(festival).spent += fit.from_festival.value;
  return {.status = fit.uncharged > Micros{0} ? EventStatus::kOverBudget : EventStatus::kCharged,
          .charge = fit};
}

// Limits are read at commit. Totals are held under kMaxTotal, so that no sum of money overflows.
ChargeRoom LedgerBatch::room_of(const Claims& claims, FestivalAccountIx festival) {
  constexpr auto kAcquire = std::memory_order_acquire;
  const AdvertiserAccount& advertiser_account = parts_.accounts[claims.advertiser];
  const CampaignAccount& campaign_account = parts_.accounts[claims.campaign];
  const AdvertiserRecord advertiser = current(claims.advertiser);
  const CampaignRecord& campaign = stage(claims.campaign, claims.advertiser);
  const std::int64_t opening = advertiser_account.opening_balance.load(kAcquire);
  const std::int64_t paid_in = opening == kNoLimit ? kNoLimit : opening + advertiser.deposited;
  ChargeRoom room;
  room.total = std::min({left_of(kMaxTotal.value, advertiser.charged),  //
                         left_of(paid_in, advertiser.charged),
                         left_of(advertiser_account.daily_budget.load(kAcquire), advertiser.today),
                         left_of(campaign_account.lifetime_budget.load(kAcquire), campaign.charged)});
  room.regular = left_of(campaign_account.daily_budget.load(kAcquire), campaign.regular);
  if (festival.exists()) {
    const std::int64_t extra =
        std::max<std::int64_t>(parts_.accounts[festival].daily_budget.load(kAcquire), 0);
    room.festival = left_of(extra, stage(festival).spent);
  }
  return room;
}

void LedgerBatch::count(const LedgerEvent& event, const Decision& decision) {
  const Claims& c = event.claims;
  const std::string key = report_key({.advertiser = c.advertiser,
                                      .hour = hour_,
                                      .campaign = c.campaign,
                                      .ad_group = c.ad_group,
                                      .ad = c.ad,
                                      .keyword = c.keyword,
                                      .placement = c.placement,
                                      .festival = c.festival});
  const auto [row, is_new] = reports_.try_emplace(key);
  if (is_new) {
    const auto cached = state_.report_rows.find(key);
    if (state_.hour == hour_ && cached != state_.report_rows.end()) {
      row->second = cached->second;
    } else if (const auto stored = parts_.store.get(Family::kReports, key)) {
      row->second = decode_counters(*stored);
    }
  }
  const bool is_conversion = event.type == EventType::kConversion;
  row->second.add({.impressions = event.type == EventType::kImpression,
                   .clicks = event.type == EventType::kClick,
                   .conversions = is_conversion,
                   .cost_micros = decision.charge.charged().value,
                   .uncharged_micros = decision.charge.uncharged.value,
                   .value_micros = is_conversion ? event.value.value : 0});
  if (is_conversion) return;

  const auto [clicks, first] = clicks_.try_emplace(click_stats_key(c.ad, c.placement));
  if (first) clicks->second = parts_.click_stats.get(c.ad, c.placement);
  if (event.type == EventType::kClick) {
    clicks->second.clicks += 1;
  } else {
    clicks->second.examined_nano += static_cast<std::uint64_t>(c.examination.nano);
    if (c.user_hash != 0) seen_.push_back(c);
  }
}

Result<Micros, DepositError> LedgerBatch::deposit(AdvertiserIx advertiser, std::string_view id,
                                                  Micros amount) {
  assert(amount > Micros{0} && amount <= kMaxAmount);
  if (!parts_.accounts.contains(advertiser)) return DepositError::kOnAccount;
  const std::int64_t opening = parts_.accounts[advertiser].opening_balance.load(std::memory_order_acquire);
  if (opening == kNoLimit) return DepositError::kOnAccount;
  AdvertiserRecord record = current(advertiser);
  std::string key = deposit_key(advertiser, id);
  std::optional<Micros> before;
  if (const auto staged = deposits_.find(key); staged != deposits_.end()) {
    before = staged->second;
  } else if (const auto stored = parts_.store.get(Family::kDeposits, key)) {
    before = decode_deposit(*stored);
  }
  if (before && *before != amount) return DepositError::kOtherAmount;
  if (!before) {
    if (opening + record.deposited > kMaxTotal.value - amount.value) return DepositError::kTotalTooLarge;
    record.deposited += amount.value;
    advertisers_[advertiser.value] = record;
    deposits_.emplace(std::move(key), amount);
  }
  return Micros{opening + record.deposited - record.charged};
}

AdvertiserRecord LedgerBatch::current(AdvertiserIx ix) const {
  if (const auto staged = advertisers_.find(ix.value); staged != advertisers_.end()) return staged->second;
  const AdvertiserAccount& account = parts_.accounts[ix];
  return {.day = number_of(today_),
          .today = account.today.on(today_).value,
          .charged = account.charged.load(std::memory_order_relaxed),
          .deposited = account.deposited.load(std::memory_order_relaxed)};
}

CampaignRecord& LedgerBatch::stage(CampaignIx ix, AdvertiserIx advertiser) {
  const auto [staged, is_new] = campaigns_.try_emplace(ix.value);
  if (is_new) {
    const CampaignAccount& account = parts_.accounts[ix];
    staged->second = {.advertiser = advertiser,
                      .day = number_of(today_),
                      .today = account.today.on(today_).value,
                      .regular = account.today_regular.on(today_).value,
                      .uncharged = account.uncharged_today.on(today_).value,
                      .charged = account.charged.load(std::memory_order_relaxed),
                      .carry = state_.carry(ix)};
  }
  return staged->second;
}

FestivalRecord& LedgerBatch::stage(FestivalAccountIx ix) {
  const auto [staged, is_new] = festivals_.try_emplace(ix.value);
  if (is_new)
    staged->second = {.day = number_of(today_), .spent = parts_.accounts[ix].today.on(today_).value};
  return staged->second;
}

void LedgerBatch::write_to(WriteBatch& out) const {
  for (const auto& [key, value] : recorded_) out.put(Family::kDedupe, key, value);
  write_accounts(out);
  for (const auto& [key, counters] : reports_) out.put(Family::kReports, key, encode(counters));
  for (const auto& [key, counts] : clicks_) out.put(Family::kClickStats, key, encode(counts));
  if (delays_changed_) out.put(Family::kMeta, kClickDelayKey, encode(delays_->known));
  for (const Claims& claims : seen_) out.put(Family::kFrequency, frequency_key(now_, claims), {});
  for (const auto& [key, amount] : deposits_) {
    std::string value;
    append_big_endian(value, amount.value);
    append_big_endian(value, to_micros(now_));
    out.put(Family::kDeposits, key, value);
  }
  put_ledger_clock(out, parts_.clock, now_);
}

void LedgerBatch::write_accounts(WriteBatch& out) const {
  for (const auto& [ix, record] : advertisers_) {
    out.put(Family::kAccounts, account_key(AdvertiserIx{ix}), encode(record));
  }
  for (const auto& [ix, record] : campaigns_) {
    out.put(Family::kAccounts, account_key(CampaignIx{ix}), encode(record));
  }
  for (const auto& [ix, record] : festivals_) {
    const FestivalAccount& account = parts_.accounts[FestivalAccountIx{ix}];
    out.put(Family::kAccounts,
            account_key(CampaignIx{account.campaign.load()}, FestivalIx{account.festival.load()}),
            encode(record));
  }
}

void LedgerBatch::publish() {
  publish_accounts();
  if (state_.hour != hour_ || state_.report_rows.size() + reports_.size() > kReportRowsCached) {
    GAVEL_FAILPOINT("ledger-new-hour");
    state_.report_rows.clear();
    state_.hour = hour_;
  }
  for (const auto& [key, counters] : reports_) state_.report_rows.insert_or_assign(key, counters);
  for (const auto& [key, counts] : clicks_) {
    const ClickStatsKey k = decode_click_stats_key(key);
    parts_.click_stats.set(k.ad, k.placement, counts);
  }
  if (delays_) parts_.click_delay.set(*delays_);
  for (const Claims& claims : seen_) parts_.frequency.record(claims.campaign, claims.user_hash, now_);
  // After the spend is visible, so that money is never seen as neither held nor spent.
  for (const TokenId id : released_) parts_.holds.release(id);
}

void LedgerBatch::publish_accounts() {
  for (const auto& [ix, record] : advertisers_) {
    AdvertiserAccount& account = parts_.accounts[AdvertiserIx{ix}];
    account.today.set(today_, {record.today});
    account.deposited.store(record.deposited, std::memory_order_release);
    account.charged.store(record.charged, std::memory_order_release);
  }
  for (const auto& [ix, record] : campaigns_) {
    CampaignAccount& account = parts_.accounts[CampaignIx{ix}];
    account.today.set(today_, {record.today});
    account.today_regular.set(today_, {record.regular});
    account.uncharged_today.set(today_, {record.uncharged});
    account.charged.store(record.charged, std::memory_order_release);
    state_.set_carry(CampaignIx{ix}, record.carry);
  }
  for (const auto& [ix, record] : festivals_) {
    parts_.accounts[FestivalAccountIx{ix}].today.set(today_, {record.spent});
  }
}

}  // namespace gavel
