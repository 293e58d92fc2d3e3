#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "budget/big_endian.h"
#include "budget/click_delay.h"
#include "budget/click_stats.h"
#include "budget/ledger_codec.h"
#include "budget/ledger_state.h"

namespace gavel {
namespace {

Day day_of(std::int32_t number) {
  return Day{std::chrono::days{number}};
}

void load_account(Accounts& accounts, LedgerState& state, std::string_view key, std::string_view value) {
  const AccountKey k = decode_account_key(key);
  if (k.kind == 'a') {
    const AdvertiserRecord r = decode_advertiser(value);
    AdvertiserAccount& account = accounts.open(k.advertiser);
    account.today.set(day_of(r.day), {r.today});
    account.charged.store(r.charged);
    account.deposited.store(r.deposited);
  } else if (k.kind == 'c') {
    const CampaignRecord r = decode_campaign(value);
    CampaignAccount& account = accounts.open(k.campaign, r.advertiser);
    account.today.set(day_of(r.day), {r.today});
    account.today_regular.set(day_of(r.day), {r.regular});
    account.uncharged_today.set(day_of(r.day), {r.uncharged});
    account.charged.store(r.charged);
    state.set_carry(k.campaign, r.carry);
  } else {
    const FestivalRecord r = decode_festival(value);
    accounts[accounts.open_festival(k.campaign, k.festival)].today.set(day_of(r.day), {r.spent});
  }
}

// On a manual clock the time that a restart begins with must be known even if no jump was ever made.
void stage_start_time(const LedgerParts& parts, WriteBatch& batch) {
  const Timestamp now = parts.clock.now();
  if (const auto stored = parts.store.get(Family::kMeta, kClockKey)) {
    BigEndianReader in(*stored);
    if (from_micros(static_cast<std::int64_t>(in.read<std::uint64_t>())) >= now) return;
  }
  std::string value;
  append_big_endian(value, to_micros(now));
  batch.put(Family::kMeta, kClockKey, value);
}

// A directory that was served before this was recorded may hold events of any life.
void stage_token_lives(const LedgerParts& parts, const LedgerOptions& options, WriteBatch& batch) {
  const auto stored = parts.store.get(Family::kMeta, kTokenLivesKey);
  TokenLives before;
  if (stored) {
    before = decode_token_lives(*stored);
  } else if (parts.store.get(Family::kMeta, kClockKey)) {
    before = kLongestTokenLives;
  }
  const TokenLives lives{std::max(before.impression, options.impression_ttl),
                         std::max(before.click, options.click_ttl),
                         std::max(before.conversion, options.conversion_ttl)};
  if (!stored || lives != before) batch.put(Family::kMeta, kTokenLivesKey, encode(lives));
}

}  // namespace

void load_ledger(const LedgerParts& parts, const LedgerOptions& options, LedgerState& state) {
  parts.store.scan(Family::kAccounts, "", "", [&](std::string_view key, std::string_view value) {
    load_account(parts.accounts, state, key, value);
    return true;
  });
  parts.store.scan(Family::kClickStats, "", "", [&](std::string_view key, std::string_view value) {
    const ClickStatsKey k = decode_click_stats_key(key);
    parts.click_stats.set(k.ad, k.placement, decode_click_counts(value));
    return true;
  });
  if (const auto delays = parts.store.get(Family::kMeta, kClickDelayKey)) {
    parts.click_delay.set({.known = decode_delays(*delays)});
  }
  if (const auto floor = parts.store.get(Family::kMeta, kDedupeFloorKey)) {
    state.dedupe_floor = decode_day(*floor);
  }
  WriteBatch batch;
  stage_start_time(parts, batch);
  stage_token_lives(parts, options, batch);
  if (batch.empty()) return;
  if (const auto error = parts.store.write(batch)) throw std::runtime_error(error->message);
}

}  // namespace gavel
