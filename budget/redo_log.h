// The redo log: what each commit of the ledger recorded, for counters that are not on the disk yet.
//
// A commit makes events and deposits durable, each under a key of its own, and one entry here that names
// these keys. The counters that follow from them are written later and seldom; after a crash they are counted
// again from here. Each event and deposit has an ordinal, given in the order of commits from 0 on, and each
// counter is stored with the ordinal up to which it counts: so whichever counters were written when, none
// counts anything twice (as pages of a database do by the number of their last log record: Mohan et al.,
// ARIES, TODS 1992).
//
//   kRedo  ordinal u64 of the first   of each, in order: 'e' event or 'd' deposit, u8; length of its key u16;
//   its key
//                                     in kDedupe or kDeposits
//   kMeta  "redo_floor"               ordinal u64: all counters count up to there, and no entry begins before
//   it
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "budget/store.h"

namespace gavel {

using RedoOrdinal = std::uint64_t;

inline constexpr std::string_view kRedoFloorKey = "redo_floor";

std::string redo_key(RedoOrdinal first);

// What one commit recorded.
class RedoEntry {
 public:
  void add_event(std::string_view dedupe_key) { add('e', dedupe_key); }
  void add_deposit(std::string_view deposit_key) { add('d', deposit_key); }
  const std::string& bytes() const { return bytes_; }

 private:
  void add(char kind, std::string_view key);
  std::string bytes_;
};

struct RedoItem {
  RedoOrdinal commit;  // of the first of the same commit
  RedoOrdinal ordinal;
  bool is_deposit;
  std::string_view key, value;  // in kDeposits or kDedupe; live only during the call
};

// The ordinal that the next event will have if nothing is in the log; 0 in a new store.
RedoOrdinal redo_floor(const Store& store);

// The ordinal of the first that the log names; redo_floor() where it names nothing.
RedoOrdinal redo_begin(const Store& store);

// Calls `visit` for all that the log names, in order; the ordinal after the last of them, redo_floor() where
// there is none. Throws std::runtime_error where the log has a gap or names what is not there.
RedoOrdinal read_redo_log(const Store& store, const std::function<void(const RedoItem&)>& visit);

}  // namespace gavel
