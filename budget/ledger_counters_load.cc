// Counters as the disk has them, and what the redo log adds.
#include "budget/ledger_counters.h"

namespace gavel {
namespace {

Day day_of(std::int32_t number) {
  return Day{std::chrono::days{number}};
}

}  // namespace

void LedgerCounters::load() {
  next_ = redo_begin(parts_.store);
  parts_.store.scan(Family::kAccounts, "", "", [&](std::string_view key, std::string_view value) {
    load_account(key, value);
    return true;
  });
  parts_.store.scan(Family::kClickStats, "", "", [&](std::string_view key, std::string_view value) {
    const ClickStatsKey k = decode_click_stats_key(key);
    RedoOrdinal as_of = 0;
    parts_.click_stats.set(k.ad, k.placement, decode_click_counts(value, &as_of));
    remember(key, as_of);
    return true;
  });
  next_ = read_redo_log(parts_.store, [&](const RedoItem& item) { redo(item); });
  as_of_.clear();
}

void LedgerCounters::load_account(std::string_view key, std::string_view value) {
  const AccountKey k = decode_account_key(key);
  if (k.kind == 'a') {
    const AdvertiserRecord r = decode_advertiser(value);
    AdvertiserAccount& account = parts_.accounts.open(k.advertiser);
    account.today.set(day_of(r.day), {r.today});
    account.charged.store(r.charged);
    account.deposited.store(r.deposited);
    remember(key, r.as_of);
  } else if (k.kind == 'c') {
    const CampaignRecord r = decode_campaign(value);
    CampaignAccount& account = parts_.accounts.open(k.campaign, r.advertiser);
    account.today.set(day_of(r.day), {r.today});
    account.today_regular.set(day_of(r.day), {r.regular});
    account.uncharged_today.set(day_of(r.day), {r.uncharged});
    account.charged.store(r.charged);
    set_carry(k.campaign, r.carry);
    remember(key, r.as_of);
  } else {
    const FestivalRecord r = decode_festival(value);
    parts_.accounts[parts_.accounts.open_festival(k.campaign, k.festival)].today.set(day_of(r.day),
                                                                                     {r.spent});
    remember(key, r.as_of);
  }
}

// The log names nothing that a counter up to its first entry does not count.
void LedgerCounters::remember(std::string_view key, RedoOrdinal as_of) {
  if (as_of > next_) as_of_.emplace(key, as_of);
}

void LedgerCounters::redo(const RedoItem& item) {
  next_ = item.ordinal;
  if (log_.empty() || log_.back() != item.commit) log_.push_back(item.commit);
  if (item.is_deposit) {
    const AdvertiserIx advertiser = decode_deposit_key(item.key);
    parts_.accounts.open(advertiser);
    return add(advertiser, decode_deposit(item.value));
  }
  const RecordedEvent event = decode_event(item.value);
  parts_.accounts.open(event.advertiser);
  parts_.accounts.open(event.campaign, event.advertiser);
  if (event.from_festival > Micros{0}) parts_.accounts.open_festival(event.campaign, event.festival);
  add(event);
}

}  // namespace gavel
