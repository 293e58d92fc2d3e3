// Whether a data directory agrees with itself: looked at while nobody serves from it, and never changed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "api/verify/findings.h"
#include "budget/calendar.h"
#include "budget/result.h"
#include "budget/store.h"

namespace gavel {

// Called now and then with how many of `what` were looked at so far.
using VerifyProgress = std::function<void(std::string_view what, std::uint64_t done)>;
inline constexpr std::uint64_t kVerifyProgressEvery = 1'000'000;

// What each check reads and where it reports to.
struct VerifyContext {
  const Store& store;
  const StoreSnapshot& counters;  // the store with the accounts and report rows that its redo log makes
  const Calendar& calendar;
  Findings& findings;
  const VerifyProgress& progress;
  bool has_index;  // of resources, to compare them with

  void count(std::string_view what, std::uint64_t& done) const {
    if (++done % kVerifyProgressEvery == 0 && progress) progress(what, done);
  }
};

// Reads all of `data_dir` (a data directory or a checkpoint) and compares the files with their checksums,
// resources with their index, changes and landing URLs, report rows with the recorded events, and accounts
// with report rows, events and deposits. Memory is bounded by the numbers of resources and accounts and by
// kReportRowsPerPass, by the numbers of click statistics and of events in the redo log, and by what is missing of the log
// of changes. The error is one line for a person: in use, damaged so that it does not open, or of a
// format that this program does not know.
Result<Findings, std::string> verify_data_directory(const std::string& data_dir,
                                                    const VerifyProgress& progress);

}  // namespace gavel
