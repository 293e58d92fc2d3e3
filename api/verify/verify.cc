#include "api/verify/verify.h"

#include <memory>
#include <stdexcept>

#include "api/data_directory.h"
#include "api/verify/check_accounts.h"
#include "api/verify/check_events.h"
#include "api/verify/check_resources.h"
#include "budget/ledger_counters.h"

namespace gavel {
namespace {

// The store as it will be when a server has counted what its redo log names. Throws as
// LedgerCounters::load().
std::unique_ptr<const StoreSnapshot> with_counters(const Store& store, const Calendar& calendar) {
  Accounts accounts;
  ClickStats click_stats;
  LedgerCounters counters({store, calendar, accounts, click_stats}, 0);
  counters.load();
  WriteBatch unwritten;
  counters.put_unwritten(Family::kAccounts, unwritten);
  counters.put_unwritten(Family::kReports, unwritten);
  auto snapshot = store.snapshot();
  snapshot->lay_over(unwritten);
  return snapshot;
}

Findings compare_all(const Store& store, const StoreSnapshot& counters, const Calendar& calendar,
                     const VerifyProgress& progress, bool has_index) {
  Findings findings;
  const VerifyContext context{store, counters, calendar, findings, progress, has_index};
  StoredResources resources(store);
  check_resources(context, resources);
  const KeptEvents kept = KeptEvents::of(store);
  MoneySums sums(counters, calendar);
  check_events(context, resources, kept, sums);
  check_accounts(context, resources, kept, sums);
  return findings;
}

}  // namespace

Result<Findings, std::string> verify_data_directory(const std::string& data_dir,
                                                    const VerifyProgress& progress) {
  const auto store = Store::open_read_only(data_dir + "/db");
  if (!store) {
    std::string message = store.error().message;
    if (store.error().code == StoreError::Code::kCorrupt) {
      message += " (after a power cut, start gaveld on it once: it drops a last write that was torn)";
    }
    return message;
  }
  // First, since nothing else can be read where a file is damaged.
  if (const auto damaged = (*store)->check_files()) return damaged->message;
  const auto record = read_data_record(**store, data_dir);
  if (!record) return record.error().message;
  const auto calendar = Calendar::load(record->time_zone);
  if (!calendar) return "data directory " + data_dir + " has the unknown time zone " + record->time_zone;

  try {
    return compare_all(**store, *with_counters(**store, *calendar), *calendar, progress, record->has_index);
  } catch (const std::exception& error) {
    return "data directory " + data_dir + ": " + error.what();
  }
}

}  // namespace gavel
