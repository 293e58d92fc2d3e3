// All that the ledger counts: accounts, report rows and click statistics, in memory, and which of them the
// disk does not have yet.
//
// What a commit recorded is durable by its dedupe keys and its entry in the redo log. Here it is counted once
// that is so, and the counters it changed are written with a later commit, `redo_max` events on, so that a
// counter which changes often is seldom written, no commit has more to write than its share, and no more than
// that is to be counted again at the next start. The same add() counts then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "budget/accounts.h"
#include "budget/calendar.h"
#include "budget/click_stats.h"
#include "budget/ledger_codec.h"
#include "budget/redo_log.h"
#include "budget/reports.h"
#include "budget/store.h"

namespace gavel {

// Report rows that are on the disk stay in memory up to this many, so that most events need no read.
inline constexpr std::size_t kReportRowsKept = 131'072;

// What the counters are made of; all outlive them.
struct CounterParts {
  const Store& store;
  const Calendar& calendar;
  Accounts& accounts;
  ClickStats& click_stats;
};

// Not thread-safe: the ledger's writer alone uses it. What it puts into accounts and click statistics all may
// read.
class LedgerCounters {
 public:
  // Memory holds at most the counters that `redo_max` events changed, and one commit's.
  LedgerCounters(const CounterParts& parts, std::size_t redo_max);

  // Fills accounts and click statistics from the store, opening every account that occurs there, and counts
  // what the redo log names. Once, first. Throws std::runtime_error where the log is damaged.
  void load();

  // The ordinal of what add() counts next.
  RedoOrdinal next() const { return next_; }
  // Thousandths of a micro that the campaign's CPM impressions still owe, see charge_cpm().
  std::uint16_t carry(CampaignIx campaign) const;

  // Puts the entry of a commit whose events will be added when it is durable, and the counters whose turn it
  // is.
  void stage_commit(const RedoEntry& entry, WriteBatch& out);
  // Whether the log still names anything from before `until`, which is where some commit ended.
  bool logs_before(RedoOrdinal until) const { return !log_.empty() && log_.front() < until; }
  // Puts some of the counters that lack anything from before `until`, `max` at most, the longest waiting
  // first, and erases what of the log they alone kept. Once the last of them is durable the log names nothing
  // from before `until`.
  void stage_slice(RedoOrdinal until, std::size_t max, WriteBatch& out);
  // What was staged last is durable, or not.
  void settle(bool durable);

  // Counts what has become durable, in the order of its commit. Its accounts are open.
  void add(const RecordedEvent& event);
  void add(AdvertiserIx advertiser, Micros deposit);

  // Puts what the disk does not have of the family.
  void put_unwritten(Family family, WriteBatch& out) const;
  // The report rows of `scope` that the disk does not have, in no order. Copies them and encodes nothing.
  std::vector<CountedRow> unwritten_rows(const ReportScope& scope) const;
  // Forgets report rows that the disk has: called when their hour is over.
  void forget_rows();

 private:
  struct Row {
    ReportCounters counters;
    RedoOrdinal as_of = 0;
    bool is_unwritten = false;
  };
  struct KeyHash {
    std::size_t operator()(const ReportKey& key) const noexcept;
  };
  using Rows = std::unordered_map<ReportKey, Row, KeyHash>;
  using Counter = std::variant<AdvertiserIx, CampaignIx, FestivalAccountIx, ClickStatsKey, Rows::value_type*>;
  struct Unwritten {
    RedoOrdinal since;
    Counter counter;
  };

  bool touch(const Counter& counter);
  bool mark(const Counter& counter, bool is_unwritten);
  void stage_counters(RedoOrdinal until, std::size_t max, WriteBatch& out);
  void put(const Counter& counter, WriteBatch& out) const;
  std::string key_of(const Counter& counter) const;
  Rows::value_type& row_of(const ReportKey& key);
  void add_to_row(const RecordedEvent& event);
  void add_to_clicks(const RecordedEvent& event);
  void add_to_accounts(const RecordedEvent& event);
  void set_carry(CampaignIx campaign, std::uint16_t carry);
  void load_account(std::string_view key, std::string_view value);
  void remember(std::string_view key, RedoOrdinal as_of);
  void redo(const RedoItem& item);

  // Constant after construction.
  const CounterParts parts_;
  const std::size_t redo_max_;

  RedoOrdinal next_ = 0;
  std::vector<std::uint16_t> carries_;  // by campaign
  Rows rows_;                           // all that are unwritten, and some that are not
  std::size_t rows_max_ = kReportRowsKept;

  // What the disk does not have, the longest waiting first, and each once.
  std::deque<Unwritten> unwritten_;
  std::vector<bool> advertisers_, campaigns_, festivals_;  // whether it is among them
  std::unordered_set<std::uint64_t> clicks_;

  std::deque<RedoOrdinal> log_;  // the commits in the redo log, by their first ordinals
  // Staged: so many of the first unwritten counters are put, and so many of the first commits erased; a new
  // commit.
  std::size_t staged_counters_ = 0, staged_commits_ = 0;
  bool stages_entry_ = false;

  // While the log is read: up to where a counter on the disk counts, where that is not before the log. By
  // key: those of accounts and of click statistics are of different lengths.
  std::unordered_map<std::string, RedoOrdinal> as_of_;
};

}  // namespace gavel
