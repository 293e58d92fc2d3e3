#include "budget/ledger_counters.h"

#include <algorithm>
#include <utility>

#include "budget/ledger_charge.h"
#include "budget/mix.h"

namespace gavel {
namespace {

std::uint64_t number_of(const ClickStatsKey& key) {
  return std::uint64_t{key.ad.value} << 32 | key.placement.value;
}

// Whether the flag was another.
bool flip_to(std::vector<bool>& flags, std::uint32_t ix, bool to) {
  if (ix >= flags.size()) flags.resize(std::size_t{ix} + 1);
  if (flags[ix] == to) return false;
  flags[ix] = to;
  return true;
}

// An account that was opened but never charged has no day yet.
std::int32_t day_of(const DaySpend& spend) {
  return std::max(spend.day.load(), 0);
}

AdvertiserRecord record_of(const AdvertiserAccount& account, RedoOrdinal as_of) {
  return {.day = day_of(account.today),
          .today = account.today.spent.load(),
          .charged = account.charged.load(),
          .deposited = account.deposited.load(),
          .as_of = as_of};
}

CampaignRecord record_of(const CampaignAccount& account, std::uint16_t carry, RedoOrdinal as_of) {
  return {.advertiser = AdvertiserIx{account.advertiser.load()},
          .day = day_of(account.today),
          .today = account.today.spent.load(),
          .regular = account.today_regular.spent.load(),
          .uncharged = account.uncharged_today.spent.load(),
          .charged = account.charged.load(),
          .carry = carry,
          .as_of = as_of};
}

void raise(DaySpend& spend, Day day, Micros by) {
  spend.set(day, spend.on(day) + by);
}

void raise(std::atomic<std::int64_t>& sum, Micros by) {
  sum.store(sum.load(std::memory_order_relaxed) + by.value, std::memory_order_release);
}

}  // namespace

LedgerCounters::LedgerCounters(const CounterParts& parts, std::size_t redo_max)
    : parts_(parts), redo_max_(redo_max) {}

std::size_t LedgerCounters::KeyHash::operator()(const ReportKey& key) const noexcept {
  std::uint64_t h = static_cast<std::uint64_t>(to_micros(key.hour)) ^ key.advertiser.value;
  for (const std::uint64_t part : {std::uint64_t{key.campaign.value} << 32 | key.ad_group.value,
                                   std::uint64_t{key.ad.value} << 32 | key.keyword.value,
                                   std::uint64_t{key.placement.value} << 32 | key.festival.value}) {
    h = mix(h ^ part);
  }
  return h;
}

std::uint16_t LedgerCounters::carry(CampaignIx campaign) const {
  return campaign.value < carries_.size() ? carries_[campaign.value] : std::uint16_t{0};
}

// ---- Writing.

void LedgerCounters::stage_commit(const RedoEntry& entry, WriteBatch& out) {
  out.put(Family::kRedo, redo_key(next_), entry.bytes());
  stages_entry_ = true;
  stage_counters(next_ > redo_max_ ? next_ - redo_max_ : 0, unwritten_.size(), out);
  for (std::size_t i = 0; i < staged_commits_; ++i) out.erase(Family::kRedo, redo_key(log_[i]));
}

// The floor goes up with the log's first entry: where that is the last, nothing else on the disk says which
// ordinals were given.
void LedgerCounters::stage_slice(RedoOrdinal until, std::size_t max, WriteBatch& out) {
  stages_entry_ = false;
  stage_counters(until, max, out);
  if (staged_commits_ == 0) return;
  const RedoOrdinal floor = staged_commits_ < log_.size() ? log_[staged_commits_] : next_;
  out.erase_range(Family::kRedo, redo_key(log_.front()), redo_key(floor));
  out.put(Family::kMeta, kRedoFloorKey, redo_key(floor));
}

// Puts the first counters that lack anything from before `until`, and finds the commits that those after them
// do not need.
void LedgerCounters::stage_counters(RedoOrdinal until, std::size_t max, WriteBatch& out) {
  staged_counters_ = staged_commits_ = 0;
  max = std::min(max, unwritten_.size());
  while (staged_counters_ < max && unwritten_[staged_counters_].since < until) {
    put(unwritten_[staged_counters_++].counter, out);
  }
  const RedoOrdinal needed =
      staged_counters_ < unwritten_.size() ? unwritten_[staged_counters_].since : next_;
  const auto end_of = [&](std::size_t commit) { return commit + 1 < log_.size() ? log_[commit + 1] : next_; };
  while (staged_commits_ < log_.size() && end_of(staged_commits_) <= needed) ++staged_commits_;
}

void LedgerCounters::settle(bool durable) {
  if (!durable) return;
  for (; staged_counters_ > 0; --staged_counters_) {
    mark(unwritten_.front().counter, false);
    unwritten_.pop_front();
  }
  for (; staged_commits_ > 0; --staged_commits_) log_.pop_front();
  if (stages_entry_) log_.push_back(next_);
}

void LedgerCounters::put_unwritten(Family family, WriteBatch& out) const {
  for (const Unwritten& waiting : unwritten_) {
    const bool is_row = std::holds_alternative<Rows::value_type*>(waiting.counter);
    const bool is_click = std::holds_alternative<ClickStatsKey>(waiting.counter);
    const Family its = is_row ? Family::kReports : is_click ? Family::kClickStats : Family::kAccounts;
    if (its == family) put(waiting.counter, out);
  }
}

std::vector<CountedRow> LedgerCounters::unwritten_rows(const ReportScope& scope) const {
  std::vector<CountedRow> rows;
  for (const Unwritten& waiting : unwritten_) {
    const auto* const row = std::get_if<Rows::value_type*>(&waiting.counter);
    if (row != nullptr && scope.holds((*row)->first))
      rows.push_back({(*row)->first, (*row)->second.counters});
  }
  return rows;
}

void LedgerCounters::put(const Counter& counter, WriteBatch& out) const {
  struct Put {
    const LedgerCounters& my;
    WriteBatch& out;
    const std::string key;
    void operator()(AdvertiserIx ix) const {
      out.put(Family::kAccounts, key, encode(record_of(my.parts_.accounts[ix], my.next_)));
    }
    void operator()(CampaignIx ix) const {
      out.put(Family::kAccounts, key, encode(record_of(my.parts_.accounts[ix], my.carry(ix), my.next_)));
    }
    void operator()(FestivalAccountIx ix) const {
      const DaySpend& today = my.parts_.accounts[ix].today;
      out.put(Family::kAccounts, key,
              encode(FestivalRecord{.day = day_of(today), .spent = today.spent.load(), .as_of = my.next_}));
    }
    void operator()(const ClickStatsKey& k) const {
      out.put(Family::kClickStats, key, encode(my.parts_.click_stats.get(k.ad, k.placement), my.next_));
    }
    void operator()(const Rows::value_type* row) const {
      out.put(Family::kReports, key, encode(row->second.counters, my.next_));
    }
  };
  std::visit(Put{*this, out, key_of(counter)}, counter);
}

std::string LedgerCounters::key_of(const Counter& counter) const {
  struct Key {
    const Accounts& accounts;
    std::string operator()(AdvertiserIx ix) const { return account_key(ix); }
    std::string operator()(CampaignIx ix) const { return account_key(ix); }
    std::string operator()(FestivalAccountIx ix) const {
      const FestivalAccount& account = accounts[ix];
      return account_key(CampaignIx{account.campaign.load()}, FestivalIx{account.festival.load()});
    }
    std::string operator()(const ClickStatsKey& k) const { return click_stats_key(k.ad, k.placement); }
    std::string operator()(const Rows::value_type* row) const { return report_key(row->first); }
  };
  return std::visit(Key{parts_.accounts}, counter);
}

void LedgerCounters::forget_rows() {
  std::erase_if(rows_, [](const Rows::value_type& row) { return !row.second.is_unwritten; });
  rows_max_ = std::max(kReportRowsKept, 2 * rows_.size());
}

// ---- Counting.

void LedgerCounters::add(const RecordedEvent& event) {
  add_to_row(event);
  if (event.type != EventType::kConversion) add_to_clicks(event);
  if (event.status != EventStatus::kCounted) add_to_accounts(event);
  ++next_;
}

void LedgerCounters::add(AdvertiserIx advertiser, Micros deposit) {
  if (touch(advertiser)) raise(parts_.accounts[advertiser].deposited, deposit);
  ++next_;
}

// Whether the counter is to count what comes next: not where the disk has it from after that.
bool LedgerCounters::touch(const Counter& counter) {
  if (!as_of_.empty()) {
    const auto found = as_of_.find(key_of(counter));
    if (found != as_of_.end() && next_ < found->second) return false;
  }
  if (mark(counter, true)) unwritten_.push_back({next_, counter});
  return true;
}

// Whether it was marked otherwise.
bool LedgerCounters::mark(const Counter& counter, bool is_unwritten) {
  struct Mark {
    LedgerCounters& my;
    bool to;
    bool operator()(AdvertiserIx ix) const { return flip_to(my.advertisers_, ix.value, to); }
    bool operator()(CampaignIx ix) const { return flip_to(my.campaigns_, ix.value, to); }
    bool operator()(FestivalAccountIx ix) const { return flip_to(my.festivals_, ix.value, to); }
    bool operator()(const ClickStatsKey& key) const {
      return to ? my.clicks_.insert(number_of(key)).second : my.clicks_.erase(number_of(key)) > 0;
    }
    bool operator()(Rows::value_type* row) const { return std::exchange(row->second.is_unwritten, to) != to; }
  };
  return std::visit(Mark{*this, is_unwritten}, counter);
}

void LedgerCounters::add_to_row(const RecordedEvent& e) {
  Rows::value_type& row = row_of({.advertiser = e.advertiser,
                                  .hour = parts_.calendar.hour_begin(e.committed_at),
                                  .campaign = e.campaign,
                                  .ad_group = e.ad_group,
                                  .ad = e.ad,
                                  .keyword = e.keyword,
                                  .placement = e.placement,
                                  .festival = e.festival});
  if (next_ < row.second.as_of) return;
  touch(&row);
  row.second.counters.add(counters_of(e));
}

LedgerCounters::Rows::value_type& LedgerCounters::row_of(const ReportKey& key) {
  if (rows_.size() >= rows_max_) forget_rows();
  const auto [row, is_new] = rows_.try_emplace(key);
  if (is_new) {
    if (const auto stored = parts_.store.get(Family::kReports, report_key(key))) {
      row->second.counters = decode_counters(*stored, &row->second.as_of);
    }
  }
  return *row;
}

void LedgerCounters::add_to_clicks(const RecordedEvent& e) {
  if (!touch(ClickStatsKey{e.ad, e.placement})) return;
  ClickCounts counts = parts_.click_stats.get(e.ad, e.placement);
  if (e.type == EventType::kClick) {
    counts.clicks += 1;
  } else {
    counts.examined_nano += static_cast<std::uint64_t>(e.examination.nano);
  }
  parts_.click_stats.set(e.ad, e.placement, counts);
}

void LedgerCounters::add_to_accounts(const RecordedEvent& e) {
  const Day day = parts_.calendar.day_of(e.committed_at);
  if (touch(e.advertiser)) {
    AdvertiserAccount& account = parts_.accounts[e.advertiser];
    raise(account.today, day, e.charged);
    raise(account.charged, e.charged);
  }
  if (touch(e.campaign)) {
    CampaignAccount& account = parts_.accounts[e.campaign];
    raise(account.today, day, e.charged);
    raise(account.today_regular, day, e.charged - e.from_festival);
    account.uncharged_today.set(day, std::min(account.uncharged_today.on(day), kMaxTotal) + e.uncharged);
    raise(account.charged, e.charged);
    if (e.pricing == Pricing::kCpm) set_carry(e.campaign, charge_cpm(e.price, carry(e.campaign)).carry);
  }
  if (e.from_festival == Micros{0}) return;
  const FestivalAccountIx festival = parts_.accounts.find_festival(e.campaign, e.festival);
  if (touch(festival)) raise(parts_.accounts[festival].today, day, e.from_festival);
}

void LedgerCounters::set_carry(CampaignIx campaign, std::uint16_t carry) {
  if (campaign.value >= carries_.size()) carries_.resize(std::size_t{campaign.value} + 1);
  carries_[campaign.value] = carry;
}

}  // namespace gavel
